package codec

import (
	"strconv"
	"strings"
)

const (
	deflateName = "permessage-deflate"

	paramServerNoTakeover = "server_no_context_takeover"
	paramClientNoTakeover = "client_no_context_takeover"
	paramServerWindow     = "server_max_window_bits"
	paramClientWindow     = "client_max_window_bits"
)

// maxWindowBits is the only size of window that compressing here supports, as
// a power of two. Inflating takes every size.
const maxWindowBits = 15

// Deflate is what was agreed on for permessage-deflate (RFC 7692 §7.1).
type Deflate struct {
	// ServerNoContextTakeover: the server compresses each message by itself.
	ServerNoContextTakeover bool
	// ClientNoContextTakeover: the client compresses each message by itself.
	ClientNoContextTakeover bool

	serverWindow bool // the offer named server_max_window_bits: the answer must too
}

// noTakeover reports whether the peer of the client (or of the server)
// compresses each message by itself.
func (d *Deflate) noTakeover(client bool) bool {
	if client {
		return d.ServerNoContextTakeover
	}
	return d.ClientNoContextTakeover
}

// DeflatePolicy is what a server insists on, whatever the client offers.
// Context takeover costs memory: 8 KiB a connection for the server's own
// messages, 32 KiB for the client's.
type DeflatePolicy struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
}

// NegotiateDeflate picks the first offer that can be met from those in a
// request's Extensions (RFC 7692 §5). ok is false where there is none: then the
// connection goes on without compression.
func NegotiateDeflate(offers []string, policy DeflatePolicy) (d *Deflate, ok bool) {
	for _, offer := range offers {
		params, ok := deflateParams(offer)
		if !ok {
			continue
		}
		if d := policy.accept(params); d != nil {
			return d, true
		}
	}
	return nil, false
}

// accept judges an offer (RFC 7692 §7.1); nil declines it.
func (p DeflatePolicy) accept(params map[string]string) *Deflate {
	d := &Deflate{
		ServerNoContextTakeover: p.ServerNoContextTakeover,
		ClientNoContextTakeover: p.ClientNoContextTakeover,
	}
	for name, value := range params {
		switch name {
		case paramServerNoTakeover:
			d.ServerNoContextTakeover = true
		case paramClientNoTakeover:
			d.ClientNoContextTakeover = true
		case paramServerWindow:
			if bits, ok := windowBits(value); !ok || bits != maxWindowBits {
				return nil
			}
			d.serverWindow = true
		case paramClientWindow:
			if _, ok := windowBits(value); !ok && value != "" {
				return nil
			}
		}
	}
	return d
}

// parseDeflate reads the parameters that a server answered with to an offer
// without any (RFC 7692 §7.1).
func parseDeflate(extension string) (*Deflate, bool) {
	params, ok := deflateParams(extension)
	if !ok {
		return nil, false
	}
	if _, limited := params[paramClientWindow]; limited {
		return nil, false // RFC 7692 §7.1.2.2: it was not offered
	}
	if value, limited := params[paramServerWindow]; limited {
		if _, ok := windowBits(value); !ok {
			return nil, false
		}
	}
	_, server := params[paramServerNoTakeover]
	_, client := params[paramClientNoTakeover]
	return &Deflate{ServerNoContextTakeover: server, ClientNoContextTakeover: client}, true
}

// deflateParams takes one element of Sec-WebSocket-Extensions apart. ok is
// false for another extension, and for parameters that are unknown, given
// twice, or have a value where none belongs (RFC 7692 §7.1).
func deflateParams(extension string) (params map[string]string, ok bool) {
	name, rest, more := strings.Cut(extension, ";")
	if !strings.EqualFold(trimOWS(name), deflateName) {
		return nil, false
	}
	params = make(map[string]string)
	for more {
		var param string
		param, rest, more = strings.Cut(rest, ";")
		key, value, hasValue := strings.Cut(param, "=")
		key, value = strings.ToLower(trimOWS(key)), unquote(trimOWS(value))
		if _, twice := params[key]; twice || !knownParam(key, value, hasValue) {
			return nil, false
		}
		params[key] = value
	}
	return params, true
}

func knownParam(key, value string, hasValue bool) bool {
	switch key {
	case paramServerNoTakeover, paramClientNoTakeover:
		return !hasValue
	case paramServerWindow:
		return value != ""
	case paramClientWindow:
		return value != "" || !hasValue
	}
	return false
}

// windowBits reads a number from 8 to 15 without leading zeros (RFC 7692 §7.1.2).
func windowBits(value string) (int, bool) {
	bits, err := strconv.Atoi(value)
	ok := err == nil && bits >= 8 && bits <= maxWindowBits && strconv.Itoa(bits) == value
	return bits, ok
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// appendDeflate appends the element of Sec-WebSocket-Extensions that agrees.
func appendDeflate(dst []byte, d *Deflate) []byte {
	dst = append(dst, deflateName...)
	if d.ServerNoContextTakeover {
		dst = append(dst, "; "+paramServerNoTakeover...)
	}
	if d.ClientNoContextTakeover {
		dst = append(dst, "; "+paramClientNoTakeover...)
	}
	if d.serverWindow {
		dst = append(dst, "; "+paramServerWindow+"=15"...)
	}
	return dst
}
