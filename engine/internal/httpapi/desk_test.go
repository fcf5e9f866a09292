package httpapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// visitorsRoutes are those that somebody who is nothing but a visitor may ask for.
var visitorsRoutes = []string{
	"POST /api/v1/messages/send", "GET /api/v1/messages/history", "POST /api/v1/messages/ack", "POST /api/v1/messages/read",
	"POST /api/v1/messages/recall", "POST /api/v1/messages/edit", "POST /api/v1/messages/react", "GET /api/v1/messages/{id}/reactions",
	"GET /api/v1/conversations", "GET /api/v1/events",
	"POST /api/v1/desk/visitors/me/renew", "POST /api/v1/desk/visitors/me/identify",
	"POST /api/v1/desk/sessions", "GET /api/v1/desk/sessions", "GET /api/v1/desk/sessions/{id}", "POST /api/v1/desk/sessions/{id}/close",
	"POST /api/v1/desk/sessions/{id}/rating", "GET /api/v1/desk/sessions/{id}/transcript", "GET /api/v1/desk/skills",
}

const notForVisitors = `{"code":403,"msg":"visitors may use the sessions of the desk only","data":null,"reason":"forbidden"}`

func TestVisitorsMayUseLittle(t *testing.T) {
	for _, rt := range publicRoutes() {
		if rt.level == levelOpen || rt.level == levelBackend {
			continue
		}
		label := rt.method + " " + rt.path
		may := slices.Contains(visitorsRoutes, label)
		for _, login := range []string{"own", "visitor"} {
			f := &fakeChat{}
			_, _, body := do(newTestServer(f, false), request(rt.method, rt.path, "{", "Authorization: Bearer "+login+"-token-of-visitor_a"))
			if refused := body == notForVisitors; refused == may || refused && f.call != "" {
				t.Errorf("%s by %s: %s, call %q", label, login, body, f.call)
			}
		}
		f := &fakeChat{}
		_, _, body := do(newTestServer(f, true), request(rt.method, rt.path+"?uid=1&role=visitor", "{"))
		expect(t, label+" in dev mode", body == notForVisitors, !may)
	}
}

// Of conversations, visitors may use those of their sessions.
func TestVisitorsKeepToSessions(t *testing.T) {
	for _, c := range []struct{ method, target, body, call string }{
		{"POST", "/api/v1/messages/send", `{"to":"2","content":1}`, ""},
		{"POST", "/api/v1/messages/send", `{"group_id":"7","content":1}`, ""},
		{"POST", "/api/v1/messages/send", `{"conv_id":"single_2:9","content":1}`, ""},
		{"POST", "/api/v1/messages/send", `{"conv_id":"service_s1","content":1}`, "send 9 cid= to=service_s1  1"},
		{"GET", "/api/v1/messages/history?to=2", "", ""},
		{"GET", "/api/v1/messages/history?conv_id=group_7", "", ""},
		{"GET", "/api/v1/messages/history?conv_id=service_s1", "", "history 9 service_s1 before=0 limit=20"},
		{"POST", "/api/v1/messages/ack", `{"conv_id":"group_7","seq":1}`, ""},
		{"POST", "/api/v1/messages/ack", `{"conv_id":"service_s1","seq":1}`, "ack 9 service_s1 1 []"},
		{"POST", "/api/v1/messages/read", `{"conv_id":"group_7","seq":1}`, ""},
		{"POST", "/api/v1/messages/read", `{"ids":[5]}`, "read 9  0 [5]"},
		{"POST", "/api/v1/messages/recall", `{"id":404}`, ""},
		{"POST", "/api/v1/messages/recall", `{"id":5}`, "recall 9 5"},
		{"POST", "/api/v1/messages/edit", `{"id":404,"content":1}`, ""},
		{"POST", "/api/v1/messages/edit", `{"id":5,"content":1}`, "edit 9 5  1"},
		{"POST", "/api/v1/messages/react", `{"id":404,"emoji":"x"}`, ""},
		{"POST", "/api/v1/messages/react", `{"id":5,"emoji":"x"}`, "react 9 5 x false"},
		{"GET", "/api/v1/messages/404/reactions", "", ""},
		{"GET", "/api/v1/messages/5/reactions", "", "reactions 9 5 after= limit=50"},
		{"GET", "/api/v1/conversations", "", "visitor's conversations 9 limit=50 after="},
	} {
		f := &fakeChat{}
		status, _, body := do(newTestServer(f, false), request(c.method, c.target, c.body, visitorLogin))
		expect(t, c.target+c.body, f.call, c.call)
		if want := map[bool]int{true: 403, false: 200}[c.call == ""]; status != want {
			t.Errorf("%s %s: %d %s", c.target, c.body, status, body)
		}
	}
}

// Whom the desk takes a request to come from.
func TestActors(t *testing.T) {
	for _, c := range []struct {
		name, target string
		headers      []string
		want         string // "" is refused
	}{
		{"user", "/api/v1/desk/queue", []string{token}, "queue 1"},
		{"agent", "/api/v1/desk/queue", []string{agentLogin}, "queue a1:agent"},
		{"supervisor", "/api/v1/desk/queue", []string{bossLogin}, "queue b1:supervisor"},
		{"another role", "/api/v1/desk/queue", []string{"Authorization: Bearer admin-token-of-1"}, ""},
		{"backend", "/api/v1/desk/queue", []string{backend}, "queue backend"},
		{"acting backend", "/api/v1/desk/queue", []string{backend, "X-User-Id: 5"}, "queue 5"},
		{"a role in the URL", "/api/v1/desk/queue?role=supervisor", []string{token}, "queue 1"},
		{"a role of an acting backend", "/api/v1/desk/queue?role=supervisor", []string{backend, "X-User-Id: 5"}, "queue 5"},
		{"dev", "/api/v1/desk/queue?uid=5", nil, "queue 5"},
		{"dev agent", "/api/v1/desk/queue?uid=5&role=agent", nil, "queue 5:agent"},
		{"dev, no such role", "/api/v1/desk/queue?uid=5&role=boss", nil, ""},
		{"dev, two roles", "/api/v1/desk/queue?uid=5&role=agent&role=visitor", nil, ""},
		{"me of a backend", "/api/v1/desk/agents/me", []string{backend}, ""},
		{"me of an acting backend", "/api/v1/desk/agents/me", []string{backend, "X-User-Id: 5"}, "agent 5 5"},
	} {
		f := &fakeChat{}
		status, _, body := do(newTestServer(f, true), request("GET", c.target, "", c.headers...))
		expect(t, c.name, f.call, c.want)
		if (status == 200) != (c.want != "") {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}

// A backend opens sessions for users, and only it says how urgent they are.
func TestOpenByBackend(t *testing.T) {
	for _, c := range []struct {
		headers []string
		status  int
		call    string
	}{
		{[]string{backend, "X-User-Id: 5"}, 200, `open backend for=5 skill= "" name= priority=7 `},
		{[]string{backend}, 400, ""},
		{[]string{token}, 403, ""},
		{[]string{bossLogin}, 403, ""},
		{[]string{visitorLogin}, 403, ""},
	} {
		f := &fakeChat{}
		status, _, _ := do(newTestServer(f, false), request("POST", "/api/v1/desk/sessions", `{"priority":7}`, c.headers...))
		expect(t, strings.Join(c.headers, " "), status, c.status)
		expect(t, strings.Join(c.headers, " "), f.call, c.call)
	}
}

func TestTranscriptAsText(t *testing.T) {
	f := &fakeChat{next: "1-1"}
	status, header, body := do(newTestServer(f, false), request("GET", "/api/v1/desk/sessions/s1/transcript?format=text&limit=1", "", agentLogin))
	expect(t, "status", status, 200)
	expect(t, "body", body, "1970-01-01T00:00:00Z [note] Al: hi\n")
	expect(t, "type", header.Get("Content-Type"), "text/plain; charset=utf-8")
	expect(t, "sniff", header.Get("X-Content-Type-Options"), "nosniff")
	expect(t, "length", header.Get("Content-Length"), fmt.Sprint(len(body)))
	expect(t, "next", header.Get("Gannet-Next"), "1-1")
	f.err = errDisk
	status, _, body = do(newTestServer(f, false), request("GET", "/api/v1/desk/sessions/s1/transcript?format=text", "", agentLogin))
	expect(t, "refused", status, 500)
	if strings.Contains(body, "secret") {
		t.Error(body)
	}
}
