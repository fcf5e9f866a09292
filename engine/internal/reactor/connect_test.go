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
	conn, err := r.Connect(netip.MustParseAddrPort(client))
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
	if conn, err := r.Connect(netip.MustParseAddrPort("203.0.113.9:4711")); err == nil {
		conn.Close()
		t.Error("connected to reactors that have ended")
	}
}
