package httpapi

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"gannet/codec/wire"
)

func TestBadBodies(t *testing.T) {
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	for _, good := range needyCalls() {
		method, target, by, good := good.method, good.target, good.headers()[0], good.body
		for _, c := range []struct {
			name, body string
			status     int
			reason     string
		}{
			{"empty", "", 400, wire.ReasonBadJSON},
			{"no JSON", "{", 400, wire.ReasonBadJSON},
			{"trailing data", good + "{}", 400, wire.ReasonBadJSON},
			{"duplicate key", `{"x":1,"x":2,` + good[1:], 400, wire.ReasonBadJSON},
			{"duplicate key below", `{"x":{"y":1,"y":2},` + good[1:], 400, wire.ReasonBadJSON},
			{"too deep", `{"x":` + deep + `,` + good[1:], 400, wire.ReasonBadJSON},
			{"bad UTF-8", "{\"x\":\"\xff\"," + good[1:], 400, wire.ReasonBadJSON},
			{"control character", "{\"x\":\"\x01\"," + good[1:], 400, wire.ReasonBadJSON},
			{"no fields", `{}`, 400, wire.ReasonBadRequest},
			{"too large", "", 413, wire.ReasonTooLarge},
		} {
			t.Run(method+" "+target+" "+c.name, func(t *testing.T) {
				f := &fakeChat{}
				body := c.body
				if c.status == 413 {
					body = `{"x":"` + strings.Repeat("x", limitOf(target)) + `",` + good[1:]
				}
				status, _, body := do(newTestServer(f, false), request(method, target, body, by))
				expect(t, "status", status, c.status)
				if !strings.Contains(body, `"reason":"`+c.reason+`"`) {
					t.Errorf("body %s, want reason %s", body, c.reason)
				}
				expect(t, "call", f.call, "")
			})
		}
	}
}

// needyCalls has a good call of each route that can't do without a body.
func needyCalls() (list []call) {
	rules := make(map[string]bodyRule)
	for _, rt := range publicRoutes() {
		rules[rt.method+" "+rt.path] = rt.body
	}
	mux := newTestServer(&fakeChat{}, false).mux
	for _, c := range goodCalls {
		_, pattern := mux.Handler(c.request())
		if rule := rules[pattern]; rule == jsonBody || rule == bigBody {
			list = append(list, c)
			delete(rules, pattern) // once is enough
		}
	}
	return list
}

func limitOf(target string) int {
	if target == "/api/v1/messages/batch" || target == "/api/v1/messages/import" || target == "/api/v1/messages/system" {
		return maxBatch
	}
	return testMaxBody
}

func TestBadFields(t *testing.T) {
	for _, c := range badFields {
		by := token
		if c.backend {
			by = backend
		}
		f := &fakeChat{}
		status, _, body := do(newTestServer(f, false), request(c.method, c.target, c.body, by))
		if status != 400 || f.call != "" || !strings.Contains(body, `"reason":"bad_request"`) {
			t.Errorf("%s %s %s: %d %s, call %q", c.method, c.target, c.body, status, body, f.call)
		}
	}
}

// What can't be an id is answered like an id that nobody has.
func TestImpossibleIDsInThePath(t *testing.T) {
	for _, c := range []struct{ method, target string }{
		{"GET", "/api/v1/groups/a%20b"},
		{"GET", "/api/v1/groups/a%2Fb"},
		{"GET", "/api/v1/groups/" + strings.Repeat("a", 65)},
		{"GET", "/api/v1/groups/%00/members"},
		{"DELETE", "/api/v1/groups/7/members/%F0%9F"},
		{"DELETE", "/api/v1/groups/a%20b"},
		{"POST", "/api/v1/groups/a%20b/leave"},
		{"POST", "/api/v1/groups/a%20b/join"},
		{"GET", "/api/v1/groups/a%20b/requests"},
		{"GET", "/api/v1/groups/a%20b/bans"},
		{"PUT", "/api/v1/groups/7/bans/%20"},
		{"DELETE", "/api/v1/groups/7/bans/%20"},
		{"GET", "/api/v1/groups/7/messages/0/readers"},
		{"GET", "/api/v1/groups/7/messages/01/readers"},
		{"GET", "/api/v1/groups/7/messages/9007199254740992/readers"},
		{"GET", "/api/v1/groups/a%20b/messages/1/readers"},
		{"GET", "/api/v1/messages/x/reactions"},
		{"GET", "/api/v1/messages/-1/reactions"},
		{"GET", "/api/v1/messages/+1/reactions"},
		{"GET", "/api/v1/messages/9223372036854775808/reactions"},
		{"POST", "/api/v1/conversations/single_2:1/clear"},
		{"POST", "/api/v1/conversations/7/clear"},
		{"PUT", "/api/v1/blocks/a%20b"},
		{"DELETE", "/api/v1/blocks/a%20b"},
		{"GET", "/api/v1/users/a%20b/presence"},
		{"GET", "/api/v1/desk/sessions/a%20b"},
		{"POST", "/api/v1/desk/sessions/a%20b/close"},
		{"POST", "/api/v1/desk/sessions/a%20b/claim"},
		{"DELETE", "/api/v1/desk/sessions/a%20b/watch"},
		{"GET", "/api/v1/desk/sessions/a%20b/transcript"},
		{"GET", "/api/v1/desk/agents/a%20b"},
		{"DELETE", "/api/v1/desk/agents/a%20b"},
		{"DELETE", "/api/v1/desk/skills/a%20b"},
		{"DELETE", "/api/v1/desk/replies/a%20b"},
	} {
		f := &fakeChat{}
		status, _, _ := do(newTestServer(f, false), request(c.method, c.target, "", token))
		if status != 404 || f.call != "" {
			t.Errorf("%s: %d, call %q", c.target, status, f.call)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for value, want := range map[string]int{
		"application/json":                   200,
		"application/json; charset=utf-8":    200,
		"Application/JSON;charset=\"UTF-8\"": 200,
		"application/json; charset=latin1":   415,
		"application/jsonp":                  415,
		"application/problem+json":           415,
		"text/plain":                         415,
		"application/x-www-form-urlencoded":  415,
		"application/json; charset":          415,
		"":                                   415,
	} {
		r := request("POST", "/api/v1/messages/ack", `{"ids":[1]}`, token)
		r.Header.Set("Content-Type", value)
		status, _, _ := do(newTestServer(&fakeChat{}, false), r)
		expect(t, "type "+value, status, want)
	}
	for _, header := range []string{"Content-Type: application/json", "Content-Encoding: gzip"} {
		status, _, _ := do(newTestServer(&fakeChat{}, false), request("POST", "/api/v1/messages/ack", `{"ids":[1]}`, token, header))
		expect(t, "with a second "+header, status, 415)
	}
}

// A body of unknown length is bounded by what really comes.
func TestChunkedBodies(t *testing.T) {
	for _, c := range []struct {
		body   io.Reader
		status int
	}{
		{strings.NewReader(`{"ids":[1]}` + strings.Repeat(" ", testMaxBody-11)), 200},
		{strings.NewReader(`{"ids":[1]}` + strings.Repeat(" ", testMaxBody-10)), 413},
		{iotest.OneByteReader(strings.NewReader(`{"ids":[1]}`)), 200},
		{io.MultiReader(strings.NewReader(`{"ids":[1]`), iotest.ErrReader(io.ErrUnexpectedEOF)), 400},
	} {
		r := request("POST", "/api/v1/messages/ack", "", token)
		r.Body, r.ContentLength = io.NopCloser(c.body), -1
		status, header, _ := do(newTestServer(&fakeChat{}, false), r)
		expect(t, "status", status, c.status)
		if c.status != 200 {
			expect(t, "Connection", header.Get("Connection"), "close")
		}
	}
}
