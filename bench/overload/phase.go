package overload

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A phase is a part of the chat's time, with the latencies of the messages that
// were due in it, whenever they came: a server that stands still can't push what
// it delays into the next phase.
type phase struct {
	begins, ends time.Time               // ends is zero while it is under way
	hist         *hdrhistogram.Histogram // µs from due to receipt
}

func newPhase(begins time.Time) *phase {
	return &phase{begins: begins, hist: hdrhistogram.New(1, time.Minute.Microseconds(), 3)}
}

func newChat(began time.Time) *chat { return &chat{began: began, phases: []*phase{newPhase(began)}} }

// next begins a phase and returns the one before, whose messages may still be on
// their way.
func (c *chat) next() *phase {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	over := c.phases[len(c.phases)-1]
	over.ends = now
	c.phases = append(c.phases, newPhase(now))
	return over
}

// received notes a message that was due then.
func (c *chat) received(due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range slices.Backward(c.phases) {
		if !due.Before(p.begins) {
			_ = p.hist.RecordValue(min(max(time.Since(due).Microseconds(), 1), time.Minute.Microseconds()))
			return
		}
	}
}

// collectEvery is how often is looked whether all of a phase has come.
const collectEvery = 20 * time.Millisecond

// p99 waits, no longer than that, until all messages that were due in a phase that
// is over have come. The error says that some haven't.
func (c *chat) p99(ctx context.Context, p *phase, within time.Duration) (time.Duration, error) {
	due := c.dueBefore(p.ends) - c.dueBefore(p.begins)
	for deadline := time.Now().Add(within); ; pause(ctx, collectEvery) {
		came, p99 := c.read(p)
		switch {
		case came == due:
			return p99, nil
		case ctx.Err() != nil || time.Now().After(deadline):
			return p99, fmt.Errorf("%d of %d messages came within %s", came, due, within)
		}
	}
}

func (c *chat) read(p *phase) (came int, p99 time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(p.hist.TotalCount()), time.Duration(p.hist.ValueAtQuantile(99)) * time.Microsecond
}

// dueBefore is how many messages of all pairs are due before t.
func (c *chat) dueBefore(t time.Time) (n int) {
	for _, p := range c.pairs {
		if since := t.Sub(p.due(0)); since > 0 {
			n += int((since + chatEvery - 1) / chatEvery)
		}
	}
	return n
}
