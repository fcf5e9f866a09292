// Package web is what people see: the chat page, the console of the desk, the
// widget for sites and the operator's dashboard, embedded, without any outside
// resource.
package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Config says what the public pages have to know of the server.
type Config struct {
	WebSocket string   // address of the WebSocket listener, host:port; only the port is used
	PublicURL string   // where browsers reach it, if that is somewhere else: ws:// or wss://
	Dev       bool     // auth.mode dev: pages ask for a user id instead of a token
	Origins   []string // of pages that may show the widget
	Bare      bool     // no pages, only what those of others embed: the widget and the SDK
}

// Site serves pages. It is read-only after it was made, so any goroutine may use
// it.
type Site struct {
	files map[string]file // by path
}

type file struct {
	content   []byte
	mediaType string
	tag       string // ETag, RFC 9110 §8.8.3
	policy    policy
}

// New prepares the public pages.
func New(c Config) *Site {
	own := policy{sockets: newSockets(c)}
	framed := own
	framed.framers = framers(c)
	s := &Site{files: make(map[string]file)}
	s.addSDK(own)
	s.addFolder("shared", "/shared/", own)
	s.addFolder("lib", "/lib/", own)
	s.add("/config.json", newFile("config.json", settings(c), own))
	s.addFolder("widget", "/widget/", framed)
	s.move("/widget/index.html", "/widget")
	s.move("/widget/widget.js", "/widget.js")
	if !c.Dev {
		delete(s.files, "/widget/sample.html")
	}
	if !c.Bare {
		s.addFolder("page", "/", own)
		s.move("/index.html", "/")
		s.addFolder("desk", "/desk/", own)
		s.move("/desk/index.html", "/desk")
	}
	return s
}

// NewAdmin prepares the operator's pages.
func NewAdmin() *Site {
	s := &Site{files: make(map[string]file)}
	s.addFolder("shared", "/shared/", policy{})
	s.addFolder("lib", "/lib/", policy{})
	s.addFolder("admin", "/admin/", policy{})
	s.move("/admin/index.html", "/admin")
	return s
}

func (s *Site) add(at string, f file) { s.files[at] = f }

func (s *Site) move(from, to string) {
	s.files[to] = s.files[from]
	delete(s.files, from)
}

func newFile(name string, content []byte, p policy) file {
	sum := sha256.Sum256(content)
	return file{
		content: content, mediaType: mediaType(name),
		tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, policy: p,
	}
}

// mediaType doesn't ask the system, which might not know.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// Paths lists the paths of the files as patterns of http.ServeMux, sorted.
func (s *Site) Paths() []string {
	paths := slices.Sorted(maps.Keys(s.files))
	if len(paths) > 0 && paths[0] == "/" {
		paths[0] = "/{$}" // "/" would match every path
	}
	return paths
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("ETag", f.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	f.policy.set(h, r.Host)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// portOf is the port of host:port.
func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// isName reports whether s is a plain host name, which can stand in a header.
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-'
	})
}
