package chat

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// hold keeps all readers busy until the returned function is called.
func (s *site) hold() (release func()) {
	gate := make(chan struct{})
	var held sync.WaitGroup
	for range s.cfg.Readers {
		held.Add(1)
		s.readers.jobs <- func() { held.Done(); <-gate }
	}
	held.Wait()
	return func() { close(gate) }
}

// A simple client is sent the newest of what it hasn't, without its own, and
// then what comes; what was handed over isn't sent again.
func TestBacklog(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.Backlog = 5 })
	s.talk("a", "b", 8)
	s.talk("b", "a", 2)
	s.talk("c", "b", 3)
	b := s.simple("b")
	got := map[any][]uint64{}
	for range 6 {
		o := b.expect(object{"type": "chat", "to": "b"})
		got[o["from"]] = append(got[o["from"]], o.seq())
	}
	if !slices.Equal(got["a"], span(6, 8)) || !slices.Equal(got["c"], span(1, 3)) {
		t.Errorf("%v", got)
	}
	s.talk("a", "b", 1)
	b.expect(object{"type": "chat", "from": "a", "seq": 11})
	b.tick()
	b.hangUp()
	b = s.simple("b")
	s.settle()
	b.quiet()
	b.hangUp()
	s.talk("a", "b", 1)
	b = s.simple("b")
	b.expect(object{"type": "chat", "from": "a", "seq": 12})
	b.hangUp() // tells on leaving how far it was
	b = s.simple("b")
	s.settle()
	b.quiet()
}

// What isn't handed to the socket doesn't count as delivered.
func TestBacklogOfUnread(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	b := s.simple("b")
	s.settle()
	s.talk("a", "b", 2)
	s.write("a", wire.Request{GroupID: "g"})
	b.until("chat")
	s.settle()
	b.on(func() { b.pending = 1 })
	b.tick()
	b.hangUp()
	b = s.simple("b")
	for range 3 {
		b.until("chat")
	}
}

// What arrives during the backlog comes after it, in order and once.
func TestHeldRuns(t *testing.T) {
	for _, tracked := range []bool{false, true} {
		s := open(t, nil)
		s.group("g", "a", "b")
		s.write("a", wire.Request{GroupID: "g"})
		s.talk("a", "b", 2)
		release := s.hold()
		b := s.connect(1, "b", "d", tracked)
		if tracked {
			b.say(`{"type":"sync","cid":"y","limit":3}`) // the third comes as a run
		}
		s.joined()
		for range 4 {
			s.talk("a", "b", 1)
			s.write("a", wire.Request{GroupID: "g"})
		}
		b.on(func() {})
		b.quiet()
		release()
		var chats []object
		if tracked {
			chats, _ = b.until("synced")
			if len(chats) != 4 {
				t.Errorf("%d before it is synced", len(chats))
			}
		}
		for len(chats) < 12 {
			chats = append(chats, b.next())
		}
		byConv := map[any][]uint64{}
		for _, o := range chats {
			byConv[o["conv_id"]] = append(byConv[o["conv_id"]], o.seq())
		}
		if !slices.Equal(byConv["single_a:b"], span(1, 6)) || !slices.Equal(byConv["group_g"], span(1, 6)) {
			t.Errorf("tracked %v: %v", tracked, byConv)
		}
		s.settle()
		b.quiet()
	}
}

// Clients come, and sync again, while much is sent: each gets every message of
// every conversation once, in order, without a gap.
func TestCatchUpWhileSending(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.Backlog, c.MaxMembers = 100_000, 10 })
	s.group("g", "a", "b", "c")
	s.group("h", "b", "a")
	const each = 120
	var wg sync.WaitGroup
	for _, to := range []wire.Request{{To: "b"}, {GroupID: "g"}, {GroupID: "h"}} {
		wg.Go(func() {
			for range each {
				s.write("a", to)
			}
		})
	}
	var clients []*conn
	for i := range 12 {
		tracked := i%2 == 0
		c := s.connect(i%2, "b", fmt.Sprint("d", i), tracked)
		if tracked {
			// From the beginning, whatever other devices have acknowledged.
			c.say(`{"type":"sync","cursors":{"single_a:b":0,"group_g":0,"group_h":0},"limit":500}`)
		}
		clients = append(clients, c)
		s.write("a", wire.Request{To: "z"})
	}
	wg.Wait()
	for i, c := range clients {
		got := map[string][]uint64{}
		for n := 0; n < 3*each; {
			if o := c.next(); o.is("chat") {
				conv := o["conv_id"].(string)
				got[conv] = append(got[conv], o.seq())
				n++
			}
		}
		for conv, seqs := range got {
			first := uint64(1)
			if conv[0] == 'g' {
				first = 2 // after that it was created
			}
			if !slices.Equal(seqs, span(first, first+each-1)) {
				t.Errorf("client %d in %s: %v", i, conv, seqs)
			}
		}
	}
	s.settle()
	for _, c := range clients {
		for range len(c.in) {
			if o := c.next(); o.is("chat") {
				t.Errorf("too much: %v", o["raw"])
			}
		}
	}
}

// runOf makes a run of a conversation.
func runOf(conv, first, last uint64) *delivery.Run {
	r := &delivery.Run{Conv: conv, First: first}
	for seq := first; seq <= last; seq++ {
		r.Frames = codec.AppendFrame(r.Frames, codec.OpText, fmt.Appendf(nil, `{"type":"chat","seq":%d}`, seq))
		r.Ends = append(r.Ends, int32(len(r.Frames)))
	}
	return r
}

// Runs of before the join that reach the connection only afterwards, because its
// reactor was busy, aren't sent once more after the sync that covered them.
func TestLateRuns(t *testing.T) {
	s := open(t, nil)
	c := s.track("b")
	c.on(func() {
		ss := c.session
		ss.catchUp = &catchUp{joined: true, stretches: []stretch{{place: place{num: 7}, from: 11, to: 10, start: 0}}}
		for first := uint64(1); first <= 9; first += 2 {
			ss.Deliver(runOf(7, first, first+1))
		}
		ss.Deliver(runOf(7, 11, 12))
		ss.finishCatchUp()
		ss.Deliver(runOf(7, 13, 13))
	})
	for _, seq := range span(11, 13) {
		c.expect(object{"type": "chat", "seq": seq})
	}
	c.quiet()
}

// Every conversation that a sync names is in its answer: also one that came into
// being after the cursors were looked up, and had nothing to send.
func TestSyncOfTheNew(t *testing.T) {
	s := open(t, nil)
	looked, err := s.cursorsByNum([]wire.Cursor{{ConvID: "single_a:b"}})
	if err != nil {
		t.Fatal(err)
	}
	s.talk("a", "b", 1)
	cu := &catchUp{sync: true, resume: s.seq.Durable(), limit: 9, cursors: []wire.Cursor{{ConvID: "single_a:b"}}}
	if err := s.planFrom("b", cu, looked); err != nil {
		t.Fatal(err)
	}
	if len(cu.stretches) != 0 || len(cu.synced) != 1 || cu.synced[0] != (wire.Synced{ConvID: "single_a:b", Gone: true}) {
		t.Errorf("%d stretches, %+v", len(cu.stretches), cu.synced)
	}
}

// A connection that is gone stops its catch-up, and others go on.
func TestCatchUpOfTheGone(t *testing.T) {
	s := open(t, nil)
	s.talk("a", "b", 3)
	release := s.hold()
	gone, stays := s.simple("b"), s.connect(1, "b", "e", false)
	s.joined()
	gone.hangUp()
	release()
	for _, seq := range span(1, 3) {
		stays.expect(object{"type": "chat", "seq": seq})
	}
	gone.quiet()
}

// A newer connection of the device takes over; a sync of the older one that was
// on its way changes nothing about it.
func TestSyncOfTheReplaced(t *testing.T) {
	s := open(t, nil)
	old := s.track("b")
	s.settle()
	release := s.stall() // both are on their way
	young := s.track("b")
	old.say(`{"type":"sync"}`)
	release()
	young.ask(`{"type":"sync","cid":"y"}`, object{"type": "synced"})
	if code := <-old.ended; code != codec.CloseReplaced {
		t.Errorf("closed with %d", code)
	}
	s.talk("a", "b", 1)
	young.expect(object{"type": "chat", "seq": 1})
	select {
	case code := <-young.ended:
		t.Errorf("closed with %d", code)
	default:
	}
}
