package reactor

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// TestBreaches: what breaks the protocol is answered with its code, behind
// what was answered before; then the socket ends.
func TestBreaches(t *testing.T) {
	closed := make(chan struct{}, 100)
	h := echo()
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 1, MaxMessage: 1000}, h)
	huge := masked(codec.OpText, strings.Repeat("x", 70_000))
	for name, tc := range map[string]struct {
		bytes []byte
		code  uint16
	}{
		"unmasked":     {codec.AppendFrame(nil, codec.OpText, []byte("x")), codec.CloseProtocolError},
		"opcode":       {masked(3, "x"), codec.CloseProtocolError},
		"stray":        {masked(codec.OpContinuation, "x"), codec.CloseProtocolError},
		"utf-8":        {masked(codec.OpText, "\xff"), codec.CloseInvalidPayload},
		"length claim": {huge[:14], codec.CloseTooBig},
		"long and all": {huge, codec.CloseTooBig},
		"close code":   {masked(codec.OpClose, "\x03\xee"), codec.CloseProtocolError},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, r)
			c.write(slices.Concat(masked(codec.OpText, "before"), tc.bytes))
			if got := c.text(); got != "before" {
				t.Fatalf("got %q", got)
			}
			if code := c.closeCode(); code != tc.code {
				t.Errorf("code %d, want %d", code, tc.code)
			}
			c.end()
			<-closed
		})
	}
}

// TestClientCloses: the client's close frame is echoed and the server ends the
// connection; what comes behind a close frame is not looked at.
func TestClientCloses(t *testing.T) {
	closed := make(chan struct{}, 100)
	h := echo()
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 1}, h)
	for body, want := range map[string]uint16{"\x03\xe8bye": 1000, "\x0b\xb8": 3000, "": codec.CloseNoStatus} {
		c := dial(t, r)
		c.write(append(masked(codec.OpClose, body), masked(codec.OpText, "behind")...))
		if code := c.closeCode(); code != want {
			t.Errorf("code %d, want %d", code, want)
		}
		c.end()
		<-closed
	}
	dial(t, r).Close()
	<-closed
	got := r.Stats().Closed
	if got[1000] != 1 || got[0] != 1 || got[codec.CloseNoStatus] != 1 || got[codec.CloseAbnormal] != 1 {
		t.Errorf("counted %v", got)
	}
}

// TestServerCloses: the client's answer ends it at once, silence after a while.
func TestServerCloses(t *testing.T) {
	ids, closed := make(chan delivery.Conn, 1), make(chan struct{}, 100)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) { c.Accept(""); ids <- c.ID() }
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 1, CloseWait: 100 * time.Millisecond}, h)
	for _, answers := range []bool{true, false} {
		c := dial(t, r)
		r.DoConn(<-ids, func(c *Conn) { c.Close(codec.CloseReplaced, "replaced") })
		if code := c.closeCode(); code != codec.CloseReplaced {
			t.Errorf("code %d", code)
		}
		if answers {
			c.write(slices.Concat(masked(codec.OpText, "late"), masked(codec.OpClose, "\x0f\xa2")))
		}
		c.end()
		<-closed
	}
	if got := r.Stats(); got.Closed[codec.CloseReplaced] != 2 || got.Cut != 1 || got.Messages != 0 {
		t.Errorf("stats %+v", got)
	}
}

func TestIdleForReal(t *testing.T) {
	r := serve(t, Config{Reactors: 1, IdleTimeout: 100 * time.Millisecond, CheckEvery: 50 * time.Millisecond}, echo())
	if code := dial(t, r).closeCode(); code != codec.CloseSilent {
		t.Fatalf("code %d", code)
	}
}

// TestSlowConsumerForReal: a client that does not read while it is sent much
// finds the close frame behind all that was sent before, if it reads at last.
func TestSlowConsumerForReal(t *testing.T) {
	full := make(chan struct{})
	frame := textFrame(strings.Repeat("x", 60_000))
	h := &recorder{message: func(c *Conn, _ []byte) {
		c.loop.owner.Do(0, func() { flood(c, frame, full) })
	}}
	r := serve(t, Config{Reactors: 1, MaxOutbound: 100_000, CloseWait: limit}, h)
	c := dial(t, r)
	c.write(masked(codec.OpText, "go"))
	<-full
	for {
		msg := c.next()
		if msg.Op == codec.OpClose {
			break
		}
		if len(msg.Payload) != 60_000 {
			t.Fatalf("%d bytes", len(msg.Payload))
		}
	}
	if got := r.Stats().Slow; got != 1 {
		t.Fatalf("counted %d", got)
	}
}

// flood sends a frame a turn until c is no longer open.
func flood(c *Conn, frame []byte, full chan struct{}) {
	if !c.Open() {
		close(full)
		return
	}
	c.Send(frame)
	c.loop.owner.Do(0, func() { flood(c, frame, full) })
}

// TestShutdown: what was posted goes out, then the frame, then the close
// frame; new clients are refused; nothing is left.
func TestShutdown(t *testing.T) {
	ids, closed := make(chan delivery.Conn, 10), make(chan struct{}, 10)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) { c.Accept(""); ids <- c.ID() }
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 2, CloseWait: limit}, h)
	var clients []*rawClient
	for range 4 {
		clients = append(clients, dial(t, r))
		id := <-ids
		r.Post(id.Reactor, []delivery.Post{
			{Kind: delivery.Join, Serial: id.Serial, Rooms: []delivery.Room{{Conv: 1}}},
			{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, uint64(len(clients)), 1)},
		})
	}
	half := dialRaw(t, r)
	half.write(upgrade()[:10])
	r.StopAccepting()
	late := dialRaw(t, r)
	late.write(upgrade())
	if got := late.status(); got != "HTTP/1.1 503 Service Unavailable" {
		t.Fatalf("got %q", got)
	}
	late.Close()
	done := make(chan error)
	go func() {
		done <- r.Shutdown(context.Background(), func() []byte { return textFrame("shutdown") }, codec.CloseRestart)
	}()
	for _, c := range clients {
		for c.text() != "shutdown" {
		}
		if code := c.closeCode(); code != codec.CloseRestart {
			t.Errorf("code %d", code)
		}
		c.write(masked(codec.OpClose, "\x03\xf4"))
		c.end()
	}
	half.end()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := r.Stats(); got.Connections != 0 || got.Closed[codec.CloseRestart] != 4 || len(closed) != 4 {
		t.Errorf("stats %+v", got)
	}
	if r.Do(0, func() {}) {
		t.Error("a function was taken after the end")
	}
}

// TestShutdownCutShort: clients that don't answer can't hold it up.
func TestShutdownCutShort(t *testing.T) {
	closed := make(chan struct{}, 100)
	h := echo()
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 1, CloseWait: time.Hour}, h)
	dial(t, r)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.Shutdown(ctx, nil, codec.CloseRestart); err != context.DeadlineExceeded {
		t.Fatalf("got %v", err)
	}
	<-closed
}
