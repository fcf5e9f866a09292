package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"
)

// fault is what is done to a server, again and again.
type fault struct {
	name     string
	about    string
	rounds   int                              // unless the options say otherwise
	settings []string                         // of the servers
	calm     bool                             // clients seldom acknowledge
	jumpy    bool                             // the servers' clock jumps
	halts    bool                             // the servers stand still for a while
	env      func(rng *rand.Rand) []string    // of each server that the fault is to strike; may be nil
	strike   func(context.Context, *campaign) // one round
	armed    bool                             // needs a program with failpoints
}

// faults is the table of all.
var faults = []fault{
	{name: "kill", about: "kill -9 at any time", rounds: 50, strike: killed},
	{name: "kill-starting", about: "kill -9, and again while the next server starts", rounds: 5, strike: killedStarting},
	{name: "kill-redelivering", about: "kill -9 while much that isn't acknowledged is sent again", rounds: 5, strike: killed,
		calm: true, settings: []string{"delivery.retry_after=50ms", "delivery.retry_check=20ms", "delivery.retries=100"}},
	{name: "halt", about: "SIGSTOP, and SIGCONT after 1 to 3 s", rounds: 3, strike: halted, halts: true},
	{name: "terminate", about: "SIGTERM under load: exit code 0 within 10 s", rounds: 5, strike: terminated},
	{name: "clock", about: "the clock jumps, by up to a day at each start, which is after kill -9", rounds: 5, strike: killed,
		jumpy: true, armed: true, env: jumping},
	{name: "stall", about: "an fsync takes 3 s, and kill -9 when it has answered again", rounds: 2, strike: stalled,
		armed: true, env: stalling},
	point("before-write", 200),
	point("before-sync", 200),
	point("after-sync", 200),
	point("before-answer", 1000),
	point("mid-fan-out", 1000),
	point("mid-recall", 20),
	redelivery(point("mid-redelivery", 20)),
}

// Faults returns the names of all faults.
func Faults() (names []string) {
	for _, f := range faults {
		names = append(names, f.name)
	}
	return names
}

// point is the fault of a server that kills itself when it comes to a place for
// the n-th time, with n up to most.
func point(place string, most int) fault {
	return fault{
		name: place, about: "kill -9 by the server itself", rounds: 5, strike: strickenItself, armed: true,
		env: func(rng *rand.Rand) []string {
			return []string{fmt.Sprintf("FAILPOINT=%s:%d", place, 1+rng.IntN(most))}
		},
	}
}

// redelivery has much sent again.
func redelivery(f fault) fault {
	f.calm = true
	f.settings = []string{"delivery.retry_after=50ms", "delivery.retry_check=20ms", "delivery.retries=100"}
	return f
}

func jumping(rng *rand.Rand) []string {
	return []string{fmt.Sprintf("FAILPOINT_CLOCK=jumps:%d", rng.Uint32())}
}

// The traffic before a fault lasts for a time between these.
const (
	shortTraffic = 200 * time.Millisecond
	longTraffic  = 1200 * time.Millisecond
)

func killed(ctx context.Context, c *campaign) {
	c.traffic(ctx)
	c.down(c.server.kill)
	c.up(ctx)
}

// mostStart is more than a server needs to start.
const mostStart = 200 * time.Millisecond

func killedStarting(ctx context.Context, c *campaign) {
	c.traffic(ctx)
	c.down(c.server.kill)
	for range 1 + c.rng.IntN(3) {
		if err := c.launch(); err != nil {
			break // which c.up will meet too
		}
		pause(ctx, between(c.rng, 0, mostStart))
		c.server.kill()
	}
	c.up(ctx)
}

func terminated(ctx context.Context, c *campaign) {
	c.traffic(ctx)
	c.down(func() {
		if err := c.server.terminate(); err != nil {
			c.rec.find(kindStop, "", "%v", err)
		}
	})
	c.up(ctx)
}

func halted(ctx context.Context, c *campaign) {
	c.traffic(ctx)
	_ = c.server.cmd.Process.Signal(syscall.SIGSTOP) // fails where it is gone, which c.recover tells
	pause(ctx, between(c.rng, time.Second, 3*time.Second))
	c.answered = c.rec.awaitSend()
	_ = c.server.cmd.Process.Signal(syscall.SIGCONT)
	c.recover(ctx)
}

// ownPatience is how long a server may take to come to the place where it strikes
// itself. It is killed then, so that the round is one of another kind.
const ownPatience = 15 * time.Second

func strickenItself(ctx context.Context, c *campaign) {
	patience := time.NewTimer(ownPatience)
	defer patience.Stop()
	select {
	case <-c.server.done:
		if !c.server.signalled() {
			c.rec.find(kindStop, "", "the server ended with %s; it logged:\n%s", c.server.cmd.ProcessState, c.server.log)
		}
	case <-patience.C:
		c.missed++
	case <-ctx.Done():
	}
	c.down(c.server.kill)
	c.up(ctx)
}
