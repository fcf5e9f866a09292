package httpapi

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// startTLS is start with a listener for TLS too.
func startTLS(t *testing.T, s *Server, addr string, maxConns, perAddress int) {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil) // for its certificate
	c := borrowed.TLS.Clone()
	borrowed.Close()
	c.NextProtos = []string{"h2", "http/1.1"}
	if err := s.ListenTLS(addr, maxConns, perAddress, c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(start(t, s))
}

func dialTLS(t *testing.T, s *Server) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", s.TLSAddr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestUpgradesOverTLS: only they are handed on, and only over TLS.
func TestUpgradesOverTLS(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	s.upgrade = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	startTLS(t, s, "127.0.0.1:0", 100, 0)
	const upgrade = " / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
	for request, want := range map[string]int{
		"GET" + upgrade + "Upgrade: websocket\r\n\r\n":                       http.StatusTeapot,
		"GET" + upgrade + "Upgrade: h2c, WebSocket\r\n\r\n":                  http.StatusTeapot,
		"GET" + upgrade + "Upgrade: h2c\r\n\r\n":                             http.StatusOK,
		"GET" + upgrade + "\r\n":                                             http.StatusOK,
		"POST" + upgrade + "Upgrade: websocket\r\n\r\n":                      http.StatusMethodNotAllowed,
		"GET" + upgrade + "Upgrade: websocket\r\nContent-Length: 1\r\n\r\nx": http.StatusOK,
	} {
		c := dialTLS(t, s)
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%q: %d, want %d", request, resp.StatusCode, want)
		}
	}
	if status, _ := answerTo(t, s.Addr().String(), "GET"+upgrade+"Upgrade: websocket\r\n\r\n"); status != http.StatusOK {
		t.Errorf("without TLS: %d", status)
	}
	if n := s.secureConnections(); n < 0 || n > 6 {
		t.Errorf("%v connections", n)
	}
}

// TestTLSConnectionsAreBounded: at the bound nobody new is served over TLS, and over
// the other listener everybody is.
func TestTLSConnectionsAreBounded(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	startTLS(t, s, "127.0.0.1:0", 1, 0)
	first := dialTLS(t, s)
	second, err := net.Dial("tcp", s.TLSAddr().String()) // it waits in the kernel
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if status, _ := answerTo(t, s.Addr().String(), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if n := s.secureConnections(); n != 1 {
		t.Errorf("%v connections", n)
	}
	first.Close()
	_ = second.SetDeadline(time.Now().Add(20 * time.Second))
	if err := tls.Client(second, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(context.Background()); err != nil {
		t.Errorf("when there is room: %v", err)
	}
}
