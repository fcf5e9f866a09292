package codec

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What is accepted is well-formed, and how the bytes were cut does not matter.
func FuzzParseRequest(f *testing.F) {
	for _, head := range []string{
		request(getWS), request("GET http://h/ws?a=b HTTP/1.1"), request("POST / HTTP/1.1"),
		request(getWS, "+Sec-WebSocket-Protocol: a, b", "+Sec-WebSocket-Extensions: permessage-deflate; a=\"b,c\""),
		request(getWS, "+Authorization: a", "+Authorization: b"), request(getWS, "+X: a\rb"), "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(head), uint16(len(head)/2))
	}
	f.Fuzz(func(t *testing.T, buf []byte, cut uint16) {
		req, n, err := ParseRequest(buf)
		var refused *HandshakeError
		if err != nil && (!errors.As(err, &refused) || refused.Status < 400 || n != 0 || req != nil) {
			t.Fatalf("n = %d, err = %v", n, err)
		}
		if n > 0 {
			checkRequest(t, req, string(buf[:n]))
		}
		part := buf[:min(int(cut), len(buf))]
		if _, m, early := ParseRequest(part); (m > 0 || early != nil) && (m != n || errText(early) != errText(err)) {
			t.Fatalf("%d bytes: %d, %v; all: %d, %v", len(part), m, early, n, err)
		}
	})
}

func checkRequest(t *testing.T, req *Request, head string) {
	switch {
	case len(head) > MaxHead || !strings.HasSuffix(head, "\r\n\r\n"):
		t.Fatalf("head of %d bytes", len(head))
	case !strings.HasPrefix(req.Path, "/") || req.Host == "" || !validKey(req.Key):
		t.Fatalf("accepts %+v", req)
	case strings.ContainsAny(req.Path+req.Query+req.Host+req.Origin+req.Authorization+req.UserAgent, "\r\n\x00"):
		t.Fatalf("control characters in %+v", req)
	}
	for _, s := range append(req.Protocols, req.Extensions...) {
		if s == "" {
			t.Fatalf("empty element in %+v", req)
		}
	}
	if d, ok := NegotiateDeflate(req.Extensions, DeflatePolicy{}); ok != (d != nil) {
		t.Fatal("half an agreement")
	}
}

func FuzzParseResponse(f *testing.F) {
	f.Add([]byte(accepted()))
	f.Add(AppendReject(nil, 401, "unauthorized", "", 0))
	f.Add([]byte(withField("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10")))
	f.Fuzz(func(t *testing.T, buf []byte) {
		resp, n, err := ParseResponse(buf, testKey)
		if n < 0 || n > MaxHead || err == nil && (n > 0) != (resp != nil) || err == nil && resp != nil && resp.Status != 101 {
			t.Fatalf("%+v, %d, %v", resp, n, err)
		}
	})
}

// fuzzReaderConfigs are the Readers that the fuzz targets try.
var fuzzReaderConfigs = []ReaderConfig{
	{MaxMessage: 1000}, {MaxMessage: 1000, Client: true},
	{MaxMessage: 1000, Deflate: &Deflate{}}, {MaxMessage: 1000, Deflate: noTakeover},
}

// A stream never makes a Reader panic or hold or deliver more than its limit,
// and how it was cut changes nothing.
func FuzzReader(f *testing.F) {
	for _, stream := range [][]byte{
		textFrame("Hello"), fragments(OpText, "κόσμε", 1), join(fragment(false, OpText, "a"), pingFrame("p"), closeFrame(closePayload(1000, "bye"))),
		packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\x82\xff\x00\x00\x00\x00\x40\x00\x00\x00abcd"),
		AppendFrame(nil, OpText, []byte("Hello")), textFrame("\xff"), frame(0xff, "x"),
	} {
		f.Add(stream, uint64(1))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		for _, cfg := range fuzzReaderConfigs {
			whole := feed(t, cfg, stream, atOnce)
			for _, piece := range []func() int{byteByByte, randomly(rand.New(rand.NewPCG(seed, 1)))} {
				if got := feed(t, cfg, stream, piece); !slices.Equal(got, whole) {
					t.Fatalf("got %q, at once %q", got, whole)
				}
			}
			checkBounds(t, cfg, stream)
		}
	})
}

// checkBounds holds every message and buffer against the limit, and texts
// against UTF-8.
func checkBounds(t *testing.T, cfg ReaderConfig, stream []byte) {
	r := NewReader(cfg)
	for stream = slices.Clone(stream); len(stream) > 0; {
		msg, n, err := r.Next(stream)
		if err != nil || n == 0 {
			return
		}
		stream = stream[n:]
		if len(msg.Payload) > cfg.MaxMessage || msg.Op.Control() && len(msg.Payload) > MaxControl {
			t.Fatalf("delivers %d bytes", len(msg.Payload))
		}
		if msg.Op == OpText && !utf8.Valid(msg.Payload) {
			t.Fatalf("delivers %q as text", msg.Payload)
		}
		if r.part != nil && cap(r.part.buf) > r.limit(r.part.deflated) || cap(r.history) > inflateWindow*5/4 {
			t.Fatal("holds more than the limit")
		}
	}
}

// Compressed data never gives more than the limit, and what one side
// compresses, the other gets back.
func FuzzInflate(f *testing.F) {
	for _, data := range []string{
		"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
		"\x00", "", "\x03\x00\x03\x00", strings.Repeat("abc", 30),
	} {
		f.Add([]byte(data), []byte("Hello"), uint16(1000))
	}
	f.Fuzz(func(t *testing.T, data, history []byte, limit uint16) {
		history = history[:min(len(history), inflateWindow)]
		if out, fault := inflate(data, history, int(limit)); fault == nil && len(out) > int(limit) {
			t.Fatalf("%d bytes at a limit of %d", len(out), limit)
		}
		c := Compressor{window: slide(nil, history, compressWindow)}
		s := compressions.Get().(*compression)
		defer s.release()
		for _, packed := range [][]byte{bytes.Clone(s.pack(data)), bytes.Clone(c.pack(s, data))} {
			if packed == nil {
				continue
			}
			if out, fault := inflate(packed, history, len(data)); fault != nil || string(out) != string(data) {
				t.Fatalf("%q became %q, %v", data, out, fault)
			}
		}
	})
}
