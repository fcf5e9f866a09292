package codec

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Request is a well-formed upgrade request (RFC 6455 §4.2.1). Its strings
// share one copy of the head: a kept Request keeps up to [MaxHead] bytes.
type Request struct {
	Path          string   // as sent, without percent-decoding
	Query         string   // as sent, without the question mark
	Host          string   // never empty
	Origin        string   // "" where there is none: no browser
	Authorization string   // the field's whole value, "" where there is none
	Key           string   // Sec-WebSocket-Key
	UserAgent     string   // for logs only
	ForwardedFor  []string // values of X-Forwarded-For, the believing of which is up to [Proxies]
	Protocols     []string // subprotocols offered, the preferred one first
	Extensions    []string // elements of Sec-WebSocket-Extensions with their parameters
}

// ParseRequest reads the upgrade request at the start of buf. n is the size of
// its head; what follows are frames. n == 0 without an error means that more
// bytes are needed. The error is always a [*HandshakeError] with what to answer.
func ParseRequest(buf []byte) (req *Request, n int, err error) {
	if len(buf) > 0 && !isTokenByte(buf[0]) {
		return nil, 0, badRequest("not HTTP") // TLS by mistake, for one
	}
	n, fault := findHead(buf)
	if fault != nil {
		return nil, 0, fault
	}
	if n == 0 {
		return nil, 0, nil
	}
	p := requestParser{head: string(buf[:n-2])}
	if fault := p.parse(); fault != nil {
		return nil, 0, fault
	}
	return &p.req, n, nil
}

// requestParser holds what has to be known of a request to judge it as a whole.
type requestParser struct {
	head       string
	req        Request
	method     string
	absolute   bool // the target named the host
	upgrade    bool
	connection bool
	version    string
	seen       field // fields that may come once only and did
	authTwice  bool
}

// field is a set of header fields.
type field uint8

const (
	fieldHost field = 1 << iota
	fieldOrigin
	fieldKey
	fieldVersion
	fieldAuthorization
)

func (p *requestParser) parse() *HandshakeError {
	line, rest := nextLine(p.head)
	if fault := p.requestLine(line); fault != nil {
		return fault
	}
	for rest != "" {
		line, rest = nextLine(rest)
		name, value, ok := splitField(line)
		if !ok {
			return badRequest("malformed header field")
		}
		if fault := p.field(name, value); fault != nil {
			return fault
		}
	}
	return p.judge()
}

// requestLine reads method, target and version (RFC 9112 §3).
func (p *requestParser) requestLine(line string) *HandshakeError {
	method, rest, _ := strings.Cut(line, " ")
	target, version, ok := strings.Cut(rest, " ")
	switch {
	case !ok || !isToken(method) || !isVisible(target):
		return badRequest("malformed request line")
	case version != "HTTP/1.1":
		return badRequest("HTTP/1.1 is needed") // RFC 6455 §4.2.1
	}
	p.method = method
	return p.target(target)
}

// target reads the request target, which may be a whole URI (RFC 6455 §4.2.1).
func (p *requestParser) target(target string) *HandshakeError {
	if scheme, rest, ok := strings.Cut(target, "://"); ok && isScheme(scheme) {
		path := strings.IndexAny(rest, "/?")
		if path < 0 {
			path = len(rest)
		}
		p.req.Host, target, p.absolute = rest[:path], rest[path:], true
	}
	if p.absolute && (target == "" || target[0] == '?') {
		target = "/" + target
	}
	if target[0] != '/' || strings.Contains(target, "#") || p.absolute && !isHost(p.req.Host) {
		return badRequest("malformed request target")
	}
	p.req.Path, p.req.Query, _ = strings.Cut(target, "?")
	return nil
}

func isScheme(s string) bool {
	return slices.ContainsFunc([]string{"http", "https", "ws", "wss"}, func(scheme string) bool {
		return strings.EqualFold(s, scheme)
	})
}

// field takes in one header field.
func (p *requestParser) field(name, value string) *HandshakeError {
	switch strings.ToLower(name) {
	case "host":
		return p.host(value)
	case "upgrade":
		p.upgrade = p.upgrade || hasToken(value, "websocket")
	case "connection":
		p.connection = p.connection || hasToken(value, "upgrade")
	case "sec-websocket-key":
		return p.once(fieldKey, &p.req.Key, value)
	case "sec-websocket-version":
		return p.once(fieldVersion, &p.version, value)
	case "sec-websocket-protocol":
		return p.protocols(value)
	case "sec-websocket-extensions":
		p.req.Extensions = appendList(p.req.Extensions, value)
	case "origin":
		return p.once(fieldOrigin, &p.req.Origin, value)
	case "authorization":
		p.authTwice = p.once(fieldAuthorization, &p.req.Authorization, value) != nil || p.authTwice
	case "user-agent":
		p.req.UserAgent = value
	case "x-forwarded-for":
		p.req.ForwardedFor = append(p.req.ForwardedFor, value)
	case "transfer-encoding":
		return badRequest("an upgrade request has no body")
	case "content-length":
		if value != "0" {
			return badRequest("an upgrade request has no body")
		}
	}
	return nil
}

// once takes in a field that may not be repeated.
func (p *requestParser) once(f field, dst *string, value string) *HandshakeError {
	if p.seen&f != 0 {
		return badRequest("header field given twice")
	}
	p.seen |= f
	*dst = value
	return nil
}

// host takes in the Host field; a host in the target goes before it (RFC 9112 §3.2.2).
func (p *requestParser) host(value string) *HandshakeError {
	dst := &p.req.Host
	if p.absolute {
		dst = new(string)
	}
	if !isHost(value) {
		return badRequest("malformed Host")
	}
	return p.once(fieldHost, dst, value)
}

func isHost(s string) bool {
	return isVisible(s) && !strings.ContainsAny(s, ",/?#@\\")
}

// protocols takes in subprotocols: tokens, each once (RFC 6455 §4.1).
func (p *requestParser) protocols(value string) *HandshakeError {
	known := len(p.req.Protocols)
	p.req.Protocols = appendList(p.req.Protocols, value)
	for i, protocol := range p.req.Protocols[known:] {
		if !isToken(protocol) || slices.Contains(p.req.Protocols[:known+i], protocol) {
			return badRequest("malformed Sec-WebSocket-Protocol")
		}
	}
	return nil
}

// judge holds the rules of RFC 6455 §4.2.1 for the request as a whole.
func (p *requestParser) judge() *HandshakeError {
	switch {
	case p.method != "GET":
		return &HandshakeError{Status: 405, Reason: reasonBadRequest, Msg: "an upgrade request is a GET"}
	case p.seen&fieldHost == 0 || p.req.Host == "":
		return badRequest("no Host")
	case !p.upgrade:
		return badRequest("no Upgrade: websocket")
	case !p.connection:
		return badRequest("no Connection: Upgrade")
	case p.version != "13":
		return &HandshakeError{Status: 426, Reason: reasonBadRequest, Msg: "WebSocket version 13 is needed"}
	case !validKey(p.req.Key):
		return badRequest("malformed Sec-WebSocket-Key")
	case p.authTwice:
		return &HandshakeError{Status: 401, Reason: "unauthorized", Msg: "a valid login is needed"} // as of any bad login
	}
	return nil
}

// validKey reports whether key is the base64 form of 16 bytes.
func validKey(key string) bool {
	var nonce [18]byte
	if len(key) != 24 {
		return false
	}
	n, err := base64.StdEncoding.Decode(nonce[:], []byte(key))
	return err == nil && n == 16
}
