package chat

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

func large(n int) []byte {
	return append(append([]byte{'"'}, bytes.Repeat([]byte{'x'}, n)...), '"')
}

// A step sends little more than what may wait, whatever the size of messages.
func TestStepsAreSmall(t *testing.T) {
	s := open(t, nil)
	for range 40 {
		s.write("a", wire.Request{To: "b", Content: large(60 << 10)})
	}
	b := s.simple("b")
	for _, seq := range span(1, 40) {
		b.expect(object{"type": "chat", "seq": seq})
	}
	c := s.track("b")
	if chats, _ := c.sync(`,"cursors":{"single_a:b":0}`); len(chats) != 40 {
		t.Errorf("%d messages", len(chats))
	}
	for _, c := range []*conn{b, c} {
		c.on(func() {
			if limit := s.stepBytes() + 64<<10; c.largest > limit {
				t.Errorf("%d bytes at once, want %d at most", c.largest, limit)
			}
		})
	}
}

// A page of large messages is cut to what may wait, at its older end.
func TestPagesAreSmall(t *testing.T) {
	s := open(t, nil)
	const n = 150 // in two chunks
	for range n {
		s.write("a", wire.Request{To: "b", Content: large(20 << 10)})
	}
	next := uint64(n)
	for more := true; more; {
		page := s.historyHTTP(t, "b", wire.Request{To: "a", Before: next + 1, Limit: 100})
		seqs := page.seqs()
		if len(seqs) == 0 || len(seqs)*20<<10 > s.pageBytes()+readBack*20<<10 || !slices.Equal(seqs, span(seqs[0], next)) {
			t.Fatalf("before %d: %v", next+1, seqs)
		}
		next, more = seqs[0]-1, page.HasMore
	}
	if next != 0 {
		t.Errorf("ends at %d", next+1)
	}
}

// A client that reads slowly gets its backlog as it reads, and what comes
// meanwhile after it.
func TestSlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		const n = 80
		for range n {
			s.write("a", wire.Request{To: "b", Content: large(16 << 10)})
		}
		release := s.hold()
		b := s.simple("b")
		b.on(func() { b.clogged = true })
		release()
		time.Sleep(time.Minute)
		synctest.Wait()
		first := len(b.in)
		if first == 0 || first >= n/2 {
			t.Errorf("%d sent though nothing is read", first)
		}
		s.talk("a", "b", 1)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(b.in) != first {
			t.Errorf("%d more came", len(b.in)-first)
		}
		b.on(func() {
			if b.pending > s.cfg.MaxOutbound {
				t.Errorf("%d bytes wait", b.pending)
			}
			b.clogged, b.pending = false, 0
		})
		for _, seq := range span(1, n+1) {
			b.expect(object{"type": "chat", "seq": seq})
		}
	})
}

// Who lets more pile up during its backlog than may wait is cut off.
func TestTooMuchHeld(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxOutbound = 100 << 10 })
	s.talk("a", "b", 1)
	release := s.hold()
	defer release()
	b := s.simple("b")
	s.joined()
	for range 3 {
		s.write("a", wire.Request{To: "b", Content: large(45 << 10)})
	}
	if code := <-b.ended; code != codec.CloseSlowConsumer {
		t.Errorf("closed with %d", code)
	}
	b.quiet()
}

// Where too many reads wait clients are told so, and a catch-up waits its turn.
func TestReadersFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		s.talk("a", "b", 2)
		s.group("g", "a", "b")
		release := s.hold()
		for len(s.readers.jobs) < cap(s.readers.jobs) {
			s.readers.jobs <- func() {}
		}
		b := s.simple("b")
		a := s.connect(1, "a", "x", true)
		synctest.Wait()
		for _, m := range []string{
			`{"type":"history","cid":"h","group_id":"g"}`, `{"type":"ack","cid":"h","ids":["1"]}`,
		} {
			a.ask(m, object{"type": "error", "cid": "h", "reason": "busy"})
		}
		if st := s.Stats(); st.BusyReads < 2 || st.WaitingReads != maxReads {
			t.Errorf("%+v", st)
		}
		release()
		for _, seq := range span(1, 2) {
			b.expect(object{"type": "chat", "seq": seq})
		}
	})
}
