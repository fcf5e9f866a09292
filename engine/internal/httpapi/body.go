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

// readBody reads the whole body into x.body. Slow bodies are cut by the
// server's ReadTimeout.
func (x *exchange) readBody(limit int) *wire.Error {
	if !isJSON(x.r.Header) {
		return errMediaType
	}
	if x.r.ContentLength > int64(limit) {
		return errTooLarge
	}
	x.body = x.body[:0]
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
