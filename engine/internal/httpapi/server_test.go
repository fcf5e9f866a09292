package httpapi

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves on a free port and returns a function that stops and waits.
func start(t testing.TB, s *Server) (stop func()) {
	t.Helper()
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve() }()
	return func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func dial(t testing.TB, s *Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks over an open connection and returns the status and the body.
func get(t testing.TB, c net.Conn, r *bufio.Reader, target string) (int, string) {
	t.Helper()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestServeAndShutdown(t *testing.T) {
	f := &fakeChat{held: make(chan chan struct{})}
	s := newTestServer(f, true)
	if n := s.connections(); n != 0 {
		t.Errorf("%v connections before Listen", n)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()

	answered := make(chan string, 1)
	go func() {
		c := dial(t, s)
		defer c.Close()
		body := `{"to":"2","content":1}`
		fmt.Fprintf(c, "POST /api/v1/messages/send?uid=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			answered <- err.Error()
			return
		}
		answer.Body.Close()
		answered <- answer.Status
	}()
	release := <-f.held // the send is under way
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	if err := <-served; err != nil { // at once: no more is accepted
		t.Error(err)
	}
	close(release)
	if got := <-answered; got != "200 OK" {
		t.Errorf("answer %q", got)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("still listening")
	}
}

// When the time for the shutdown is over, requests under way are cut.
func TestShutdownCuts(t *testing.T) {
	f := &fakeChat{held: make(chan chan struct{})}
	s := newTestServer(f, true)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	c := dial(t, s)
	defer c.Close()
	fmt.Fprint(c, "POST /api/v1/messages/send?uid=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n"+`{"to":"2","content":1}`)
	release := <-f.held
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(over); err == nil {
		t.Error("no error, although a request was cut")
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("an answer")
	}
	close(release)
}

func TestListenTwice(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	defer start(t, s)()
	err := newTestServer(&fakeChat{}, true).Listen(s.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error %v", err)
	}
}

func TestShutdownWithoutServe(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// At the bound nobody new is served until somebody leaves.
func TestConnectionsAreBounded(t *testing.T) {
	s := New(Config{
		Chat: &fakeChat{}, Auth: fakeAuth{}, Origins: Origins{Dev: true}, MaxBody: 100, MaxConnections: 2, Pages: web.Config{WebSocket: "127.0.0.1:1"},
		Ready: func() *wire.Error { return nil }, Metrics: metrics.New(), Logger: slog.New(slog.DiscardHandler),
	})
	defer start(t, s)()
	var conns []net.Conn
	for range 2 {
		c := dial(t, s)
		defer c.Close()
		if status, _ := get(t, c, bufio.NewReader(c), "/healthz"); status != 200 {
			t.Fatal(status)
		}
		conns = append(conns, c)
	}
	expect(t, "open", s.connections(), 2.0)

	third := dial(t, s) // taken by the kernel, not by us
	defer third.Close()
	fmt.Fprint(third, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	select {
	case s.listener.slots <- struct{}{}:
		t.Fatal("a third slot")
	default:
	}
	conns[0].Close()
	answer, err := http.ReadResponse(bufio.NewReader(third), nil)
	if err != nil || answer.StatusCode != 200 {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
}

func TestTimeLimits(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	expect(t, "header", s.http.ReadHeaderTimeout, 5*time.Second)
	expect(t, "body", s.http.ReadTimeout, 10*time.Second)

	s.http.ReadHeaderTimeout = time.Millisecond
	s.http.ReadTimeout = time.Millisecond
	defer start(t, s)()
	for _, sent := range []string{
		"GET /healthz HTTP/1.1\r\nHost: local",
		"POST /api/v1/messages/ack?uid=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{",
	} {
		c := dial(t, s)
		fmt.Fprint(c, sent)
		answer, _ := io.ReadAll(c) // ends because the server closes
		if strings.Contains(string(answer), " 200 ") {
			t.Errorf("%q was answered %q", sent, answer)
		}
		c.Close()
	}
}

func TestHeadersAreBounded(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	defer start(t, s)()
	c := dial(t, s)
	defer c.Close()
	fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n", strings.Repeat("x", 30<<10))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	expect(t, "status", answer.StatusCode, 431)
}

func TestRequestsAreCounted(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	for _, target := range []string{"/api/v1/groups/7?uid=1", "/api/v1/groups/8?uid=1", "/api/v1/groups/8", "/nowhere", "/"} {
		do(s, request("GET", target, ""))
	}
	var b strings.Builder
	if err := s.metrics.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`gannet_http_requests_total{route="GET /api/v1/groups/{id}",status="200"} 2`,
		`gannet_http_requests_total{route="GET /api/v1/groups/{id}",status="401"} 1`,
		`gannet_http_requests_total{route="none",status="404"} 1`,
		`gannet_http_requests_total{route="GET pages",status="200"} 1`,
		`gannet_http_request_seconds_count{route="GET /api/v1/groups/{id}"} 3`,
		`gannet_http_connections_active{listener="public"} 0`,
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
}

func TestAdmin(t *testing.T) {
	r := metrics.New()
	a := NewAdmin(AdminConfig{Local: true, Ready: func() *wire.Error { return nil }, Metrics: r, Logger: slog.New(slog.DiscardHandler)})
	defer start(t, a)()
	c := dial(t, a)
	defer c.Close()
	reader := bufio.NewReader(c)
	for target, want := range map[string]string{
		"/metrics":                       "gannet_http_connections_active{listener=\"admin\"} 1\n",
		"/healthz":                       `{"code":200,"msg":"ok","data":{"status":"alive"}}`,
		"/readyz":                        `{"code":200,"msg":"ok","data":{"status":"ready"}}`,
		"/debug/pprof/":                  "goroutine",
		"/debug/pprof/goroutine?debug=1": "goroutine profile",
	} {
		status, body := get(t, c, reader, target)
		expect(t, target, status, 200)
		if !strings.Contains(body, want) {
			t.Errorf("%s: %s", target, body)
		}
	}
	for _, target := range []string{"/", "/api/v1/messages/history?uid=1&to=2", "/config.json", "/debug/pprof/cmdline"} {
		status, _, _ := do(a, request("GET", target, ""))
		expect(t, target, status, 404)
	}
	status, _, _ := do(a, request("GET", "/metrics", "", "Host: evil.example"))
	expect(t, "foreign host", status, 403)
	status, header, _ := do(a, request("POST", "/metrics", "{}"))
	expect(t, "method", status, 405)
	expect(t, "Allow", header.Get("Allow"), "GET, HEAD")
}
