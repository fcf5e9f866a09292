package httpapi

import (
	"context"
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
)

const token = "Authorization: Bearer token-of-1"

func TestMembersArePaged(t *testing.T) {
	s := newTestServer(&fakeChat{size: 3}, false)
	_, _, body := do(s, request("GET", "/api/v1/groups/7/members?limit=2", "", token))
	expect(t, "first page", body, `{"code":200,"msg":"ok","data":{"members":[`+
		`{"user_id":"u0","role":"member","joined_at":0},{"user_id":"u1","role":"admin","joined_at":1}],"has_more":true,"next_cursor":"u1","next":"u1"}}`)

	f := &fakeChat{size: 2}
	_, _, body = do(newTestServer(f, false), request("GET", "/api/v1/groups/7/members?limit=2&cursor=u1", "", token))
	expect(t, "call", f.call, "members 1 7 after=u1 limit=3")
	if !strings.HasSuffix(body, `"has_more":false}}`) {
		t.Errorf("last page: %s", body)
	}
}

func TestErrorsOfChat(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		body   string
		retry  string
	}{
		{wire.NewError(wire.ReasonNotMember, "no \"member\""), 403, `{"code":403,"msg":"no \"member\"","data":null,"reason":"not_member"}`, ""},
		{wire.RetryError(wire.ReasonBusy, "busy", 1500*time.Millisecond), 503, `{"code":503,"msg":"busy","data":null,"reason":"busy","retry_after_ms":1500}`, "2"},
		{wire.RetryError(wire.ReasonBusy, "busy", time.Microsecond), 503, `{"code":503,"msg":"busy","data":null,"reason":"busy","retry_after_ms":1}`, "1"},
		{errDisk, 500, `{"code":500,"msg":"internal error","data":null,"reason":"internal"}`, ""},
	} {
		for _, rt := range []struct{ method, target, body string }{
			{"POST", "/api/v1/messages/send", `{"to":"2","content":1}`},
			{"POST", "/api/v1/messages/ack", `{"ids":[1]}`},
			{"GET", "/api/v1/messages/history?to=2", ""},
			{"POST", "/api/v1/groups", `{"name":"n"}`},
			{"GET", "/api/v1/groups/7", ""},
			{"GET", "/api/v1/groups/7/members", ""},
			{"POST", "/api/v1/groups/7/members", `{"members":["2"]}`},
			{"DELETE", "/api/v1/groups/7/members/2", ""},
		} {
			status, header, body := do(newTestServer(&fakeChat{err: c.err}, false), request(rt.method, rt.target, rt.body, token))
			expect(t, rt.target+" status", status, c.status)
			expect(t, rt.target+" body", body, c.body)
			expect(t, rt.target+" Retry-After", header.Get("Retry-After"), c.retry)
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	s := newTestServer(&fakeChat{}, false)
	for _, target := range []string{
		"/api/v1", "/api/v1/", "/api/v2/messages/send", "/api/v1/messages/fly", "/api/v1/messages/send/", "/api/v1//groups",
		"/api/v1/groups/../groups", "/api/v1/groups/", "/metrics", "/debug/pprof/", "/debug/vars", "/ws", "/index.html", "/page/app.js", "//evil.example",
	} {
		status, header, body := do(s, request("GET", target, "", token))
		expect(t, target, status, 404)
		expect(t, target, body, `{"code":404,"msg":"no such path","data":null,"reason":"not_found"}`)
		expect(t, target+" Location", header.Get("Location"), "")
	}
	for target, allow := range map[string]string{
		"/api/v1/messages/send":       "POST",
		"/api/v1/messages/recall":     "POST",
		"/api/v1/conversations/x":     "PATCH",
		"/api/v1/blocks":              "GET, HEAD",
		"/api/v1/events":              "GET, HEAD",
		"/api/v1/messages/history":    "GET, HEAD",
		"/api/v1/groups":              "POST",
		"/api/v1/groups/7":            "DELETE, GET, HEAD, PATCH",
		"/api/v1/groups/7/members":    "GET, HEAD, POST",
		"/api/v1/groups/7/members/2":  "DELETE, PUT",
		"/healthz":                    "GET, HEAD",
		"/":                           "GET, HEAD",
		"/gannet.js":                  "GET, HEAD",
		"/api/v1/groups/%2e%2e/x?y=z": "",
	} {
		status, header, body := do(s, request("TRACE", target, "{}", token))
		if allow == "" {
			expect(t, target, status, 404)
			continue
		}
		expect(t, target, status, 405)
		expect(t, target, header.Get("Allow"), allow)
		expect(t, target, body, `{"code":405,"msg":"this path does not take this method","data":null,"reason":"bad_request"}`)
	}
}

func TestNotReady(t *testing.T) {
	s := newTestServer(&fakeChat{}, false)
	s.ready = func() *wire.Error {
		return wire.RetryError(wire.ReasonShuttingDown, "shutting down", time.Second)
	}
	status, _, body := do(s, request("GET", "/readyz", ""))
	expect(t, "status", status, 503)
	expect(t, "body", body, `{"code":503,"msg":"shutting down","data":null,"reason":"shutting_down","retry_after_ms":1000}`)
	status, _, _ = do(s, request("GET", "/healthz", ""))
	expect(t, "alive", status, 200)
}

type panickingChat struct{ *fakeChat }

func (panickingChat) Ack(_ context.Context, _ string, _ *wire.Request) error { panic("a bug") }

func TestPanicIsAnswered(t *testing.T) {
	s := newTestServer(panickingChat{&fakeChat{}}, false)
	status, _, body := do(s, request("POST", "/api/v1/messages/ack", `{"ids":[1]}`, token))
	expect(t, "status", status, 500)
	expect(t, "body", body, `{"code":500,"msg":"internal error","data":null,"reason":"internal"}`)
}
