package codec

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

const testKey = "dGhlIHNhbXBsZSBub25jZQ=="

// accepted is the answer to testKey, with an edit of its text.
func accepted(oldnew ...string) string {
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
	return strings.NewReplacer(oldnew...).Replace(head)
}

func withField(field string) string { return accepted("\r\n\r\n", "\r\n"+field+"\r\n\r\n") }

// Both sides of the handshake agree.
func TestRequestAndResponse(t *testing.T) {
	protocols := []string{"gannet.v1", "other"}
	raw := AppendRequest(nil, "h:1", "/ws?uid=1", testKey, protocols, true, Header{"Authorization", "Bearer x"})
	req, n, err := ParseRequest(raw)
	if err != nil || n != len(raw) {
		t.Fatal(n, err)
	}
	if req.Host != "h:1" || req.Path != "/ws" || req.Query != "uid=1" || req.Authorization != "Bearer x" || len(req.Protocols) != 2 {
		t.Errorf("got %+v", req)
	}
	d, ok := NegotiateDeflate(req.Extensions, DeflatePolicy{ClientNoContextTakeover: true})
	if !ok {
		t.Fatal("deflate was declined")
	}
	answer := AppendAccept(nil, req, "other", d)
	resp, n, err := ParseResponse(append(answer, 0x81), testKey)
	if err != nil || n != len(answer) {
		t.Fatal(n, err)
	}
	if resp.Status != 101 || resp.Protocol != "other" || *resp.Deflate != *d {
		t.Errorf("got %+v", resp)
	}
	if err := resp.Check(protocols, true); err != nil {
		t.Error(err)
	}
	if resp.Check(protocols[:1], true) == nil || resp.Check(protocols, false) == nil {
		t.Error("what was not offered passes")
	}
	if plain, _, _ := ParseRequest(AppendRequest(nil, "h", "/", testKey, nil, false)); len(plain.Extensions)+len(plain.Protocols) != 0 {
		t.Errorf("offers unasked: %+v", plain)
	}
}

func TestParseResponseRefuses(t *testing.T) {
	for name, head := range map[string]string{
		"HTTP/1.0":              accepted("HTTP/1.1", "HTTP/1.0"),
		"no status":             accepted("101 ", "abc "),
		"no upgrade":            accepted("Upgrade: websocket\r\n", ""),
		"other upgrade":         accepted("websocket", "h2c"),
		"no connection":         accepted("Connection: Upgrade\r\n", ""),
		"wrong accept":          accepted("s3pP", "s3pQ"),
		"accept twice":          withField("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
		"protocol twice":        withField("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b"),
		"two protocols":         withField("Sec-WebSocket-Protocol: a, b"),
		"other extension":       withField("Sec-WebSocket-Extensions: x"),
		"two extensions":        withField("Sec-WebSocket-Extensions: permessage-deflate, x"),
		"unknown parameter":     withField("Sec-WebSocket-Extensions: permessage-deflate; x"),
		"limits our window":     withField("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10"),
		"window out of range":   withField("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16"),
		"parameter given twice": withField("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover"),
		"malformed field":       withField("X : a"),
		"bare LF":               withField("X: a\nb"),
		"too large":             withField("X: " + strings.Repeat("a", MaxHead)),
	} {
		resp, n, err := ParseResponse([]byte(head), testKey)
		var refused *HandshakeError
		if resp != nil || n != 0 || !errors.As(err, &refused) || refused.Status != 0 {
			t.Errorf("%s: got %+v, %d, %v", name, resp, n, err)
		}
	}
}

func TestParseResponse(t *testing.T) {
	for end := range len(accepted()) {
		if resp, n, err := ParseResponse([]byte(accepted()[:end]), testKey); resp != nil || n != 0 || err != nil {
			t.Fatalf("after %d bytes: %+v, %d, %v", end, resp, n, err)
		}
	}
	for extension, want := range map[string]Deflate{
		"permessage-deflate":                              {},
		"permessage-deflate; server_no_context_takeover":  {ServerNoContextTakeover: true},
		"permessage-deflate; client_no_context_takeover":  {ClientNoContextTakeover: true},
		"permessage-deflate; server_max_window_bits=8":    {},
		`permessage-deflate;server_max_window_bits="15"`:  {},
		"Permessage-Deflate ; SERVER_NO_CONTEXT_TAKEOVER": {ServerNoContextTakeover: true},
	} {
		resp, _, err := ParseResponse([]byte(withField("Sec-WebSocket-Extensions: "+extension)), testKey)
		if err != nil || *resp.Deflate != want {
			t.Errorf("%s: %+v, %v", extension, resp, err)
		}
	}
}

// A refusal is told with its status and its body.
func TestParseResponseOfRefusal(t *testing.T) {
	raw := AppendReject(nil, 401, "unauthorized", "token expired", 0)
	resp, n, err := ParseResponse(raw, testKey)
	var refused *HandshakeError
	if !errors.As(err, &refused) || refused.Status != 401 {
		t.Fatal(err)
	}
	if resp == nil || resp.Status != 401 || n+len(resp.Body) != len(raw) || !strings.Contains(string(resp.Body), "token expired") {
		t.Errorf("got %+v, %d", resp, n)
	}
}

// A refusal tells when to try again: in milliseconds where its body has come.
func TestRetryAfterOfRefusal(t *testing.T) {
	raw := AppendReject(nil, 503, "busy", "", 1500*time.Millisecond)
	head := bytes.Index(raw, []byte("\r\n\r\n")) + 4
	with := func(field string) []byte { return []byte("HTTP/1.1 503 Busy\r\nRetry-After: " + field + "\r\n\r\n") }
	for _, tt := range []struct {
		raw  []byte
		want time.Duration
	}{
		{raw, 1500 * time.Millisecond},
		{raw[:len(raw)-1], 2 * time.Second},
		{raw[:head], 2 * time.Second},
		{AppendReject(nil, 503, "busy", "", 0), 0},
		{with("7"), 7 * time.Second},
		{with("0"), 0},
		{with("-1"), 0},
		{with("99999999999999999999"), 0},
		{with("2147483647"), 2147483647 * time.Second},
		{with("Fri, 31 Dec 1999 23:59:59 GMT"), 0},
		{append(with("7"), `{"retry_after_ms":-5}`...), 7 * time.Second},
		{append(with("7"), `{"retry_after_ms":1e30}`...), 7 * time.Second},
		{append(with("7"), `{"retry_after_ms":5}`...), 5 * time.Millisecond},
	} {
		_, _, err := ParseResponse(tt.raw, testKey)
		var refused *HandshakeError
		if !errors.As(err, &refused) || refused.RetryAfter != tt.want {
			t.Errorf("%q: %+v, want %s", tt.raw, refused, tt.want)
		}
	}
}
