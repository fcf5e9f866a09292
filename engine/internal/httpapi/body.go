package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"gannet/codec/wire"
)

// bodyRule says what a route reads of the request's body.
type bodyRule uint8

const (
	noBody       bodyRule = iota // it isn't looked at
	jsonBody                     // JSON, at most Config.MaxBody bytes
	optionalBody                 // the same, or nothing at all
	bigBody                      // JSON with many messages, at most maxBatch bytes
)

// maxBatch bounds the body of a batch. Each of its contents is bounded like that
// of a single message.
const maxBatch = 4 << 20

// readBody reads the whole body into x.body. Slow bodies are cut by the
// server's ReadTimeout.
func (s *Server) readBody(x *exchange, rule bodyRule) *wire.Error {
	limit := s.maxBody
	switch rule {
	case noBody:
		return nil
	case optionalBody:
		if x.r.ContentLength == 0 {
			return nil
		}
	case bigBody:
		limit = max(limit, maxBatch)
	}
	if !isJSON(x.r.Header) {
		return errMediaType
	}
	if x.r.ContentLength > int64(limit) {
		return errTooLarge
	}
	if n := int(x.r.ContentLength); n > 0 {
		x.body = slices.Grow(x.body, n+1) // one more, so that the end is seen without growing
	}
	return x.fill(limit)
}

func (x *exchange) fill(limit int) *wire.Error {
	for {
		if len(x.body) == cap(x.body) {
			x.body = slices.Grow(x.body, 512)
		}
		n, err := x.r.Body.Read(x.body[len(x.body):cap(x.body)])
		x.body = x.body[:len(x.body)+n]
		switch {
		case len(x.body) > limit:
			return errTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errBodyCut
		}
	}
}

// decode reads a body that is no request of the wire protocol into v.
func (x *exchange) decode(v any) *wire.Error { return wire.Strict(x.body, v) }

// decodeOptional is decode for an optional body: v stays as it is where there is
// none.
func (x *exchange) decodeOptional(v any) *wire.Error {
	if len(x.body) == 0 {
		return nil
	}
	return wire.Strict(x.body, v)
}

// isJSON reports whether the body claims to be what we read. A page of another
// site can send a few media types without asking first (a "simple" request),
// but not this one.
func isJSON(h http.Header) bool {
	if len(h["Content-Encoding"]) > 0 {
		return false
	}
	types := h["Content-Type"]
	if len(types) != 1 {
		return false
	}
	if types[0] == "application/json" {
		return true
	}
	media, params, err := mime.ParseMediaType(types[0])
	if err != nil || media != "application/json" {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}
