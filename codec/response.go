package codec

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Header is a field that a client adds to its request.
type Header struct {
	Name, Value string
}

// AppendRequest appends a client's upgrade request (RFC 6455 §4.1). target is
// path and query; key is the base64 form of 16 random bytes. deflate offers
// permessage-deflate. Header fields must hold no line breaks.
func AppendRequest(dst []byte, host, target, key string, protocols []string, deflate bool, headers ...Header) []byte {
	dst = append(append(append(dst, "GET "...), target...), " HTTP/1.1\r\n"...)
	dst = appendField(dst, "Host", host)
	dst = append(dst, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"...)
	dst = appendField(dst, "Sec-WebSocket-Key", key)
	if len(protocols) > 0 {
		dst = appendField(dst, "Sec-WebSocket-Protocol", strings.Join(protocols, ", "))
	}
	if deflate {
		dst = appendField(dst, "Sec-WebSocket-Extensions", deflateName)
	}
	for _, h := range headers {
		dst = appendField(dst, h.Name, h.Value)
	}
	return append(dst, "\r\n"...)
}

// Response is a server's answer to an upgrade request.
type Response struct {
	Status   int
	Protocol string   // the subprotocol chosen, "" for none
	Deflate  *Deflate // what was agreed on, nil for no compression
	Body     []byte   // of a refusal, as far as it had come; lies in the input
}

// Check reports as an error what the server chose without having been offered
// it (RFC 6455 §4.1): the arguments are those of [AppendRequest].
func (r *Response) Check(protocols []string, deflate bool) error {
	if r.Protocol != "" && !slices.Contains(protocols, r.Protocol) {
		return badResponse("a subprotocol that was not offered")
	}
	if r.Deflate != nil && !deflate {
		return badResponse("an extension that was not offered")
	}
	return nil
}

// ParseResponse reads the answer at the start of buf to the request with the
// given key (RFC 6455 §4.1). n is the size of its head; what follows are
// frames. n == 0 without an error means that more bytes are needed. The error
// is always a [*HandshakeError]; with the Status that the server refused with,
// resp is there too.
func ParseResponse(buf []byte, key string) (resp *Response, n int, err error) {
	n, fault := findHead(buf)
	if fault != nil {
		return nil, 0, badResponse(fault.Msg)
	}
	if n == 0 {
		return nil, 0, nil
	}
	p := responseParser{key: key}
	if fault := p.parse(string(buf[:n-2])); fault != nil {
		return nil, 0, fault
	}
	if p.resp.Status != 101 {
		p.resp.Body = buf[n:]
		return &p.resp, n, &HandshakeError{
			Status: p.resp.Status, Reason: "refused", Msg: p.phrase,
			RetryAfter: retryAfter(p.retryAfter, p.resp.Body),
		}
	}
	return &p.resp, n, nil
}

// retryAfter is when a refusal says to try again: by its body, in milliseconds, if
// all of that has come, else by its Retry-After field, if that holds seconds.
func retryAfter(field string, body []byte) time.Duration {
	var exact struct {
		MS uint32 `json:"retry_after_ms"`
	}
	if json.Unmarshal(body, &exact) == nil && exact.MS > 0 {
		return time.Duration(exact.MS) * time.Millisecond
	}
	seconds, err := strconv.ParseUint(field, 10, 31) // a Duration can hold it
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// responseParser holds what has to be known of a response to judge it.
type responseParser struct {
	key        string
	resp       Response
	phrase     string
	upgrade    bool
	connection bool
	accept     string
	accepts    int
	protocols  int
	extensions []string
	retryAfter string
}

func (p *responseParser) parse(head string) *HandshakeError {
	line, rest := nextLine(head)
	if !p.statusLine(line) {
		return badResponse("malformed status line")
	}
	for rest != "" {
		line, rest = nextLine(rest)
		name, value, ok := splitField(line)
		if !ok {
			return badResponse("malformed header field")
		}
		p.field(name, value)
	}
	if p.resp.Status != 101 {
		return nil
	}
	return p.judge()
}

// statusLine reads version, status and phrase (RFC 9112 §4).
func (p *responseParser) statusLine(line string) bool {
	rest, ok := strings.CutPrefix(line, "HTTP/1.1 ")
	if !ok {
		return false
	}
	code, phrase, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	p.resp.Status, p.phrase = status, phrase
	return err == nil && len(code) == 3 && status >= 100
}

func (p *responseParser) field(name, value string) {
	switch strings.ToLower(name) {
	case "upgrade":
		p.upgrade = strings.EqualFold(value, "websocket")
	case "connection":
		p.connection = p.connection || hasToken(value, "upgrade")
	case "sec-websocket-accept":
		p.accept = value
		p.accepts++
	case "sec-websocket-protocol":
		p.resp.Protocol = value
		p.protocols++
	case "sec-websocket-extensions":
		p.extensions = appendList(p.extensions, value)
	case "retry-after":
		p.retryAfter = value
	}
}

// judge holds the rules of RFC 6455 §4.1 for an answer with status 101.
func (p *responseParser) judge() *HandshakeError {
	switch {
	case !p.upgrade:
		return badResponse("no Upgrade: websocket")
	case !p.connection:
		return badResponse("no Connection: Upgrade")
	case p.accepts != 1 || p.accept != AcceptKey(p.key):
		return badResponse("wrong Sec-WebSocket-Accept")
	case p.protocols > 1 || p.protocols == 1 && !isToken(p.resp.Protocol):
		return badResponse("malformed Sec-WebSocket-Protocol")
	case len(p.extensions) > 1:
		return badResponse("an extension that was not offered")
	case len(p.extensions) == 1:
		d, ok := parseDeflate(p.extensions[0])
		if !ok {
			return badResponse("an extension that was not offered")
		}
		p.resp.Deflate = d
	}
	return nil
}

func badResponse(msg string) *HandshakeError {
	return &HandshakeError{Reason: "bad_response", Msg: msg}
}
