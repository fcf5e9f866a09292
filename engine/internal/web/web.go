// Package web is the embedded test page: a chat client of a few files, without
// any outside resource, for trying a server out.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed page
var files embed.FS

// Config says what the page has to know of the server.
type Config struct {
	WebSocket string // address of the WebSocket listener, host:port; only the port is used
	Dev       bool   // auth.mode dev: the page asks for a user id instead of a token
}

// Page serves the page. It is read-only after New, so any goroutine may use it.
type Page struct {
	port  string
	files map[string]file // by path
}

type file struct {
	content   []byte
	mediaType string
	tag       string // ETag, RFC 9110 §8.8.3
}

// New prepares the page.
func New(c Config) *Page {
	_, port, _ := net.SplitHostPort(c.WebSocket)
	p := &Page{port: port, files: make(map[string]file)}
	entries, _ := fs.ReadDir(files, "page") // embedded: it is there
	for _, e := range entries {
		content, _ := files.ReadFile("page/" + e.Name())
		p.files["/"+e.Name()] = newFile(e.Name(), content)
	}
	p.files["/"] = p.files["/index.html"]
	delete(p.files, "/index.html")
	p.files["/config.json"] = newFile("config.json", settings(port, c.Dev))
	return p
}

func newFile(name string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{content: content, mediaType: mediaType(name), tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// mediaType doesn't ask the system for what it might not know.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// settings is what the page reads first. It takes the host from its own
// address, since a listener may be bound to 0.0.0.0 or stand behind a proxy.
func settings(port string, dev bool) []byte {
	mode := "jwt"
	if dev {
		mode = "dev"
	}
	text, _ := json.Marshal(map[string]string{"ws_port": port, "auth_mode": mode})
	return text
}

// Paths lists the paths of the page as patterns of http.ServeMux, sorted.
func (p *Page) Paths() []string {
	paths := slices.Sorted(maps.Keys(p.files))
	paths[0] = "/{$}" // of "/", which would match every path
	return paths
}

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := p.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("ETag", f.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", p.policy(r.Host))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// policy allows the page its own files, and connections to its own host only.
// See https://www.w3.org/TR/CSP3/.
func (p *Page) policy(host string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' " +
		p.sockets(host) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// sockets are the sources of the WebSocket listener. A policy can't name an IPv6
// address, and what is no plain name must not get into a header at all: there,
// any WebSocket is allowed.
func (p *Page) sockets(host string) string {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if addr, err := netip.ParseAddr(strings.Trim(name, "[]")); (err == nil && !addr.Is4()) || !isName(name) {
		return "ws: wss:"
	}
	return "ws://" + name + ":" + p.port + " wss://" + name + ":" + p.port
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '0' || c > '9') && c != '.' && c != '-' {
				return false
			}
		}
	}
	return s != ""
}
