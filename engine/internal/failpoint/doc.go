// Package failpoint lets whoever tests the server end it, halt it or hold it up
// at named places of its work, and make its clock wrong. A server is tested as it
// runs, in a process of its own: only a real SIGKILL between two steps shows what
// is left behind.
//
// All of it is there only with the build tag failpoints:
//
//	go build -tags failpoints -o bin/gannet-chaos ./cmd/gannet
//	FAILPOINT=after-sync:17 bin/gannet-chaos serve
//
// Without the tag every function is empty, is inlined, and leaves no instruction
// behind.
//
// # FAILPOINT
//
// Rules, separated by commas, each name:n or name:n:action. When the place with
// that name is come to for the n-th time, counted from 1, the process does to
// itself what the action says:
//
//	kill            SIGKILL; so without an action
//	stop            SIGSTOP; it goes on when somebody sends SIGCONT
//	sleep=2s        the goroutine sleeps, the others go on
//
// # FAILPOINT_CLOCK
//
// jumps:SEED makes the wall clock of ids, times and expiry begin up to a day off
// and then jump up to an hour back and forth every few hundred readings. The same
// seed makes the same jumps, so that each start needs a seed of its own to jump
// between starts.
//
// file:PATH makes the wall clock as far ahead as the file says at each reading,
// such as 61s; without the file it is right. So a test lets time pass. Write the
// file anew by renaming another one, lest half of it is read.
//
// Clocks that measure how long something takes are left alone, and so is that by
// which tokens run out.
//
// What can't be understood keeps the engine from starting: see [Check].
package failpoint
