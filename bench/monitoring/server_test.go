package monitoring_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gannet/engine"
)

// server is an engine in dev mode with all that there can be to watch.
type server struct {
	t        *testing.T
	engine   *engine.Engine
	config   engine.Config
	receiver string // of webhooks, and of what the hook asks
}

// newServer starts one, fills it a little, and starts it again: what is in tables
// then has to be read from them.
func newServer(t *testing.T) *server {
	s := &server{t: t}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"action":"allow"}`)
	}))
	t.Cleanup(receiver.Close)
	s.receiver = receiver.URL
	c := engine.DefaultConfig()
	c.DataDir = t.TempDir()
	c.Listen.WS, c.Listen.HTTP, c.Listen.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Storage.MinFreeBytes = 0
	c.Hook.URL = s.receiver
	c.Delivery.RetryAfter, c.Delivery.RetryCheck = time.Second, 100*time.Millisecond
	c.Limits.OutboundBytes = 256 << 10
	c.Limits.MessagesPerSecond, c.Limits.HTTPPerSecond = 0, 0
	s.config = c
	s.start()
	for range 50 {
		s.send("early", "bird", "a message that is in a table later")
	}
	s.stop()
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *server) start() {
	s.t.Helper()
	e, err := engine.New(s.config, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := e.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.engine = e
}

func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.engine.Shutdown(ctx); err != nil {
		s.t.Errorf("stopping the server: %v", err)
	}
}

func (s *server) ws() string {
	ws, _, _ := s.engine.Addrs()
	return "ws://" + ws + "/ws"
}

func (s *server) http() string {
	_, public, _ := s.engine.Addrs()
	return "http://" + public
}

// admin is the address of the operator's listener, host:port.
func (s *server) admin() string {
	_, _, admin := s.engine.Addrs()
	return admin
}

// scrape is what Prometheus gets.
func (s *server) scrape() string {
	s.t.Helper()
	resp, err := http.Get("http://" + s.admin() + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%d %v", resp.StatusCode, err)
	}
	return string(text)
}

// busy keeps a server busy until the test ends.
func (s *server) busy() {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	s.t.Cleanup(func() {
		cancel()
		all.Wait()
	})
	l := &load{server: s, ctx: ctx}
	l.addWebhook()
	for _, part := range []func(){l.chatters, l.forgetful, l.sluggish, l.stream, l.readers, l.desk} {
		all.Go(part)
	}
}
