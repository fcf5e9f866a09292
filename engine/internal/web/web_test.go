package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, s *Site, path, host string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

// serves reports whether a site has a path.
func serves(t *testing.T, s *Site, path string) bool {
	answer, _ := get(t, s, path, "localhost")
	return answer.StatusCode == 200
}

func TestFiles(t *testing.T) {
	s := New(Config{WebSocket: "0.0.0.0:9602", Dev: true})
	for path, mediaType := range map[string]string{
		"/":                         "text/html; charset=utf-8",
		"/desk":                     "text/html; charset=utf-8",
		"/widget":                   "text/html; charset=utf-8",
		"/widget/sample.html":       "text/html; charset=utf-8",
		"/widget.js":                "text/javascript; charset=utf-8",
		"/gannet.js":                "text/javascript; charset=utf-8",
		"/gannet.d.ts":              "text/plain; charset=utf-8",
		"/config.json":              "application/json; charset=utf-8",
		"/shared/favicon.svg":       "image/svg+xml",
		"/shared/theme.css":         "text/css; charset=utf-8",
		"/lib/lit-html/lit-html.js": "text/javascript; charset=utf-8",
		"/lib/lit-html/LICENSE":     "text/plain; charset=utf-8",
	} {
		answer, body := get(t, s, path, "localhost:9501")
		if answer.StatusCode != 200 || body == "" || answer.Header.Get("Content-Type") != mediaType {
			t.Errorf("%s: %d %q, %d bytes", path, answer.StatusCode, answer.Header.Get("Content-Type"), len(body))
		}
		if answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: header %v", path, answer.Header)
		}
	}
	for _, path := range []string{"/index.html", "/page/index.html", "/desk/index.html", "/admin", "/web.go", "/lib/fetch.sh", "/desk/"} {
		if serves(t, s, path) {
			t.Errorf("%s is served", path)
		}
	}
	if paths := s.Paths(); paths[0] != "/{$}" || !slices.IsSorted(paths[1:]) {
		t.Errorf("paths %q", paths)
	}
}

func TestWhatIsServedWhere(t *testing.T) {
	all, bare, admin := New(Config{WebSocket: ":1"}), New(Config{WebSocket: ":1", Bare: true}), NewAdmin()
	for _, row := range []struct {
		path             string
		all, bare, admin bool
	}{
		{"/", true, false, false},
		{"/desk", true, false, false},
		{"/widget", true, true, false},
		{"/widget.js", true, true, false},
		{"/widget/sample.html", false, false, false},
		{"/gannet.js", true, true, false},
		{"/shared/theme.css", true, true, true},
		{"/lib/lit-html/lit-html.js", true, true, true},
		{"/admin", false, false, true},
	} {
		if serves(t, all, row.path) != row.all || serves(t, bare, row.path) != row.bare || serves(t, admin, row.path) != row.admin {
			t.Errorf("%s isn't served where it is to be", row.path)
		}
	}
}

func TestSettings(t *testing.T) {
	for want, c := range map[string]Config{
		`{"auth_mode":"dev","ws_port":"9602"}`:                                   {WebSocket: "127.0.0.1:9602", Dev: true},
		`{"auth_mode":"jwt","ws_port":"1","ws_url":"wss://chat.example.com/ws"}`: {WebSocket: "[::]:1", PublicURL: "wss://chat.example.com/ws"},
	} {
		if _, body := get(t, New(c), "/config.json", "localhost"); body != want {
			t.Errorf("%s, want %s", body, want)
		}
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	s := New(Config{WebSocket: "127.0.0.1:9502"})
	answer, _ := get(t, s, "/gannet.js", "localhost")
	again, body := get(t, s, "/gannet.js", "localhost", "If-None-Match: "+answer.Header.Get("ETag"))
	if again.StatusCode != 304 || body != "" {
		t.Errorf("%d, %d bytes", again.StatusCode, len(body))
	}
}

const (
	policyStart = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
	policyEnd   = "; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
)

func TestPolicyNamesTheSockets(t *testing.T) {
	s := New(Config{WebSocket: "127.0.0.1:9502"})
	for host, sockets := range map[string]string{
		"localhost:9501":        "ws://localhost:9502 wss://localhost:9502 wss://localhost:9501",
		"127.0.0.1:9501":        "ws://127.0.0.1:9502 wss://127.0.0.1:9502 wss://127.0.0.1:9501",
		"im.example.com":        "ws://im.example.com:9502 wss://im.example.com:9502 wss://im.example.com",
		"[::1]:9501":            "ws: wss:",
		"[::1]":                 "ws: wss:",
		"a; script-src *":       "ws: wss:",
		"a:1; script-src *":     "ws: wss:",
		"a\r\nSet-Cookie: b=c":  "ws: wss:",
		"a'unsafe-inline'":      "ws: wss:",
		"*":                     "ws: wss:",
		"":                      "ws: wss:",
		"xn--fsq.example:65535": "ws://xn--fsq.example:9502 wss://xn--fsq.example:9502 wss://xn--fsq.example:65535",
	} {
		answer, _ := get(t, s, "/", host)
		if got := answer.Header.Get("Content-Security-Policy"); got != policyStart+" "+sockets+policyEnd+"'none'" {
			t.Errorf("%q: %s", host, got)
		}
	}
	s = New(Config{WebSocket: "127.0.0.1:9502", PublicURL: "wss://chat.example.com/ws"})
	answer, _ := get(t, s, "/", "localhost")
	if got := answer.Header.Get("Content-Security-Policy"); got != policyStart+" wss://chat.example.com"+policyEnd+"'none'" {
		t.Errorf("public_url: %s", got)
	}
	answer, _ = get(t, NewAdmin(), "/admin", "localhost")
	if got := answer.Header.Get("Content-Security-Policy"); got != policyStart+policyEnd+"'none'" {
		t.Errorf("admin: %s", got)
	}
}

// Only the widget may stand in somebody's frame.
func TestFramers(t *testing.T) {
	c := Config{WebSocket: ":1", Origins: []string{"https://shop.example.com"}}
	dev := c
	dev.Dev = true
	for _, row := range []struct {
		c             Config
		path, framers string
	}{
		{c, "/", "'none'"},
		{c, "/desk", "'none'"},
		{c, "/widget", "'self' https://shop.example.com"},
		{dev, "/widget", "'self' https://shop.example.com http://localhost:* http://127.0.0.1:*"},
	} {
		answer, _ := get(t, New(row.c), row.path, "localhost")
		if got := answer.Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "frame-ancestors "+row.framers) {
			t.Errorf("%s: %s", row.path, got)
		}
		if denied := answer.Header.Get("X-Frame-Options") == "DENY"; denied != (row.framers == "'none'") {
			t.Errorf("%s: X-Frame-Options %q", row.path, answer.Header.Get("X-Frame-Options"))
		}
	}
}

// The policy forbids what these would need, and nothing a user wrote may become
// markup.
func TestPagesKeepTheirPolicy(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|<script>|\son\w+=["']|\sstyle="|@import|unsafe-?html`)
	for _, s := range []*Site{New(Config{WebSocket: ":1", Dev: true}), NewAdmin()} {
		for _, path := range s.Paths() {
			if strings.HasPrefix(path, "/lib/") {
				continue
			}
			_, body := get(t, s, strings.TrimSuffix(path, "{$}"), "localhost")
			if found := forbidden.FindString(body); found != "" {
				t.Errorf("%s: %s", path, found)
			}
		}
	}
}
