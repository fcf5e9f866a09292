package browser_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNginxKeepsTokens: not even its log of errors has the tokens of queries: when
// Gannet is away, and when one address asks for too many WebSockets. What goes wrong
// elsewhere is in it.
func TestNginxKeepsTokens(t *testing.T) {
	s := engineSite(t, nil)
	p := s.nginx(t, false)
	s.stop()
	const token = "top-secret-token"
	for range 1000 {
		status, _ := p.ask("", "GET", "/ws?token="+token, "")
		if status == 429 {
			break
		}
		if status != 502 {
			t.Fatalf("status %d", status)
		}
	}
	for path, want := range map[string]int{"/ws?token=" + token: 429, "/api/v1/events?token=" + token: 502, "/api/v1/other": 502} {
		if status, _ := p.ask("", "GET", path, ""); status != want {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
	p.signal(syscall.SIGQUIT) // it writes what it has kept back
	p.exit <- <-p.exit
	errorLog, accessLog := p.file("error.log"), p.file("access.log")
	if strings.Contains(errorLog, token) || strings.Contains(accessLog, token) {
		t.Errorf("a token is in the log:\n%.2000s", errorLog)
	}
	if !strings.Contains(errorLog, "/api/v1/other") || !strings.Contains(accessLog, `"GET /ws" 429`) {
		t.Errorf("what has to be logged isn't:\n%s\n%.2000s", errorLog, accessLog)
	}
}

// file is what the proxy has written to one of its files.
func (p *proxy) file(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// TestHAProxyRate: new connections are counted for each client, also where a load
// balancer brings them all.
func TestHAProxyRate(t *testing.T) {
	p := engineSite(t, nil).haproxy(t, true)
	const busy, calm = "203.0.113.9", "203.0.113.10"
	for n := 0; p.reaches(busy); n++ {
		if n > haproxyRate {
			t.Fatalf("%d connections, and none was refused", n)
		}
	}
	if !p.reaches(calm) {
		t.Error("a client that has just come is refused, too")
	}
}

// reaches reports whether a client gets an answer, and not a connection that is closed.
func (p *proxy) reaches(client string) bool {
	p.t.Helper()
	resp, err := p.browser(client).Get("https://" + p.addr + "/healthz")
	if err == nil {
		resp.Body.Close()
		return true
	}
	if reset := (*net.OpError)(nil); !errors.Is(err, io.EOF) && !errors.As(err, &reset) {
		p.t.Fatal(err)
	}
	return false
}
