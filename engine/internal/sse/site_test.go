package sse

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// site is a hub behind an HTTP server with the time limits of the public one.
type site struct {
	*Hub
	t       *testing.T
	server  *http.Server
	clients []net.Conn

	mu       sync.Mutex
	sessions []*fakeSession // in the order in which they were opened
}

// newSite makes a site that serves connections which it is given.
func newSite(t *testing.T, change func(*Config)) *site {
	cfg := testConfig()
	if change != nil {
		change(&cfg)
	}
	s := &site{t: t}
	s.Hub = newHub(cfg, func(c chat.Conn, login chat.Login, resume uint64) (session, error) {
		ss, err := beginFake(c, login, resume)
		s.mu.Lock()
		s.sessions = append(s.sessions, ss.(*fakeSession))
		s.mu.Unlock()
		return ss, err
	})
	s.server = &http.Server{
		Handler:     handler(s.Hub),
		ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
	}
	t.Cleanup(s.stop)
	return s
}

// handler lets in whom the parameters user and device name.
func handler(h *Hub) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		login := chat.Login{User: query.Get("user"), Device: query.Get("device"), Role: query.Get("role"), Tracked: true}
		if err := h.Serve(w, r, login); err != nil {
			w.WriteHeader(err.Code)
			_, _ = io.WriteString(w, err.Reason)
		}
	})
}

func (s *site) stop() {
	if err := s.Close(context.Background(), nil); err != nil {
		s.t.Error(err)
	}
	for _, c := range s.clients {
		_ = c.Close()
	}
	_ = s.server.Close()
}

// listen serves on a socket.
func (s *site) listen() (url string) {
	server := httptest.NewUnstartedServer(nil)
	server.Config = s.server
	server.Start()
	s.t.Cleanup(server.Close)
	return server.URL
}

// on runs fn on the loop.
func (s *site) on(fn func()) {
	s.t.Helper()
	done := make(chan struct{})
	if !s.loop.inbox.put(entry{do: func() { fn(); close(done) }}) {
		s.t.Fatal("the hub is closed")
	}
	<-done
}

// session is the one that was opened as the nth.
func (s *site) session(n int) *fakeSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[n]
}

// join lets the stream that was opened as the nth join.
func (s *site) join(n int, rooms ...delivery.Room) {
	c := s.session(n).c
	s.Post([]delivery.Post{{Kind: delivery.Join, Serial: c.ID().Serial, Point: s.cfg.Durable(), Rooms: rooms}})
}

// pipeListener is where net/http takes the only connection from.
type pipeListener struct{ conns chan net.Conn }

func (l *pipeListener) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (l *pipeListener) Close() error   { return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{} }

// pipe asks for a stream on a connection without buffers, so that a client which
// doesn't read is noticed at once.
func (s *site) pipe(user string) net.Conn {
	s.t.Helper()
	near, far := net.Pipe()
	s.clients = append(s.clients, near)
	l := &pipeListener{make(chan net.Conn, 1)}
	l.conns <- far
	close(l.conns)
	if err := s.server.Serve(l); err != net.ErrClosed {
		s.t.Fatal(err)
	}
	if _, err := io.WriteString(near, "GET /?user="+user+" HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		s.t.Fatal(err)
	}
	return near
}

// clientOf reads the head of the answer that comes on a connection.
func clientOf(t *testing.T, conn io.Reader) *client {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, resp.Body)
	c.greeted()
	return c
}

// get asks for a stream as a browser does.
func get(t *testing.T, url string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for h := range slices.Chunk(header, 2) {
		r.Header.Set(h[0], h[1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// expectAnswer is for requests that get no stream.
func expectAnswer(t *testing.T, resp *http.Response, status int, body string) {
	t.Helper()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status || string(got) != body {
		t.Errorf("got %d %s (%v), want %d %s", resp.StatusCode, got, err, status, body)
	}
}

func closedWith(b block, code string) bool {
	return b.event == "close" && strings.HasPrefix(b.data, `{"code":`+code+`,`) && b.id == ""
}

var shutdown = []byte(`{"type":"system","event":"shutdown"}`)

func shutdownFrame() []byte { return codec.AppendFrame(nil, codec.OpText, shutdown) }
