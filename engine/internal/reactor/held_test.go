package reactor

import (
	"testing"
	"time"
)

// unread leaves n bytes unread in a connection and looks at it.
func (l *testLoop) unread(c *Conn, s *fakeSocket, n int) {
	s.held = n
	c.Send(textFrame("x"))
	l.flush()
}

// TestAllSlowReaders: while little waits in all connections together, one may have
// all that it is allowed; once it is too much, only those who read go on.
func TestAllSlowReaders(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 100 << 20})
	a, sa := l.connect("a")
	b, sb := l.connect("b")
	c, sc := l.connect("c")
	for _, s := range []*fakeSocket{sa, sb, sc} {
		s.stuck = true
	}
	l.unread(a, sa, 99<<20)
	l.unread(b, sb, 99<<20)
	l.unread(c, sc, 40<<10)
	if !a.Open() || !b.Open() || !c.Open() {
		t.Fatal("closed although there is room")
	}
	d, sd := l.connect("d")
	sd.stuck = true
	l.unread(d, sd, 99<<20)
	l.unread(c, sc, 41<<10)
	if d.Open() || !c.Open() {
		t.Fatalf("who has much goes (open %v), who has little stays (open %v)", d.Open(), c.Open())
	}
	if n := l.count.slow.Load(); n != 1 {
		t.Errorf("counted %d", n)
	}
	for _, c := range []*Conn{a, b, c, d} {
		l.closed(c)
	}
	if n := l.owner.held.Load(); n != 0 {
		t.Errorf("%d bytes are left of nobody", n)
	}
}

// TestDrained: what was read meanwhile doesn't count for ever.
func TestDrained(t *testing.T) {
	l := newTestLoop(Config{TickEvery: time.Second})
	c, s := l.connect("a")
	s.stuck = true
	l.unread(c, s, 1000)
	if n := l.owner.held.Load(); n < 1000 {
		t.Fatalf("%d bytes", n)
	}
	s.held = 0
	l.owner.clock.Store(int64(2 * time.Second))
	l.tick(l.now())
	if n := l.owner.held.Load(); n != 0 {
		t.Errorf("%d bytes after they were read", n)
	}
}
