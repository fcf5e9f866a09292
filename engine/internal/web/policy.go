package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// policy says what a browser lets a page do: load the server's own files, and
// connect to the server. See https://www.w3.org/TR/CSP3/.
type policy struct {
	sockets sockets
	framers string // who may show the page in a frame, as sources of the policy; nobody if it is empty
}

func (p policy) set(h http.Header, host string) {
	framers := p.framers
	if framers == "" {
		framers = "'none'"
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"+
		p.sockets.sources(host)+"; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+framers)
}

// sockets are the WebSocket addresses that a page may use.
type sockets struct {
	port   string
	public string // origin of Config.PublicURL
}

func newSockets(c Config) sockets {
	s := sockets{port: portOf(c.WebSocket)}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" {
		s.public = u.Scheme + "://" + u.Host
	}
	return s
}

// sources are those of the WebSocket listener, and of the page's own host, where
// a proxy may take both. A policy can't name an IPv6 address, and what is no
// plain name must not get into a header at all: there, any WebSocket is allowed.
func (s sockets) sources(host string) string {
	switch {
	case s.public != "":
		return " " + s.public
	case s.port == "":
		return ""
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, ""
	}
	addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
	if (err == nil && !addr.Is4()) || !isName(name) || strings.Trim(port, "0123456789") != "" {
		return " ws: wss:"
	}
	sources := " ws://" + name + ":" + s.port + " wss://" + name + ":" + s.port
	if port == "" {
		return sources + " wss://" + name
	}
	return sources + " wss://" + name + ":" + port
}

// framers are the pages that may show the widget.
func framers(c Config) string {
	list := append([]string{"'self'"}, c.Origins...)
	if c.Dev {
		list = append(list, "http://localhost:*", "http://127.0.0.1:*")
	}
	return strings.Join(list, " ")
}
