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

func get(t *testing.T, p *Page, path, host string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func TestPage(t *testing.T) {
	p := New(Config{WebSocket: "0.0.0.0:9602", Dev: true})
	types := map[string]string{
		"/":                 "text/html; charset=utf-8",
		"/api.js":           "text/javascript; charset=utf-8",
		"/app.js":           "text/javascript; charset=utf-8",
		"/client.js":        "text/javascript; charset=utf-8",
		"/conversations.js": "text/javascript; charset=utf-8",
		"/config.json":      "application/json; charset=utf-8",
		"/entry.js":         "text/javascript; charset=utf-8",
		"/favicon.svg":      "image/svg+xml",
		"/list.js":          "text/javascript; charset=utf-8",
		"/room.js":          "text/javascript; charset=utf-8",
		"/style.css":        "text/css; charset=utf-8",
		"/text.js":          "text/javascript; charset=utf-8",
		"/view.js":          "text/javascript; charset=utf-8",
	}
	for path, mediaType := range types {
		answer, body := get(t, p, path, "localhost:9501")
		if answer.StatusCode != 200 || body == "" || answer.Header.Get("Content-Type") != mediaType {
			t.Errorf("%s: %d %q, %d bytes", path, answer.StatusCode, answer.Header.Get("Content-Type"), len(body))
		}
		if answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: header %v", path, answer.Header)
		}
	}
	if paths := p.Paths(); len(paths) != len(types) || paths[0] != "/{$}" || !slices.IsSorted(paths[1:]) {
		t.Errorf("paths %q", paths)
	}
	if answer, _ := get(t, p, "/index.html", "localhost"); answer.StatusCode != 404 {
		t.Errorf("/index.html: %d", answer.StatusCode)
	}
}

func TestSettings(t *testing.T) {
	for want, c := range map[string]Config{
		`{"auth_mode":"dev","ws_port":"9602"}`: {WebSocket: "127.0.0.1:9602", Dev: true},
		`{"auth_mode":"jwt","ws_port":"1"}`:    {WebSocket: "[::]:1"},
	} {
		if _, body := get(t, New(c), "/config.json", "localhost"); body != want {
			t.Errorf("%s, want %s", body, want)
		}
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	p := New(Config{WebSocket: "127.0.0.1:9502"})
	answer, _ := get(t, p, "/app.js", "localhost")
	again, body := get(t, p, "/app.js", "localhost", "If-None-Match: "+answer.Header.Get("ETag"))
	if again.StatusCode != 304 || body != "" {
		t.Errorf("%d, %d bytes", again.StatusCode, len(body))
	}
}

func TestPolicy(t *testing.T) {
	p := New(Config{WebSocket: "127.0.0.1:9502"})
	const before, after = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ", "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	for host, sockets := range map[string]string{
		"localhost:9501":        "ws://localhost:9502 wss://localhost:9502",
		"127.0.0.1:9501":        "ws://127.0.0.1:9502 wss://127.0.0.1:9502",
		"im.example.com":        "ws://im.example.com:9502 wss://im.example.com:9502",
		"[::1]:9501":            "ws: wss:",
		"[::1]":                 "ws: wss:",
		"a; script-src *":       "ws: wss:",
		"a\r\nSet-Cookie: b=c":  "ws: wss:",
		"a'unsafe-inline'":      "ws: wss:",
		"*":                     "ws: wss:",
		"":                      "ws: wss:",
		"xn--fsq.example:65535": "ws://xn--fsq.example:9502 wss://xn--fsq.example:9502",
	} {
		answer, _ := get(t, p, "/", host)
		if got := answer.Header.Get("Content-Security-Policy"); got != before+sockets+after {
			t.Errorf("%q: %s", host, got)
		}
	}
}

// The policy forbids what these would need, and nothing a user wrote may become
// markup.
func TestPageKeepsItsPolicy(t *testing.T) {
	p := New(Config{WebSocket: "127.0.0.1:9502"})
	forbidden := regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|<script>|\son\w+=["']|\sstyle="|@import`)
	outside := regexp.MustCompile(`(?:https?:)?//[a-z]`)
	for _, path := range p.Paths() {
		_, body := get(t, p, strings.TrimSuffix(path, "{$}"), "localhost")
		if found := forbidden.FindString(body); found != "" {
			t.Errorf("%s: %s", path, found)
		}
		if found := outside.FindString(strings.ReplaceAll(body, "http://www.w3.org/2000/svg", "")); found != "" {
			t.Errorf("%s names an outside resource: %s", path, found)
		}
	}
}

// Every text the page asks for is there, in both languages.
func TestTexts(t *testing.T) {
	p := New(Config{WebSocket: "127.0.0.1:9502"})
	_, words := get(t, p, "/text.js", "localhost")
	english, chinese, ok := strings.Cut(words, "const chinese")
	if !ok {
		t.Fatal("no Chinese")
	}
	wanted := regexp.MustCompile(`data-text="(\w+)"|\btext\.(\w+)`)
	for _, path := range []string{"/", "/api.js", "/app.js", "/list.js", "/room.js", "/view.js"} {
		_, body := get(t, p, path, "localhost")
		for _, m := range wanted.FindAllStringSubmatch(body, -1) {
			key := regexp.MustCompile(`\b` + m[1] + m[2] + `:`)
			if m[2] != "js" && (!key.MatchString(english) || !key.MatchString(chinese)) {
				t.Errorf("%s: no text %s%s", path, m[1], m[2])
			}
		}
	}
}

// Whatever can happen in a group has its words, in both languages.
func TestGroupEvents(t *testing.T) {
	_, words := get(t, New(Config{WebSocket: "127.0.0.1:9502"}), "/text.js", "localhost")
	for _, event := range []string{
		"created", "joined", "left", "kicked", "banned", "unbanned", "updated", "role",
		"muted", "unmuted", "transferred", "dissolved", "requested", "refused",
	} {
		if n := strings.Count(words, "\n    "+event+": e => "); n != 2 {
			t.Errorf("%s has words in %d languages", event, n)
		}
	}
}
