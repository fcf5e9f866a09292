package httpapi

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

// patience is when a test that waits for the server in vain fails.
const patience = 20 * time.Second

// end is a request whose status no other request of these tests has. It is
// answered unless the server has closed the connection before.
const (
	end       = "DELETE /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	endStatus = http.StatusMethodNotAllowed
)

// exchangeRaw sends a text over a connection of its own, and a last request
// behind it. It returns the statuses of the answers and the first body.
func exchangeRaw(t *testing.T, s *Server, text string) (statuses []int, body string) {
	t.Helper()
	c := dial(t, s)
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text+end); err != nil {
		t.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(c); ; {
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses, body // the server closed
		}
		got, _ := io.ReadAll(answer.Body) // a reset may cut it, since not all was read
		answer.Body.Close()
		if len(statuses) == 0 {
			body = string(got)
		}
		statuses = append(statuses, answer.StatusCode)
	}
}

// rawCase is a text and the statuses of what it is answered. That of the last
// request is among them where the connection stays open.
type rawCase struct {
	name, text string
	want       []int
	call       string // of the last answer
}

func checkRaw(t *testing.T, cases []rawCase) {
	f := &fakeChat{}
	s := newTestServer(f, true)
	defer start(t, s)()
	for _, c := range cases {
		f.call = ""
		statuses, body := exchangeRaw(t, s, c.text)
		if !slices.Equal(statuses, c.want) {
			t.Errorf("%s: %v, want %v; %s", c.name, statuses, c.want, body)
		}
		expect(t, c.name, f.call, c.call)
	}
}

const (
	rawBody  = `{"to":"2","content":1}`
	rawSent  = "send 1 cid= to=2  1"
	rawPost  = "POST /api/v1/messages/send?uid=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
)

// chunks is a text as one chunk.
func chunks(text string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(text), text) }

// withLength is a request with the claim that its body is that long.
func withLength(head, claim, body string) string {
	return head + "Content-Length: " + claim + "\r\n\r\n" + body
}

// TestSmuggling: where two readers could disagree about the end of a request,
// nothing behind it is taken for a further one (RFC 9112 §6.1, §6.3).
func TestSmuggling(t *testing.T) {
	size := strconv.Itoa(len(rawBody))
	chunked := func(head string) string { return head + "\r\n" + chunks(rawBody) }
	const te = "Transfer-Encoding: chunked\r\n"
	checkRaw(t, []rawCase{
		{"plain", withLength(rawPost, size, rawBody), []int{200, endStatus}, rawSent},
		{"the same length twice", withLength(rawPost+"Content-Length: "+size+"\r\n", size, rawBody), []int{200, endStatus}, rawSent},
		{"a body of a GET", withLength("GET /healthz HTTP/1.1\r\nHost: localhost\r\n", strconv.Itoa(len(smuggled)), smuggled), []int{200, endStatus}, ""},

		{"chunked", chunked(rawPost + te), []int{200}, rawSent},
		{"length, chunked", chunked(rawPost+"Content-Length: 5\r\n"+te) + smuggled, []int{200}, rawSent},
		{"chunked, length", chunked(rawPost+te+"Content-Length: 5\r\n") + smuggled, []int{200}, rawSent},
		{"chunked behind a tab", chunked(rawPost+"Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n") + smuggled, []int{200}, rawSent},
		{"chunked on a folded line", chunked(rawPost+"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n") + smuggled, []int{200}, rawSent},
		{"chunked behind a bare line feed", chunked(rawPost+"X: y\n"+te+"Content-Length: 5\r\n") + smuggled, []int{200}, rawSent},
		{"chunked, refused", chunked("POST /nowhere HTTP/1.1\r\nHost: localhost\r\n"+te) + smuggled, []int{404}, ""},
		{"chunked, not read", chunked("GET /healthz HTTP/1.1\r\nHost: localhost\r\n"+te) + smuggled, []int{200}, ""},
		{"chunked, foreign host", chunked("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n"+te) + smuggled, []int{403}, ""},

		{"two lengths", withLength(rawPost+"Content-Length: 5\r\n", size, rawBody), []int{400}, ""},
		{"list of lengths", withLength(rawPost, size+", "+size, rawBody), []int{400}, ""},
		{"length with a sign", withLength(rawPost, "+"+size, rawBody), []int{400}, ""},
		{"negative length", withLength(rawPost, "-1", rawBody), []int{400}, ""},
		{"hexadecimal length", withLength(rawPost, "0x16", rawBody), []int{400}, ""},
		{"length beyond 64 bits", withLength(rawPost, "99999999999999999999", rawBody), []int{400}, ""},
		{"length that is never sent", withLength(rawPost, "8000", rawBody), []int{400}, ""},
		{"length over the limit", withLength(rawPost, "9223372036854775807", rawBody), []int{413}, ""},
		{"length before a continue", rawPost + "Expect: 100-continue\r\nContent-Length: 9000\r\n\r\n", []int{413}, ""},
		{"another expectation", withLength(rawPost+"Expect: tea\r\n", size, rawBody), []int{417}, ""},

		{"another encoding", chunked(rawPost + "Transfer-Encoding: xchunked\r\n"), []int{501}, ""},
		{"identity", chunked(rawPost + "Transfer-Encoding: identity\r\n"), []int{501}, ""},
		{"two encodings", chunked(rawPost + "Transfer-Encoding: gzip, chunked\r\n"), []int{501}, ""},
		{"chunked twice", chunked(rawPost + te + te), []int{501}, ""},
		{"chunked behind a vertical tab", chunked(rawPost + "Transfer-Encoding: \vchunked\r\n"), []int{400}, ""},
		{"blank before the colon", chunked(rawPost + "Transfer-Encoding : chunked\r\n"), []int{400}, ""},
		{"bare carriage return", chunked(rawPost + "X: y\r" + te), []int{400}, ""},
		{"first line folded", "GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n", []int{400}, ""},
		{"size of a chunk beyond 64 bits", rawPost + te + "\r\nffffffffffffffffff\r\n" + rawBody, []int{400}, ""},
		{"size of a chunk with a sign", rawPost + te + "\r\n+16\r\n" + rawBody + "\r\n0\r\n\r\n", []int{400}, ""},
		{"chunk longer than its size", rawPost + te + "\r\n5\r\n" + rawBody + "\r\n0\r\n\r\n", []int{400}, ""},
	})
}

// TestRequestLines: methods, targets and versions.
func TestRequestLines(t *testing.T) {
	line := func(line string) string { return line + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }
	get := func(target string) string { return line("GET " + target) }
	found, none := []int{200, endStatus}, []int{404, endStatus}
	checkRaw(t, []rawCase{
		{"plain", get("/api/v1/groups/7?uid=1"), found, "group 1 7"},
		{"letters in another way", get("/api/v1/%67roups/%37?uid=1"), found, "group 1 7"},
		{"a whole URI", get("http://localhost/api/v1/groups/7?uid=1"), found, "group 1 7"},
		{"a whole URI elsewhere", get("http://evil.example/api/v1/groups/7?uid=1"), []int{403, endStatus}, ""},
		{"two slashes", get("//api/v1/groups/7?uid=1"), none, ""},
		{"two slashes within", get("/api/v1//groups/7?uid=1"), none, ""},
		{"slash at the end", get("/api/v1/groups/7/?uid=1"), none, ""},
		{"dots", get("/api/v1/x/../groups/7?uid=1"), none, ""},
		{"dot", get("/api/v1/./groups/7?uid=1"), none, ""},
		{"escaped dots", get("/api/v1/x/%2e%2E/groups/7?uid=1"), none, ""},
		{"escaped dots for an id", get("/api/v1/groups/%2e%2e?uid=1"), none, ""},
		{"escaped slash", get("/api/v1/groups%2F7?uid=1"), none, ""},
		{"escaped slash in an id", get("/api/v1/groups/7%2Fmembers?uid=1"), none, ""},
		{"escaped twice", get("/api/v1/groups/%2537?uid=1"), none, ""},
		{"escaped NUL", get("/api/v1/groups/7%00?uid=1"), none, ""},
		{"escaped line end", get("/api/v1/groups/7%0d%0aX:%20y?uid=1"), none, ""},
		{"escaped question mark", get("/api/v1/groups/7%3Fuid=1"), []int{401, endStatus}, ""},
		{"not UTF-8", get("/api/v1/groups/%ff?uid=1"), none, ""},
		{"over long UTF-8", get("/api/v1/groups/%c0%ae?uid=1"), none, ""},
		{"semicolon", get("/api/v1/groups/7;x=y?uid=1"), none, ""},
		{"backslash", get(`/api/v1/groups\7?uid=1`), none, ""},
		{"escaped backslash", get("/api/v1/groups%5c7?uid=1"), none, ""},
		{"capitals", get("/API/v1/groups/7?uid=1"), none, ""},
		{"fragment", get("/api/v1/groups/7#?uid=1"), none, ""},
		{"broken escape", get("/api/v1/groups/%?uid=1"), []int{400}, ""},
		{"blank", get("/api/v1/groups/7 ?uid=1"), []int{400}, ""},
		{"NUL", get("/api/v1/groups/7\x00?uid=1"), []int{400}, ""},
		{"no slash", get("api/v1/groups/7?uid=1"), []int{400}, ""},
		{"asterisk", line("OPTIONS *"), none, ""},
		{"TRACE", line("TRACE /api/v1/groups/7?uid=1"), []int{405, endStatus}, ""},
		{"CONNECT", line("CONNECT localhost:1"), none, ""},
		{"method in small letters", line("get /api/v1/groups/7?uid=1"), []int{405, endStatus}, ""},
		{"bad method", line("G(T /api/v1/groups/7?uid=1"), []int{400}, ""},
		{"HTTP/0.9", "GET /healthz\r\n\r\n", []int{400}, ""},
		{"HTTP/3.0", "GET /healthz HTTP/3.0\r\nHost: localhost\r\n\r\n", []int{505}, ""},
		{"no Host", "GET /healthz HTTP/1.1\r\n\r\n", []int{400}, ""},
		{"two Hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", []int{400}, ""},
		{"a path in Host", "GET /healthz HTTP/1.1\r\nHost: localhost/x\r\n\r\n", []int{400}, ""},
		{"NUL in a header", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", []int{400}, ""},
		{"TLS", "\x16\x03\x01\x02\x00\r\n\r\n", []int{400}, ""},
	})
}

// TestMethodIsTheRequests: no header changes what a request asks for, or who is
// said to have sent it.
func TestMethodIsTheRequests(t *testing.T) {
	for _, header := range []string{
		"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE",
		"X-Original-URL: /api/v1/groups/8", "X-Rewrite-URL: /api/v1/groups/8",
		"X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: /x", "X-Forwarded-User: 2",
		"X-User-Id: 2", "X-Remote-User: 2", "Cookie: token=token-of-2; uid=2",
	} {
		f := &fakeChat{}
		status, _, _ := do(newTestServer(f, false), request("GET", "/api/v1/groups/7?_method=DELETE", "", token, header))
		expect(t, header, status, 200)
		expect(t, header, f.call, "group 1 7")
	}
}
