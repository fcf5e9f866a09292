package codec

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// upgradeFields are the fields that every well-formed request has.
var upgradeFields = []string{
	"Host: chat.example.com:9502",
	"Upgrade: websocket",
	"Connection: Upgrade",
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	"Sec-WebSocket-Version: 13",
}

// request builds a head from a request line and the upgrade fields. Each edit
// replaces the fields of its name, "-Name" removes them, "+field" adds one.
func request(line string, edits ...string) string {
	fields := slices.Clone(upgradeFields)
	for _, edit := range edits {
		if added, ok := strings.CutPrefix(edit, "+"); ok {
			fields = append(fields, added)
			continue
		}
		name, _, replace := strings.Cut(strings.TrimPrefix(edit, "-"), ":")
		fields = slices.DeleteFunc(fields, func(f string) bool { return strings.HasPrefix(f, name+":") })
		if replace {
			fields = append(fields, edit)
		}
	}
	return line + "\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
}

const getWS = "GET /ws HTTP/1.1"

func TestParseRequest(t *testing.T) {
	head := request("GET /ws?uid=1&x=%20 HTTP/1.1",
		"+Origin: https://example.com", "+Authorization: Bearer abc", "+User-Agent: test/1",
		"+Sec-WebSocket-Protocol: gannet.v1, other", "+sec-websocket-protocol:third",
		"+Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate",
		"+Sec-WebSocket-Extensions: x; y=\"a,b\"")
	req, n, err := ParseRequest([]byte(head + "\x81"))
	if err != nil || n != len(head) {
		t.Fatal(n, err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"path", req.Path, "/ws"},
		{"query", req.Query, "uid=1&x=%20"},
		{"host", req.Host, "chat.example.com:9502"},
		{"origin", req.Origin, "https://example.com"},
		{"authorization", req.Authorization, "Bearer abc"},
		{"key", req.Key, "dGhlIHNhbXBsZSBub25jZQ=="},
		{"user agent", req.UserAgent, "test/1"},
		{"protocols", strings.Join(req.Protocols, "|"), "gannet.v1|other|third"},
		{"extensions", strings.Join(req.Extensions, "|"),
			`permessage-deflate; server_max_window_bits=10|permessage-deflate|x; y="a,b"`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestParseRequestAccepts(t *testing.T) {
	for name, head := range map[string]string{
		"plain":                    request(getWS),
		"names in any case":        request(getWS, "-Host", "+HOST: h", "-Upgrade", "+uPGRADE: WebSocket"),
		"connection as a list":     request(getWS, "Connection: keep-alive, Upgrade"),
		"connection twice":         request(getWS, "Connection: keep-alive", "+Connection: upgrade"),
		"upgrade as a list":        request(getWS, "Upgrade: h2c, websocket"),
		"blanks around the value":  request(getWS, "Sec-WebSocket-Version: \t 13 \t"),
		"no blank after the colon": request(getWS, "Sec-WebSocket-Version:13"),
		"empty list elements":      request(getWS, "+Sec-WebSocket-Protocol: , a ,,b,"),
		"no body":                  request(getWS, "+Content-Length: 0"),
		"bytes above ASCII":        request(getWS, "+X-Name: 名字"),
		"whole URI":                request("GET http://chat.example.com/ws HTTP/1.1"),
		"whole URI without a path": request("GET http://chat.example.com?uid=1 HTTP/1.1"),
		"just within the limit":    request(getWS, "+X: "+strings.Repeat("a", MaxHead-len(request(getWS))-5)),
	} {
		if _, n, err := ParseRequest([]byte(head)); err != nil || n != len(head) {
			t.Errorf("%s: n = %d, err = %v", name, n, err)
		}
	}
}

func TestParseRequestRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		head   string
		status int
	}{
		{"version 8", request(getWS, "Sec-WebSocket-Version: 8"), 426},
		{"version 013", request(getWS, "Sec-WebSocket-Version: 013"), 426},
		{"no version", request(getWS, "-Sec-WebSocket-Version"), 426},
		{"version twice", request(getWS, "+Sec-WebSocket-Version: 13"), 400},
		{"no key", request(getWS, "-Sec-WebSocket-Key"), 400},
		{"key twice", request(getWS, "+Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400},
		{"key too short", request(getWS, "Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="), 400},
		{"key too long", request(getWS, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE="), 400},
		{"key not base64", request(getWS, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ*=="), 400},
		{"no upgrade", request(getWS, "-Upgrade"), 400},
		{"other upgrade", request(getWS, "Upgrade: h2c"), 400},
		{"no connection", request(getWS, "-Connection"), 400},
		{"other connection", request(getWS, "Connection: keep-alive"), 400},
		{"HTTP/1.0", request("GET /ws HTTP/1.0"), 400},
		{"HTTP/2.0", request("GET /ws HTTP/2.0"), 400},
		{"http in lower case", request("GET /ws http/1.1"), 400},
		{"no host", request(getWS, "-Host"), 400},
		{"empty host", request(getWS, "Host: "), 400},
		{"host twice", request(getWS, "+Host: other"), 400},
		{"two hosts in one", request(getWS, "Host: a, b"), 400},
		{"no host beside a whole URI", request("GET http://a/ws HTTP/1.1", "-Host"), 400},
		{"POST", request("POST /ws HTTP/1.1"), 405},
		{"get in lower case", request("get /ws HTTP/1.1"), 405},
		{"authorization twice", request(getWS, "+Authorization: a", "+Authorization: a"), 401},
		{"origin twice", request(getWS, "+Origin: a", "+Origin: b"), 400},
		{"body", request(getWS, "+Content-Length: 5"), 400},
		{"chunked body", request(getWS, "+Transfer-Encoding: chunked"), 400},
		{"folded line", request(getWS, "+X: a\r\n b"), 400},
		{"blank before the colon", request(getWS, "+X : a"), 400},
		{"blank before the name", request(getWS, "+ X: a"), 400},
		{"no colon", request(getWS, "+X"), 400},
		{"empty name", request(getWS, "+: a"), 400},
		{"control character", request(getWS, "+X: a\x01"), 400},
		{"delete character", request(getWS, "+X: a\x7f"), 400},
		{"NUL", request(getWS, "+X: a\x00"), 400},
		{"bare CR", request(getWS, "+X: a\rb"), 400},
		{"bare LF", request(getWS, "+X: a\nY: b"), 400},
		{"LF only", strings.ReplaceAll(request(getWS), "\r\n", "\n"), 400},
		{"empty protocol name", request(getWS, "+Sec-WebSocket-Protocol: a b"), 400},
		{"protocol twice", request(getWS, "+Sec-WebSocket-Protocol: a, b, a"), 400},
		{"two blanks", request("GET  /ws HTTP/1.1"), 400},
		{"blank at the end", request("GET /ws HTTP/1.1 "), 400},
		{"no target", request("GET HTTP/1.1"), 400},
		{"target without slash", request("GET ws HTTP/1.1"), 400},
		{"fragment in the target", request("GET /ws#a HTTP/1.1"), 400},
		{"control character in the target", request("GET /w\x01s HTTP/1.1"), 400},
		{"whole URI without a host", request("GET http:///ws HTTP/1.1"), 400},
		{"user in the URI", request("GET http://u@h/ws HTTP/1.1"), 400},
		{"empty line first", "\r\n" + request(getWS), 400},
		{"TLS", "\x16\x03\x01\x02\x00", 400},
		{"garbage", "????", 400},
		{"too large", request(getWS, "+X: "+strings.Repeat("a", MaxHead)), 431},
		{"too large by one", request(getWS, "+X: "+strings.Repeat("a", MaxHead-len(request(getWS))-4)), 431},
		{"too large without an end", "GET /" + strings.Repeat("a", MaxHead), 431},
	} {
		req, n, err := ParseRequest([]byte(c.head))
		var refused *HandshakeError
		if req != nil || n != 0 || !errors.As(err, &refused) || refused.Status != c.status {
			t.Errorf("%s: got n = %d, err = %v, want status %d", c.name, n, err, c.status)
		}
	}
}

// A head that comes byte by byte is judged as one that comes at once.
func TestParseRequestByBytes(t *testing.T) {
	for _, head := range []string{
		request(getWS), request("POST / HTTP/1.1"), request(getWS, "+X: a\rb"), request("GET / HTTP/1.0", "-Host"),
		strings.Repeat("a", MaxHead) + request(getWS),
	} {
		_, wantN, wantErr := ParseRequest([]byte(head))
		for end := range len(head) + 1 {
			_, n, err := ParseRequest([]byte(head[:end]))
			if n == 0 && err == nil {
				continue
			}
			if n != wantN || errText(err) != errText(wantErr) {
				t.Errorf("%.30q: got %d, %v, want %d, %v", head, n, err, wantN, wantErr)
			}
			break
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
