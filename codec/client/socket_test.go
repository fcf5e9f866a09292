package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gannet/codec/wire"
)

// Listen serves s on a loopback port until the test or example is over, and
// returns the URL.
func (s *FakeServer) Listen() (url string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return "ws://" + l.Addr().String(), s.ServeOn(l)
}

// ServeOn serves s on l until stop is called.
func (s *FakeServer) ServeOn(l net.Listener) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for nc, err := l.Accept(); err == nil; nc, err = l.Accept() {
			s.serve(nc, 1)
		}
	}()
	return func() {
		l.Close()
		<-done
		s.Close()
	}
}

func timeout(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// Over TLS, with the certificate checked.
func TestTLS(t *testing.T) {
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	defer cert.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: cert.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	s := NewFakeServer()
	defer s.ServeOn(l)()
	ctx := timeout(t)
	cfg := Config{URL: "wss://" + l.Addr().String(), User: "1"}
	if c, err := Dial(ctx, cfg); err == nil {
		c.Close()
		t.Fatal("an unknown certificate was accepted")
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Certificate())
	cfg.TLS = &tls.Config{RootCAs: roots}
	c, err := Dial(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ping(ctx); err != nil {
		t.Fatal(err)
	}
}

// A server that shares no code with the client sees what the protocol asks for.
func TestForeignServer(t *testing.T) {
	query := make(chan url.Values, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query <- r.URL.Query()
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"gannet.v1"}})
		if err != nil {
			return
		}
		ctx := r.Context()
		ws.Write(ctx, websocket.MessageText, wire.AppendWelcome(nil, "hello", "1", "d", 1, 60))
		for {
			_, data, err := ws.Read(ctx)
			if err != nil {
				return
			}
			if strings.Contains(string(data), `"type":"ping"`) {
				ws.Write(ctx, websocket.MessageText, []byte(strings.Replace(string(data), "ping", "pong", 1)))
			}
		}
	}))
	defer srv.Close()
	ctx := timeout(t)
	c, err := Dial(ctx, Config{URL: "ws" + strings.TrimPrefix(srv.URL, "http") + "/ws?x=1", User: "a@b", Tracked: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	if q := <-query; q.Get("uid") != "a@b" || q.Get("x") != "1" || len(q.Get("device")) != 16 {
		t.Fatal(q)
	}
}

func TestDialTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // never accepts
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, Config{URL: "ws://" + l.Addr().String(), User: "1"}); err == nil {
		t.Fatal("dialled")
	}
}
