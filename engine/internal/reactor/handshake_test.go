package reactor

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

func TestRejections(t *testing.T) {
	h := &recorder{open: func(c *Conn, req *codec.Request) {
		if req.Query == "no" {
			c.Reject(401, "unauthorized", "who are you?")
			return
		}
		c.Accept("")
	}}
	h.leaving = func(*Conn) { t.Error("a refused connection can't leave") }
	r := serve(t, Config{Reactors: 1}, h)
	good := string(upgrade())
	for name, tc := range map[string]struct{ request, status string }{
		"garbage":     {"\x16\x03\x01\x02\x00", "HTTP/1.1 400 Bad Request"},
		"method":      {strings.Replace(good, "GET", "POST", 1), "HTTP/1.1 405 Method Not Allowed"},
		"version":     {strings.Replace(good, "Version: 13", "Version: 8", 1), "HTTP/1.1 426 Upgrade Required"},
		"no upgrade":  {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		"too long":    {"GET /" + strings.Repeat("x", 9000), "HTTP/1.1 431 Request Header Fields Too Large"},
		"handler":     {strings.Replace(good, "/ws", "/ws?no", 1), "HTTP/1.1 401 Unauthorized"},
		"sends a lot": {strings.Replace(good, "/ws", "/ws?no", 1) + strings.Repeat("x", 1<<20), "HTTP/1.1 401 Unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			c := dialRaw(t, r)
			go func() { _, _ = c.Write([]byte(tc.request)) }()
			if got := c.status(); got != tc.status {
				t.Errorf("got %q", got)
			}
		})
	}
	if got := r.Stats(); got.Rejected[400] != 2 || got.Rejected[401] != 2 || got.Accepted != 0 {
		t.Errorf("stats %+v", got)
	}
}

// TestAcceptLater: what comes before the handler's answer waits for it.
func TestAcceptLater(t *testing.T) {
	ids := make(chan delivery.Conn, 1)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) { ids <- c.ID() }
	r := serve(t, Config{Reactors: 1, Protocols: []string{"gannet.v1"}}, h)
	c := dialRaw(t, r)
	c.write(append(upgrade("gannet.v1"), masked(codec.OpText, "early")...))
	id := <-ids
	c.write(masked(codec.OpText, "late"))
	r.DoConn(id, func(c *Conn) {
		if !c.Accept(c.Offered(), textFrame("first")) || c.Accept("") {
			t.Error("accepted not once")
		}
	})
	if resp := c.response(); resp.Protocol != "gannet.v1" {
		t.Fatalf("subprotocol %q", resp.Protocol)
	}
	for _, want := range []string{"first", "early", "late"} {
		if got := c.text(); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// TestFloodBeforeAccept: a client can't fill memory while its login is checked.
func TestFloodBeforeAccept(t *testing.T) {
	closed := make(chan struct{})
	h := &recorder{open: func(*Conn, *codec.Request) {}, closed: func(*Conn) { close(closed) }}
	r := serve(t, Config{Reactors: 1, MaxMessage: 1000}, h)
	c := dialRaw(t, r)
	go func() { _, _ = c.Write(append(upgrade(), bytes.Repeat([]byte("x"), 1<<20)...)) }()
	<-closed
	if n := r.Stats().Flooded; n != 1 {
		t.Fatalf("counted %d", n)
	}
}

// TestHandshakeTimeout: neither a slow head nor a handler that never answers
// keeps a connection.
func TestHandshakeTimeout(t *testing.T) {
	closed := make(chan struct{})
	h := &recorder{open: func(*Conn, *codec.Request) {}, closed: func(*Conn) { close(closed) }}
	r := serve(t, Config{Reactors: 1, HandshakeTimeout: 50 * time.Millisecond}, h)
	slow := dialRaw(t, r)
	slow.write(upgrade()[:20])
	waiting := dialRaw(t, r)
	waiting.write(upgrade())
	slow.end()
	waiting.end()
	<-closed
	if n := r.Stats().TimedOut; n != 2 {
		t.Fatalf("counted %d", n)
	}
}

// TestConnectionLimit: connections above the limit are told so, and there is
// room again when one goes.
func TestConnectionLimit(t *testing.T) {
	closed := make(chan struct{}, 100)
	h := echo()
	h.closed = func(*Conn) { closed <- struct{}{} }
	r := serve(t, Config{Reactors: 2, MaxConnections: 2}, h)
	first := dial(t, r)
	dial(t, r)
	over := dialRaw(t, r)
	over.write(upgrade())
	if got := over.status(); got != "HTTP/1.1 503 Service Unavailable" {
		t.Fatalf("got %q", got)
	}
	over.Close()
	first.Close()
	<-closed
	for r.sockets.Load() > 1 { // the refused one may still be there
		over := dialRaw(t, r)
		over.write(upgrade())
		if resp := over.response(); resp.Status == 101 {
			return
		}
		over.Close()
	}
	dial(t, r)
}

// TestOverflow: far above the limit nothing is listened to.
func TestOverflow(t *testing.T) {
	r := serve(t, Config{Reactors: 1, MaxConnections: 1}, echo())
	dial(t, r)
	for range overflow {
		dialRaw(t, r)
	}
	if got := dialRaw(t, r).status(); got != "HTTP/1.1 503 Service Unavailable" {
		t.Fatalf("got %q", got)
	}
	if n := r.Stats().Refused; n != 1 {
		t.Fatalf("refused %d", n)
	}
}

func TestConnectionLimitOfFiles(t *testing.T) {
	if _, err := connectionLimit(Config{ReserveFiles: 1 << 40}); err == nil {
		t.Error("no error when all descriptors are reserved")
	}
	n, err := connectionLimit(Config{ReserveFiles: 1, MaxConnections: 3})
	if err != nil || n != 3 {
		t.Errorf("limit %d, %v", n, err)
	}
}
