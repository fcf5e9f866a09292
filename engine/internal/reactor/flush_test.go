package reactor

import (
	"bytes"
	"slices"
	"testing"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// TestOneWritePerTurn: few small frames are joined, many large ones go as
// vectors no longer than the system takes.
func TestOneWritePerTurn(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("u")
	for range 3 {
		c.Send(textFrame("x"))
	}
	l.flush()
	if s.writes != 1 || len(texts(t, s.wrote)) != 3 {
		t.Fatalf("%d writes of %q", s.writes, s.wrote)
	}
	frame := textFrame(string(bytes.Repeat([]byte("y"), 100)))
	kept := bytes.Clone(frame)
	for range 3000 {
		c.Send(frame)
	}
	s.wrote = nil
	l.flush()
	if s.vector > 1024 || len(texts(t, s.wrote)) != 3000 || !bytes.Equal(frame, kept) {
		t.Fatalf("vector of %d, %d frames", s.vector, len(texts(t, s.wrote)))
	}
	if c.Pending() != 0 {
		t.Fatalf("%d bytes pending", c.Pending())
	}
}

// TestSlowConsumer: too much unread ends the connection; the close frame waits
// behind what is buffered, and nothing follows it.
func TestSlowConsumer(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 1000})
	c, s := l.connect("u")
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial})
	l.passAll()
	s.slow = true
	var want []string
	for c.Open() {
		c.Send(textFrame("0123456789"))
		want = append(want, "0123456789")
		l.flush()
	}
	if n := len(want); c.held <= 1000 || (n-1)*len(textFrame(want[0])) > 1000 {
		t.Fatalf("closed after %d frames", n)
	}
	c.Send(textFrame("too late"))
	s.room = 1 << 20
	l.pass(0)
	if got := texts(t, s.wrote); !slices.Equal(got, append(want, "close 4008")) {
		t.Fatalf("got %v", got)
	}
	if len(l.users) != 0 || l.count.slow.Load() != 1 {
		t.Fatal("still in the tables, or not counted")
	}
	l.owner.clock.Store(int64(l.cfg.CloseWait))
	l.tick(l.now())
	l.flush()
	if c.state != gone || l.count.cut.Load() != 1 {
		t.Fatal("not closed after the time to wait")
	}
}

// TestWriteFailsInFlush: a connection that a write finds broken is gone at
// once, while others wait in the same list and the handler sends to more.
func TestWriteFailsInFlush(t *testing.T) {
	l := newTestLoop(Config{})
	a, sa := l.connect("a")
	b, sb := l.connect("b")
	other, so := l.connect("c")
	for _, c := range []*Conn{a, b, other} {
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}})
	}
	l.passAll()
	sa.fails = true
	l.h.closed = func(*Conn) { other.Send(textFrame("a left")) }
	for range 2000 {
		a.Send(textFrame(string(bytes.Repeat([]byte("y"), 100))))
	}
	a.Close(1000, "")
	b.Send(textFrame("hello"))
	l.flush()
	if a.state != gone || sa.writes != 1 || len(l.conns) != 2 || len(l.rooms[1].members) != 2 {
		t.Fatalf("a: state %d after %d writes", a.state, sa.writes)
	}
	if got := append(texts(t, sb.wrote), texts(t, so.wrote)...); !slices.Equal(got, []string{"hello", "a left"}) {
		t.Fatalf("got %v", got)
	}
}

// TestCloseTwice: the first code counts, and one close frame goes out.
func TestCloseTwice(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("u")
	c.Send(textFrame("last"))
	c.Close(codec.CloseReplaced, "replaced")
	c.Close(codec.CloseNormal, "")
	l.flush()
	if got := texts(t, s.wrote); !slices.Equal(got, []string{"last", "close 4002"}) {
		t.Fatalf("got %v", got)
	}
	l.closed(c)
	if got := l.owner.Stats().Closed; got[codec.CloseReplaced] != 1 || len(got) != 1 {
		t.Fatalf("counted %v", got)
	}
}
