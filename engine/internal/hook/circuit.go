package hook

import (
	"sync"
	"time"
)

// A circuit opens after maxFailures in a row. Then nobody is asked for firstPause,
// and then one question tries; while that fails the pause doubles up to lastPause.
const (
	maxFailures = 5
	firstPause  = time.Second
	lastPause   = 10 * time.Second
)

// circuit spares everybody the wait for a service that isn't there.
type circuit struct {
	mu       sync.Mutex
	failures int           // in a row
	pause    time.Duration // 0: the service is asked
	until    time.Time     // the end of the pause
	trying   bool          // a trial is under way
}

// pass is the leave to ask.
type pass struct{ trial bool }

// turn is what a result did to the circuit.
type turn uint8

const (
	still  turn = iota
	opened      // nobody is asked from now on
	closed      // everybody is again
)

// enter gives leave to ask, or says how long nobody will be.
func (c *circuit) enter(now time.Time) (pass, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.pause == 0:
		return pass{}, 0
	case now.Before(c.until):
		return pass{}, c.until.Sub(now)
	case c.trying:
		return pass{}, firstPause
	}
	c.trying = true
	return pass{trial: true}, 0
}

// leave takes in whether the service was there.
func (c *circuit) leave(p pass, now time.Time, alive bool) turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.trial {
		c.trying = false
	}
	switch {
	case alive:
		was := c.pause
		c.failures, c.pause = 0, 0
		if was > 0 {
			return closed
		}
	case c.pause > 0 && !p.trial: // asked before the pause began
	default:
		if c.failures++; p.trial || c.failures >= maxFailures {
			return c.open(now)
		}
	}
	return still
}

// open begins a pause.
func (c *circuit) open(now time.Time) turn {
	was := c.pause
	c.pause = min(max(2*was, firstPause), lastPause)
	c.until = now.Add(c.pause)
	if was > 0 {
		return still
	}
	return opened
}

// abandon gives the leave back unused.
func (c *circuit) abandon(p pass) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.trial {
		c.trying = false
	}
}
