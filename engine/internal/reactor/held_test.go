package reactor

import (
	"strings"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// unread has n bytes wait for a connection that doesn't read.
func (l *testLoop) unread(c *Conn, s *fakeSocket, n int) {
	s.slow = true
	c.Send(make([]byte, n))
	l.flush()
}

// reads has a connection read n bytes.
func (l *testLoop) reads(s *fakeSocket, n int) {
	s.room += n
	l.unblock()
	l.flush()
}

// look has the loop look at who is stuck, the n-th time.
func (l *testLoop) look(n int) {
	l.owner.clock.Store(int64(time.Duration(n) * stuckTime))
	l.tick(l.now())
	l.flush()
}

// TestStuckReaders: while little waits in all connections together, one may have
// all that it is allowed; once it is too much, those go that take nothing, also if
// nothing more is sent to them.
func TestStuckReaders(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 200 << 20})
	silent, ss := l.connect("silent")
	reads, sr := l.connect("reads")
	little, sl := l.connect("little")
	l.unread(silent, ss, 100<<20)
	l.unread(reads, sr, 100<<20)
	l.unread(little, sl, 40<<10)
	for n := range 3 {
		l.look(1 + n)
	}
	if l.owner.Crowded() || !silent.Open() || !reads.Open() || !little.Open() {
		t.Fatal("closed although there is room")
	}
	last, sa := l.connect("last")
	l.unread(last, sa, 190<<20)
	if !l.owner.Crowded() || !last.Open() {
		t.Fatal("what is written alone says nothing of a reader")
	}
	l.look(4)
	for n := range 5 {
		l.reads(sr, 10<<10)
		l.unread(reads, sr, 10<<10) // as much comes as it takes
		l.reads(sa, 1)
		l.unread(silent, ss, 1) // is nothing that it takes
		l.look(5 + n)
	}
	if silent.Open() || !reads.Open() || !little.Open() || !last.Open() {
		t.Errorf("who takes nothing goes (open %v), who takes something stays (open %v, %v), who has little, too (open %v)",
			silent.Open(), reads.Open(), last.Open(), little.Open())
	}
	if n := l.count.slow.Load(); n != 1 {
		t.Errorf("counted %d", n)
	}
	for len(l.list) > 0 {
		l.closed(l.list[0])
	}
	if n := l.owner.held.Load(); n != 0 {
		t.Errorf("%d bytes are left of nobody", n)
	}
}

// TestStuckForAWhile: between two looks there is some time.
func TestStuckForAWhile(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 400 << 20})
	c, s := l.connect("a")
	l.unread(c, s, 300<<20)
	for range 3 {
		l.look(1)
	}
	if !c.Open() {
		t.Fatal("closed at once")
	}
	if l.look(2); c.Open() {
		t.Error("open")
	}
}

// TestUnacknowledged: what the kernel keeps for a reader that doesn't read is known.
func TestUnacknowledged(t *testing.T) {
	h := echo()
	ids := make(chan delivery.Conn, 1)
	h.open = func(c *Conn, _ *codec.Request) { c.Accept(""); ids <- c.ID() }
	r := serve(t, Config{Reactors: 1, MaxOutbound: 64 << 20}, h)
	dialRaw(t, r).write(upgrade())
	id := <-ids
	kept := make(chan int, 1)
	r.DoConn(id, func(c *Conn) { c.Send(textFrame(strings.Repeat("x", 32<<20))) })
	for n := 0; n == 0; n = <-kept { // until it is written
		r.DoConn(id, func(c *Conn) { kept <- unacknowledged(c.sock.Fd()) })
	}
	if n := unacknowledged(-1); n != 0 {
		t.Errorf("%d bytes of no socket", n)
	}
}

// TestDrained: what was read doesn't count any more.
func TestDrained(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("a")
	l.unread(c, s, 1000)
	for _, left := range []int64{1000, 300, 0} {
		l.reads(s, 1000-int(left)-len(s.wrote))
		if n := l.owner.held.Load(); n != left || c.Pending() != int(left) {
			t.Errorf("%d and %d bytes, want %d", n, c.Pending(), left)
		}
	}
}
