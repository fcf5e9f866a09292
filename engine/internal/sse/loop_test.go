package sse

import (
	"testing"
	"time"

	"gannet/engine/internal/delivery"
)

func TestPosts(t *testing.T) {
	l := newTestLoop(t)
	a, _ := l.join("u", delivery.Room{Conv: 7, From: 2})
	b, _ := l.join("u")
	other, _ := l.join("v", delivery.Room{Conv: 7, From: 3})
	early, _ := l.connect("u")
	elsewhere := a.ID()
	elsewhere.Reactor++

	l.post(10,
		delivery.Post{Kind: delivery.ToConn, Serial: early.serial, Frame: textFrame("early")},
		delivery.Post{Kind: delivery.ToConn, Serial: 99, Frame: textFrame("nobody")},
		toUser("u", textRun(5, 1, 2)),
		toRoom(textRun(7, 2, 2)), // seq 2 and 3
		toRoom(textRun(7, 4, 1)),
		toRoom(textRun(8, 1, 1)),
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("note"), Except: b.ID()},
		delivery.Post{Kind: delivery.NotifyRoom, Room: 7, Frame: textFrame("room note"), Except: a.ID()},
		delivery.Post{Kind: delivery.NotifyRoom, Room: 7, Frame: textFrame("for all"), Except: elsewhere})
	l.expect(a, "5/1", "5/2", "7/3", "7/4", "note", "for all #10")
	l.expect(b, "5/1", "5/2 #10")
	l.expect(other, "7/4", "room note", "for all #10")
	l.expect(early, "early") // it hasn't joined: what it has is not the log up to anywhere

	l.post(11,
		delivery.Post{Kind: delivery.Leave, User: "v", Room: 7},
		delivery.Post{Kind: delivery.Enter, User: "u", Room: 7, From: 5},
		toRoom(textRun(7, 5, 2)))
	l.expect(a, "7/5", "7/6 #11") // it kept its place
	l.expect(b, "7/6 #11")
	l.expect(other)
}

// A run to a room goes to the session of a watched stream.
func TestWatched(t *testing.T) {
	l := newTestLoop(t)
	s, f := l.join("u", delivery.Room{Conv: 1, From: 4})
	var firsts []uint64
	f.deliver = func(run *delivery.Run) { firsts = append(firsts, run.First) }
	s.SetWatched(true)
	l.post(9, toRoom(textRun(1, 3, 2)), toRoom(textRun(1, 5, 1)))
	s.SetWatched(false)
	l.post(10, toRoom(textRun(1, 5, 1)), toRoom(textRun(1, 6, 1)))
	l.expect(s, "1/6 #10")
	if len(firsts) != 1 || firsts[0] != 5 {
		t.Errorf("the session got %v", firsts)
	}
}

func TestSendRun(t *testing.T) {
	l := newTestLoop(t)
	s, f := l.join("u")
	run := textRun(1, 5, 4)
	run.Skip = []delivery.Skip{{Conn: delivery.Conn{Reactor: 0, Serial: s.serial}, Index: 0}, {Conn: s.ID(), Index: 2}}
	for after, want := range map[uint64]int{0: 3, 4: 3, 5: 2, 7: 1, 8: 0, ^uint64(0): 0} {
		f.deliver = func(run *delivery.Run) {
			if n := s.SendRun(run, after); n != want {
				t.Errorf("after %d: %d frames, want %d", after, n, want)
			}
		}
		l.post(2, toUser("u", run))
	}
	f.deliver = nil
	l.read(s)
	l.post(3, toUser("u", run))
	l.expect(s, "1/5", "1/6", "1/8 #3")
	s.SendParts([]byte("\x81\x04a"), []byte("b"), nil, []byte("cd"))
	l.endTurn(0)
	l.expect(s, "abcd")
}

// Only the last event of a turn of posts has an id, and none has while the stream
// catches up: what it has then is not the log up to anywhere.
func TestIDs(t *testing.T) {
	l := newTestLoop(t)
	s, f := l.connect("u")
	var held []*delivery.Run
	f.joined = func(uint64) {}
	f.deliver = func(run *delivery.Run) { held = append(held, run) }
	l.post(20, joinPost(s, 20))
	l.turn(&entry{do: func() { s.Send(textFrame("old")) }})
	l.post(21, toUser("u", textRun(1, 1, 1)), delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("note")})
	l.expect(s, "old", "note")

	f.deliver = nil
	l.turn(&entry{do: func() {
		s.Send(textFrame("older"))
		for _, run := range held {
			s.SendRun(run, 0)
		}
		s.CaughtUp(20)
	}})
	l.expect(s, "older", "1/1", " #20")
	l.turn(&entry{do: func() { s.Send(textFrame("answer")) }})
	l.post(22, toUser("v", textRun(2, 1, 1)))
	l.expect(s, "answer")
	l.post(23, toUser("u", textRun(1, 2, 2)))
	l.expect(s, "1/2", "1/3 #23")
}

// A client that has seen an empty log has an id to come back with.
func TestCaughtUpWithAnEmptyLog(t *testing.T) {
	l := newTestLoop(t)
	s, _ := l.connect("u")
	l.post(1, joinPost(s, 0))
	l.expect(s, " #1")
}

// A stream that is closed in the middle of a turn gets no id: it has not got all.
func TestCloseInATurn(t *testing.T) {
	l := newTestLoop(t)
	s, f := l.join("u", delivery.Room{Conv: 1, From: 0}, delivery.Room{Conv: 2, From: 0})
	other, _ := l.join("u")
	f.deliver = func(run *delivery.Run) {
		s.SendRun(run, 0)
		s.Close(4003, "kicked")
		s.Close(4001, "again")
		s.CaughtUp(99)
		s.Send(textFrame("late"))
	}
	l.post(30, toUser("u", textRun(1, 1, 1)), toUser("u", textRun(3, 1, 1)))
	l.expect(s, "1/1", `close {"code":4003,"reason":"kicked"}`)
	l.expect(other, "1/1", "3/1 #30")
	l.post(31, joinPost(s, 31))
	l.turn(&entry{do: s.gone})
	if f.left != 1 || f.rooms != 2 || f.pending == 0 {
		t.Errorf("left %d times, in %d rooms, with %d bytes pending", f.left, f.rooms, f.pending)
	}
	if len(l.rooms) != 0 || len(l.users["u"]) != 1 || len(l.streams) != 1 {
		t.Error("the stream is still in a table")
	}
	if b, ended := s.outbox.take(nil); len(b) != 0 || !ended {
		t.Errorf("%q is left, ended %v", b, ended)
	}
}

func TestGone(t *testing.T) {
	l := newTestLoop(t)
	s, f := l.join("u", delivery.Room{Conv: 1, From: 0})
	for range 2 {
		l.turn(&entry{do: s.gone})
	}
	l.post(2, toUser("u", textRun(1, 1, 1)), toRoom(textRun(1, 1, 1)))
	if f.left != 1 || len(l.rooms)+len(l.users)+len(l.streams) != 0 || s.Pending() != 0 {
		t.Errorf("left %d times, %d pending", f.left, s.Pending())
	}
}

// Too much that waits from earlier turns closes a stream, and what came last is
// not among what it is given: its id would be too high.
func TestSlow(t *testing.T) {
	l := newTestLoop(t)
	l.cfg.MaxOutbound = 100
	s, f := l.join("u")
	fast, _ := l.join("u")
	turn := func(point, first uint64, n int) {
		l.post(point, toUser("u", textRun(1, first, n)))
		l.read(fast)
	}
	turn(2, 1, 50) // of any size
	if !s.open || s.Pending() < 100 {
		t.Fatalf("open %v with %d bytes", s.open, s.Pending())
	}
	turn(3, 51, 1)
	if s.open || f.left != 1 || l.slow.Load() != 1 || !fast.open {
		t.Fatalf("open %v, left %d times, %d slow", s.open, f.left, l.slow.Load())
	}
	got := l.read(s)
	if n := len(got); n != 51 || got[49] != "1/50 #2" || got[50] != `close {"code":4008,"reason":"slow consumer"}` {
		t.Errorf("%d events, at last %q", n, got[n-2:])
	}
	if n := l.events.Load(); n != 50+51 {
		t.Errorf("%d events were counted", n)
	}
}

func TestTick(t *testing.T) {
	l := newTestLoop(t)
	a, f := l.join("u")
	b, g := l.join("u")
	var at time.Time
	f.ticked = func(now time.Time) { at = now; a.Send(textFrame("again")) }
	g.ticked = func(time.Time) { b.Close(4001, "the login has expired") }
	now := time.Now()
	l.tick(now)
	l.expect(a, "again")
	l.expect(b, `close {"code":4001,"reason":"the login has expired"}`)
	if !at.Equal(now) || g.left != 1 {
		t.Errorf("ticked at %v, left %d times", at, g.left)
	}
}
