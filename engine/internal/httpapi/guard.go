package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"gannet/codec/wire"
)

// Origins says which web pages may speak to the server. The WebSocket upgrade
// asks it the same questions as the HTTP API.
type Origins struct {
	Allowed []string // beside the server's own, such as https://chat.example.com
	Dev     bool     // auth.mode dev: pages of this machine may, and nobody else reaches us
}

// Allows reports whether a page of the given origin (the value of the Origin
// header) may call a server that was asked for under host (the value of Host).
// The server's own pages may, on whichever of its ports; so may the allowed
// ones, and in dev mode those of loopback names and addresses.
func (o *Origins) Allows(origin, host string) bool {
	scheme, authority, ok := strings.Cut(origin, "://")
	if !ok || (scheme != "http" && scheme != "https") || authority == "" {
		return false
	}
	name := hostname(authority)
	if name != "" && strings.EqualFold(name, hostname(host)) || o.Dev && isLoopback(name) {
		return true
	}
	for _, allowed := range o.Allowed {
		if strings.EqualFold(strings.TrimSuffix(allowed, "/"), origin) {
			return true
		}
	}
	return false
}

// AllowsHost reports whether the server may be asked for under host. In dev mode
// everybody is who they say, so a page of another site must not get here by
// letting its own name resolve to 127.0.0.1 (DNS rebinding): the browser still
// sends that name.
func (o *Origins) AllowsHost(host string) bool {
	return !o.Dev || isLoopback(hostname(host))
}

// hostname takes the port and the brackets of an IPv6 address off. What can't be
// an authority (RFC 3986 §3.2, without its userinfo) has no name.
func hostname(authority string) string {
	if strings.ContainsAny(authority, "@/?#\\ ") {
		return ""
	}
	host, port, err := net.SplitHostPort(authority)
	if err != nil {
		host, port = strings.TrimSuffix(strings.TrimPrefix(authority, "["), "]"), ""
	}
	if strings.ContainsAny(host, "[]") || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	return host
}

// isLoopback reports whether name can only mean this machine (RFC 6761 §6.3 for
// the names).
func isLoopback(name string) bool {
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.Unmap().IsLoopback()
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

var (
	corsMethods = []string{"GET, POST, PUT, PATCH, DELETE"}
	corsHeaders = []string{"Authorization, Content-Type, Idempotency-Key, Last-Event-ID"}
	corsExposed = []string{"Retry-After, Gannet-Next"}
	corsMaxAge  = []string{"600"}
)

// guard refuses what a browser was tricked into sending, and lets the pages of
// allowed origins read the answers.
func (s *Server) guard(h http.Header, r *http.Request) *wire.Error {
	if !s.origins.AllowsHost(r.Host) {
		return errHost
	}
	origin := r.Header["Origin"]
	if len(origin) == 0 {
		return nil
	}
	if len(origin) > 1 || !s.origins.Allows(origin[0], r.Host) {
		return errOrigin
	}
	h["Access-Control-Allow-Origin"] = origin
	h["Access-Control-Expose-Headers"] = corsExposed
	h["Vary"] = varyByOrigin
	return nil
}

// isPreflight recognises the question whether a request may be sent, which comes
// without a login. See https://fetch.spec.whatwg.org/#cors-preflight-request.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) == 1 &&
		len(r.Header["Access-Control-Request-Method"]) > 0
}

func answerPreflight(h http.Header) {
	h["Access-Control-Allow-Methods"] = corsMethods
	h["Access-Control-Allow-Headers"] = corsHeaders
	h["Access-Control-Max-Age"] = corsMaxAge
}
