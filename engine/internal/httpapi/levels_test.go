package httpapi

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestLoginByKey(t *testing.T) {
	const (
		acting   = `{"code":400,"msg":"X-User-Id names the acting user","data":null,"reason":"bad_request"}`
		onlyKeys = `{"code":403,"msg":"only trusted backends with an API key may do this","data":null,"reason":"forbidden"}`
	)
	for _, c := range []struct {
		name, target string
		headers      []string
		status       int
		want         string // the call, or the body of a refusal
	}{
		{"acts for a user", "/api/v1/blocks", []string{backend, "X-User-Id: 5"}, 200, "blocks 5 after= limit=50"},
		{"acts for nobody", "/api/v1/blocks", []string{backend}, 400, acting},
		{"bad user", "/api/v1/blocks", []string{backend, "X-User-Id: a b"}, 400, ""},
		{"two users", "/api/v1/blocks", []string{backend, "X-User-Id: 5", "X-User-Id: 5"}, 400, ""},
		{"the system user", "/api/v1/blocks", []string{backend, "X-User-Id: system"}, 403, ""},
		{"unknown key", "/api/v1/blocks", []string{"X-API-Key: x", "X-User-Id: 5"}, 401, unauthorized},
		{"two keys", "/api/v1/blocks", []string{backend, backend, "X-User-Id: 5"}, 401, unauthorized},
		{"long key", "/api/v1/blocks", []string{backend + strings.Repeat("x", 256), "X-User-Id: 5"}, 401, unauthorized},
		{"a key and a token", "/api/v1/blocks", []string{backend, token, "X-User-Id: 5"}, 401, unauthorized},
		{"a token and a user", "/api/v1/blocks", []string{token, "X-User-Id: 5"}, 200, "blocks 1 after= limit=50"},
		{"nobody but a user", "/api/v1/blocks", []string{"X-User-Id: 5"}, 401, unauthorized},
		{"a backend's route", "/api/v1/stats", []string{backend}, 200, "figures"},
		{"a backend's route, acting", "/api/v1/stats", []string{backend, "X-User-Id: 5"}, 200, "figures"},
		{"a backend's route by a user", "/api/v1/stats", []string{token}, 403, onlyKeys},
		{"a backend's route by nobody", "/api/v1/stats", nil, 401, unauthorized},
		{"either, by a backend", "/api/v1/users/9/presence", []string{backend}, 200, "presence by= [9]"},
		{"either, by an acting one", "/api/v1/users/9/presence", []string{backend, "X-User-Id: 5"}, 200, "presence by=5 [9]"},
		{"either, by a user", "/api/v1/users/9/presence", []string{token}, 200, "presence by=1 [9]"},
		{"a token in the URL", "/api/v1/blocks?token=token-of-1", nil, 401, unauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeChat{}
			status, _, body := do(newTestServer(f, false), request("GET", c.target, "", c.headers...))
			expect(t, "status", status, c.status)
			switch {
			case status == 200:
				expect(t, "call", f.call, c.want)
			case c.want != "":
				expect(t, "body", body, c.want)
				fallthrough
			default:
				expect(t, "call", f.call, "")
			}
		})
	}
}

func TestNoKeys(t *testing.T) {
	s := newTestServer(&fakeChat{}, false)
	s.keys = nil
	status, _, body := do(s, request("GET", "/api/v1/stats", "", backend))
	expect(t, "status", status, 401)
	expect(t, "body", body, unauthorized)
}

// A backend's routes are closed to users, whoever they say they are.
func TestBackendRoutes(t *testing.T) {
	n := 0
	for _, rt := range publicRoutes() {
		if rt.level != levelBackend {
			continue
		}
		n++
		for _, dev := range []bool{false, true} {
			f := &fakeChat{}
			status, _, _ := do(newTestServer(f, dev), request(rt.method, rt.path+"?uid=1", "{", token, "X-User-Id: 5"))
			expect(t, rt.path, status, 403)
			expect(t, rt.path, f.call, "")
		}
	}
	expect(t, "routes", n, 7)
}

func TestSystemUser(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	status, _, _ := do(s, request("GET", "/api/v1/blocks?uid=system", ""))
	expect(t, "dev mode", status, 401)
	status, _, body := do(s, request("POST", "/api/v1/messages/batch", `{"messages":[{"from":"system","to":"2","content":1}]}`, backend))
	expect(t, "batch", status, 403)
	expect(t, "batch", body, `{"code":403,"msg":"messages[0]: nobody acts as the system user; see /messages/system","data":null,"reason":"forbidden"}`)
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, target string
		headers      []string
		want         string // of the stream; "" is refused
	}{
		{"token", "/api/v1/events?device=abc", []string{token}, "data: 1 3 1\n\n"},
		{"token in the URL", "/api/v1/events?token=token-of-2", nil, "data: 2 12 2\n\n"},
		{"both", "/api/v1/events?token=token-of-2", []string{token}, "data: 1 12 1\n\n"},
		{"uid", "/api/v1/events?uid=3", nil, "data: 3 12 \n\n"},
		{"backend", "/api/v1/events", []string{backend, "X-User-Id: 5"}, "data: 5 12 \n\n"},
		{"bad token in the URL", "/api/v1/events?token=x&uid=3", nil, ""},
		{"bad token, good in the URL", "/api/v1/events?token=token-of-2", []string{"Authorization: Bearer x"}, ""},
		{"nobody", "/api/v1/events", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, header, body := do(newTestServer(&fakeChat{}, true), request("GET", c.target, "", c.headers...))
			if c.want == "" {
				expect(t, "status", status, 401)
				expect(t, "body", body, unauthorized)
				return
			}
			expect(t, "status", status, 200)
			expect(t, "body", body, c.want)
			expect(t, "type", header.Get("Content-Type"), "text/event-stream; charset=utf-8")
		})
	}
	s := newTestServer(&fakeChat{}, false)
	status, header, body := do(s, request("GET", "/api/v1/events", "", token, "Last-Event-ID: bad"))
	expect(t, "refused by the stream", status, 503)
	expect(t, "Retry-After", header.Get("Retry-After"), "5")
	expect(t, "refused by the stream", body, `{"code":503,"msg":"too many","data":null,"reason":"busy","retry_after_ms":5000}`)
	var b strings.Builder
	if err := s.metrics.Write(&b); err != nil {
		t.Fatal(err)
	}
	if line := `gannet_http_requests_total{route="GET /api/v1/events",status="503"} 1`; !strings.Contains(b.String(), line+"\n") {
		t.Errorf("no line %s", line)
	}
	s.events = nil
	status, _, _ = do(s, request("GET", "/api/v1/events", "", token))
	expect(t, "nobody serves them", status, 404)
}

// A stream outlasts the time limit of reading a request: net/http would cancel
// its context then.
func TestStreamsHaveNoReadDeadline(t *testing.T) {
	w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
	newTestServer(&fakeChat{}, false).ServeHTTP(w, request("GET", "/api/v1/events", "", token))
	expect(t, "status", w.Code, 200)
	if len(w.set) != 1 || !w.set[0].IsZero() {
		t.Errorf("read deadlines %v", w.set)
	}
}

// deadlineWriter notes the read deadlines that are set.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (w *deadlineWriter) SetReadDeadline(t time.Time) error {
	w.set = append(w.set, t)
	return nil
}
