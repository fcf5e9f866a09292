package codec

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The example of RFC 6455 §1.3.
func TestAcceptKey(t *testing.T) {
	if got := AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
	}
}

func TestAppendAccept(t *testing.T) {
	req := &Request{Key: "dGhlIHNhbXBsZSBub25jZQ=="}
	const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	for _, c := range []struct {
		protocol string
		deflate  *Deflate
		want     string
	}{
		{"", nil, head + "\r\n"},
		{"gannet.v1", nil, head + "Sec-WebSocket-Protocol: gannet.v1\r\n\r\n"},
		{"", &Deflate{}, head + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
		{"", &Deflate{ServerNoContextTakeover: true, ClientNoContextTakeover: true, serverWindow: true},
			head + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; " +
				"client_no_context_takeover; server_max_window_bits=15\r\n\r\n"},
	} {
		if got := string(AppendAccept([]byte("x"), req, c.protocol, c.deflate)); got != "x"+c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// net/http, as a foreign client, understands every refusal.
func TestAppendReject(t *testing.T) {
	for _, c := range []struct {
		status             int
		msg, wantMsg       string
		field, wantInField string
	}{
		{400, "malformed \"line\"", "malformed \"line\"", "Content-Type", "application/json; charset=utf-8"},
		{401, "", "Unauthorized", "WWW-Authenticate", "Bearer"},
		{403, "", "Forbidden", "Content-Type", "application/json; charset=utf-8"},
		{404, "", "Not Found", "Content-Type", "application/json; charset=utf-8"},
		{405, "", "Method Not Allowed", "Allow", "GET"},
		{408, "", "Request Timeout", "Content-Type", "application/json; charset=utf-8"},
		{426, "", "Upgrade Required", "Sec-WebSocket-Version", "13"},
		{429, "", "Too Many Requests", "Content-Type", "application/json; charset=utf-8"},
		{431, "", "Request Header Fields Too Large", "Content-Type", "application/json; charset=utf-8"},
		{500, "", "Internal Server Error", "Content-Type", "application/json; charset=utf-8"},
		{503, "名", "名", "Content-Type", "application/json; charset=utf-8"},
		{599, "", "Refused", "Content-Type", "application/json; charset=utf-8"},
	} {
		raw := AppendReject(nil, c.status, "a_word", c.msg, 0)
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(raw))), nil)
		if err != nil {
			t.Fatal(c.status, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		var got struct {
			Code        int
			Reason, Msg string
		}
		if err != nil || json.Unmarshal(body, &got) != nil {
			t.Errorf("%d: %q, %v", c.status, body, err)
		}
		if resp.StatusCode != c.status || got.Code != c.status || got.Reason != "a_word" || got.Msg != c.wantMsg {
			t.Errorf("%d: got %d and %+v", c.status, resp.StatusCode, got)
		}
		if !resp.Close {
			t.Errorf("%d: the connection stays open", c.status)
		}
		if v := resp.Header.Get(c.field); v != c.wantInField {
			t.Errorf("%d: %s is %q", c.status, c.field, v)
		}
	}
	if got := string(rejectBody(401, "unauthorized", "no", 0)); got != `{"code":401,"reason":"unauthorized","msg":"no"}` {
		t.Error(got)
	}
}

func TestAppendRejectRetryAfter(t *testing.T) {
	raw := AppendReject(nil, 429, "rate_limited", "slow down", 1500*time.Millisecond)
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(raw))), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	want := `{"code":429,"reason":"rate_limited","msg":"slow down","retry_after_ms":1500}`
	if err != nil || string(body) != want || resp.Header.Get("Retry-After") != "2" {
		t.Errorf("got %q, Retry-After %q, %v", body, resp.Header.Get("Retry-After"), err)
	}
}

func TestHandshakeErrorText(t *testing.T) {
	for want, err := range map[string]*HandshakeError{
		"websocket: handshake: 401: Unauthorized": {Status: 401},
		"websocket: handshake: 400: no Host":      badRequest("no Host"),
		"websocket: handshake: broken":            badResponse("broken"),
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
