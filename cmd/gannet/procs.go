package main

import (
	"os"
	"runtime"
)

// useProcessors returns how many processors there are to use and lets twice as
// many goroutines run at a time. Event loops and the log spend their time in
// system calls (epoll_wait, write, fdatasync) that keep a runtime processor until
// the scheduler takes it away; with one for each CPU the others wait for that.
// docs/performance.md has what it gives. GOMAXPROCS in the environment wins.
func useProcessors() int {
	n := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * n)
	}
	return n
}
