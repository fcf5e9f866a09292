//go:build failpoints

package failpoint

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Built says whether this program has failpoints.
const Built = true

// active is what the environment asks for. It is the process's own, so that the
// places need not be handed it, and is only in programs that are built to fail.
var active = sync.OnceValues(load)

type points struct {
	rules []*counted
	clock clock // nil: it is right
}

// counted is a rule with how often its place was come to.
type counted struct {
	rule
	hits atomic.Uint64
}

func load() (*points, error) {
	rules, err := parseRules(os.Getenv("FAILPOINT"))
	clock, clockErr := parseClock(os.Getenv("FAILPOINT_CLOCK"))
	p := &points{clock: clock}
	for _, r := range rules {
		p.rules = append(p.rules, &counted{rule: r})
	}
	return p, errors.Join(err, clockErr)
}

// Check returns what is wrong with the environment variables.
func Check() error {
	_, err := active()
	return err
}

// Hit says that the caller has come to a place. It returns unless a rule speaks
// of it; any goroutine may call it.
func Hit(name string) {
	p, _ := active()
	for _, r := range p.rules {
		if r.name == name && r.hits.Add(1) == r.nth {
			r.act()
		}
	}
}

func (r *rule) act() {
	switch r.action {
	case kill:
		signal(syscall.SIGKILL)
		select {} // not one step further
	case stop:
		signal(syscall.SIGSTOP)
	case sleep:
		time.Sleep(r.sleep)
	}
}

// signal gives the process itself a signal that can't be refused.
func signal(s syscall.Signal) {
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		panic("failpoint: " + err.Error())
	}
}

// Wall returns what the wall clock shows at a time that was read from it: the
// same, unless a wrong clock was asked for.
func Wall(t time.Time) time.Time {
	if p, _ := active(); p.clock != nil {
		return p.clock.shift(t)
	}
	return t
}

// Now is Wall of now.
func Now() time.Time { return Wall(time.Now()) }
