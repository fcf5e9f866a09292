package chat

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// openCrowded opens a site where too much waits for all clients together, if the
// switch says so.
func openCrowded(t *testing.T) (s *site, crowded *atomic.Bool) {
	crowded = new(atomic.Bool)
	return open(t, func(c *Config, _ *sequencer.Config) { c.Crowded = crowded.Load }), crowded
}

// TestCrowdedSteps: a backlog or sync goes on in small steps, each when the one
// before was read, and in large ones again when there is room.
func TestCrowdedSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, size = 200, 4 << 10
		s, crowded := openCrowded(t)
		for range n {
			s.write("a", wire.Request{To: "b", Content: large(size)})
		}
		crowded.Store(true)
		release := s.hold()
		b := s.simple("b")
		b.on(func() { b.clogged = true })
		release()
		time.Sleep(time.Minute)
		synctest.Wait()
		b.on(func() {
			if b.largest == 0 || b.pending > crowdedStep+size+1<<10 {
				t.Errorf("%d bytes at once, %d wait", b.largest, b.pending)
			}
			b.pending -= b.largest / 2 // it is read, but not all
		})
		before := len(b.in)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(b.in) != before {
			t.Errorf("%d more came", len(b.in)-before)
		}
		b.on(func() { b.clogged, b.pending = false, 0 })
		for _, seq := range span(1, n) {
			b.expect(object{"type": "chat", "seq": seq})
		}
		crowded.Store(false)
		b.on(func() { b.largest = 0 })
		b.sync(`,"cursors":{"single_a:b":0}`)
		b.on(func() {
			if b.largest < 2*crowdedStep {
				t.Errorf("%d bytes at once though there is room", b.largest)
			}
		})
	})
}

// TestCrowdedPages: a page has to be read before the next is asked for.
func TestCrowdedPages(t *testing.T) {
	s, crowded := openCrowded(t)
	s.talk("a", "b", 3)
	b := s.track("b")
	const ask = `{"type":"history","cid":"h","to":"a"}`
	page := object{"type": "history", "cid": "h"}
	b.on(func() { b.pending = crowdedStep + 1 })
	b.ask(ask, page)
	crowded.Store(true)
	b.ask(ask, object{"type": "error", "cid": "h", "reason": "busy"})
	b.on(func() { b.pending = crowdedStep })
	b.ask(ask, page)
}
