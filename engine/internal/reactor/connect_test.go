package reactor

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"gannet/codec"
)

// bringIn is a client whose connection was made within the process.
func bringIn(t *testing.T, r *Reactors, client string) *rawClient {
	t.Helper()
	return bringInUntil(t, r, client, func() {})
}

// bringInUntil is bringIn for who wants to know of the end.
func bringInUntil(t *testing.T, r *Reactors, client string, gone func()) *rawClient {
	t.Helper()
	conn, err := r.Connect(netip.MustParseAddrPort(client), gone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(limit))
	return &rawClient{t: t, Conn: conn, reader: codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 1 << 20})}
}

// TestConnect: a connection without a listener is one like any other, from the
// address that was given.
func TestConnect(t *testing.T) {
	addrs := make(chan netip.AddrPort, 1)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) { addrs <- c.RemoteAddr(); c.Accept("") }
	closed := make(chan struct{}, 2)
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 2, MaxPerAddress: 1}, h)
	for range 2 { // the place is free again
		c := bringIn(t, r, "203.0.113.9:4711")
		c.write(upgrade())
		if resp := c.response(); resp.Status != 101 {
			t.Fatalf("status %d", resp.Status)
		}
		if got := <-addrs; got.String() != "203.0.113.9:4711" {
			t.Errorf("from %s", got)
		}
		c.write(masked(codec.OpText, "hello"))
		if got := c.text(); got != "hello" {
			t.Errorf("got %q", got)
		}
		crowd := bringIn(t, r, "203.0.113.9:4712")
		crowd.write(upgrade())
		if got := crowd.status(); got != "HTTP/1.1 429 Too Many Requests" {
			t.Errorf("got %q", got)
		}
		c.Close()
		<-closed
	}
}

// TestConnectSpreads: the loops get as many each.
func TestConnectSpreads(t *testing.T) {
	r := serve(t, Config{Reactors: 2}, echo())
	for range 6 {
		bringIn(t, r, "203.0.113.9:4711")
	}
	for _, l := range r.loops {
		if n := l.count.connections.Load(); n != 3 {
			t.Errorf("loop %d has %d", l.index, n)
		}
	}
}

// TestConnectIsClosed: such a connection gets its goodbye, and none is made after.
func TestConnectIsClosed(t *testing.T) {
	r := serve(t, Config{Reactors: 1}, echo())
	c := bringIn(t, r, "203.0.113.9:4711")
	c.write(upgrade())
	c.response()
	done := make(chan error, 1)
	go func() { done <- r.Close(context.Background(), nil, codec.CloseRestart) }()
	msg := c.next()
	if code, _, _ := codec.ParseClose(msg.Payload); msg.Op != codec.OpClose || code != codec.CloseRestart {
		t.Errorf("got %v", msg)
	}
	c.write(masked(codec.OpClose, "\x03\xf4"))
	if err := <-done; err != nil {
		t.Error(err)
	}
	if conn, err := r.Connect(netip.MustParseAddrPort("203.0.113.9:4711"), func() {}); err == nil {
		conn.Close()
		t.Error("connected to reactors that have ended")
	}
}

// TestConnectGone: who brought a connection learns once of its end, whoever ends it, and
// also where it was not admitted.
func TestConnectGone(t *testing.T) {
	h := echo()
	r := serve(t, Config{Reactors: 1, MaxPerAddress: 1}, h)
	gone := make(chan string, 100)
	bring := func(name string) *rawClient {
		return bringInUntil(t, r, "203.0.113.9:4711", func() { gone <- name })
	}
	expect := func(name string) {
		t.Helper()
		if got := <-gone; got != name {
			t.Errorf("%s has gone, not %s", got, name)
		}
	}
	first := bring("first")
	for range overflow {
		bring("crowd")
	}
	bring("not admitted")
	expect("not admitted")
	first.Close()
	expect("first")
	if err := r.Close(context.Background(), nil, codec.CloseRestart); err != nil {
		t.Error(err)
	}
	for range overflow {
		expect("crowd")
	}
	if len(gone) > 0 {
		t.Errorf("%s has gone, too", <-gone)
	}
}
