package httpapi

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	proxyproto "github.com/pires/go-proxyproto"

	"gannet/codec"
)

func proxies(t testing.TB, list ...string) codec.Proxies {
	t.Helper()
	p, err := codec.ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// whoAsks answers with where a request comes from, at a server that trusts the given
// proxies. It returns where the server is.
func whoAsks(t *testing.T, list ...string) (addr string) {
	t.Helper()
	trusted := proxies(t, list...)
	server := &Server{}
	server.service = newService(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", server.addressOf(r), body)
	}), 10, trusted, slog.New(slog.DiscardHandler))
	t.Cleanup(start(t, server))
	return server.Addr().String()
}

// answerTo sends bytes in the given pieces and reads the answer.
func answerTo(t *testing.T, addr string, pieces ...string) (status int, body string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, piece := range pieces {
		if _, err := io.WriteString(c, piece); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func proxyHeader(t *testing.T, version byte, client string) string {
	t.Helper()
	from := &net.TCPAddr{IP: net.ParseIP(client), Port: 4711}
	b, err := proxyproto.HeaderProxyFromAddrs(version, from, &net.TCPAddr{IP: from.IP, Port: 80}).Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestClientsAddress: what a proxy says, by a header of either version or in the
// request, counts where the proxy is trusted.
func TestClientsAddress(t *testing.T) {
	trusting, strict := whoAsks(t, "loopback"), whoAsks(t)
	const plain = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
	body := "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n" + strings.Repeat("b", 2000)
	forwarded := "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 203.0.113.9, 127.0.0.1\r\n\r\n"
	udp := "\r\n\r\n\x00\r\nQUIT\n\x21\x12\x00\x0c" + strings.Repeat("\x01", 12)
	one, two := proxyHeader(t, 1, "203.0.113.9"), proxyHeader(t, 2, "2001:db8:1:2:3::9")
	for _, c := range []struct {
		name   string
		server string
		pieces []string
		want   string
	}{
		{"nothing said", trusting, []string{plain}, "127.0.0.1 "},
		{"version 1", trusting, []string{one + plain}, "203.0.113.9 "},
		{"version 2, in pieces", trusting, []string{two[:3], two[3:20], two[20:], plain[:5], plain[5:]}, "2001:db8:1:2:: "},
		{"a body", trusting, []string{one + body}, "203.0.113.9 " + strings.Repeat("b", 2000)},
		{"forwarded", trusting, []string{forwarded}, "203.0.113.9 "},
		{"a claim behind a header", trusting, []string{proxyHeader(t, 1, "198.51.100.1") + forwarded}, "198.51.100.1 "},
		{"the proxy itself", trusting, []string{"PROXY UNKNOWN\r\n" + plain}, "127.0.0.1 "},
		{"a claim to the proxy itself", trusting, []string{"PROXY UNKNOWN\r\n" + forwarded}, "127.0.0.1 "},
		{"a claim by UDP", trusting, []string{udp + forwarded}, "127.0.0.1 "},
		{"a client's claim", strict, []string{forwarded}, "127.0.0.1 "},
	} {
		if status, got := answerTo(t, c.server, c.pieces...); status != 200 || got != c.want {
			t.Errorf("%s: %d %.60q, want %.60q", c.name, status, got, c.want)
		}
	}
	for name, request := range map[string]string{"1": one + plain, "2": two + plain} {
		if status, _ := answerTo(t, strict, request); status != 400 {
			t.Errorf("version %s from a client: status %d", name, status)
		}
	}
	for name, request := range map[string]string{"malformed": "PROXY TCP4 1 2 3 4\r\n" + plain, "a second one": one + one + plain} {
		if status, _ := answerTo(t, trusting, request); status != 400 {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

// TestHalfAHeader: what ends too early is no request.
func TestHalfAHeader(t *testing.T) {
	addr := whoAsks(t, "loopback")
	for _, start := range []string{"", "PRO", "PROXY TCP4 1.2", "\r\n\r\n", "GE"} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, start)
		_ = c.(*net.TCPConn).CloseWrite()
		if answer, err := io.ReadAll(c); err != nil || len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Errorf("%q: %q, %v", start, answer, err)
		}
		c.Close()
	}
}

func TestAddressOf(t *testing.T) {
	s := &Server{}
	for remote, want := range map[string]string{
		"203.0.113.9:1": "203.0.113.9", "[::ffff:203.0.113.9]:1": "203.0.113.9",
		"[2001:db8:1:2:3::9]:1": "2001:db8:1:2::", "[fe80::1%eth0]:1": "fe80::", "@": "", "": "",
	} {
		r := httptest.NewRequestWithContext(context.Background(), "GET", "/", nil)
		r.RemoteAddr = remote
		if got := s.addressOf(r); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}
