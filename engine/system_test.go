package engine_test

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

// TestSystemUser: nobody is the user that system messages come from, by no way;
// its messages come by a backend that asks for them.
func TestSystemUser(t *testing.T) {
	named := func(c *engine.Config) {
		permissionConfig(c)
		c.System.User = "robot"
	}
	s := serve(t, t.TempDir(), named)
	robot := token(t, "robot", hour)
	for name, options := range map[string]websocket.DialOptions{
		"/ws":                {HTTPHeader: http.Header{"Authorization": {"Bearer " + robot}}},
		"/ws?token=" + robot: {},
	} {
		if _, status := s.tryDial(name, options); status != 401 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	c := s.dial("")
	c.send(`{"type":"auth","token":"` + robot + `"}`)
	c.expectClose(4001)
	c = s.login("alice")
	c.ask(`{"type":"auth","cid":"a","token":"`+robot+`"}`, object{"type": "error", "cid": "a", "reason": "unauthorized"})
	c.ask(`{"type":"send","cid":"f","to":"bob","from":"robot","content":"hi"}`, object{"type": "error", "cid": "f", "reason": "forbidden"})

	key := []string{"X-API-Key", shopKey}
	for _, test := range []struct {
		method, path, body string
		headers            []string
		want               string
	}{
		{"GET", "/blocks", "", []string{"Authorization", "Bearer " + robot}, "401"},
		{"GET", "/events?token=" + robot, "", nil, "401"},
		{"GET", "/blocks", "", append(key, "X-User-Id", "robot"), "403"},
		{"GET", "/stats", "", append(key, "X-User-Id", "robot"), "403"},
		{"POST", "/messages/batch", `{"messages":[{"from":"robot","to":"bob","content":"hi"}]}`, key, "403"},
		{"POST", "/messages/import", `{"messages":[{"from":"robot","to":"bob","content":"hi","time":1}]}`, key, "403"},
		{"GET", "/blocks", "", append(key, "X-User-Id", "system"), "200"}, // anybody, since the name is set
	} {
		status, answer := s.call(test.method, full(test.path), test.body, test.headers...)
		if want := outcomes[test.want]; status != want.status || want.reason != "" && answer["reason"] != want.reason {
			t.Errorf("%s %s %s: %v, want %s", test.method, test.path, test.body, answer, test.want)
		}
	}
	s.api("POST", "/api/v1/messages/system", `{"to":"alice","content":"hear, hear"}`, key...)
	c.expect(object{"type": "chat", "from": "robot", "to": "alice", "content": "hear, hear"})
}

// TestSystemUserInDevMode: nor is anybody believed to be it.
func TestSystemUserInDevMode(t *testing.T) {
	dev := serve(t, t.TempDir(), func(c *engine.Config) { c.System.User = "robot" })
	for _, query := range []string{"uid=robot", "user_id=robot"} {
		dev.tryDialStatus(401, "/ws?"+query)
		for _, path := range []string{"/blocks", "/events"} {
			if status, text := dev.exchange("GET", full(path)+"?"+query, ""); status != 401 || string(text) != unauthorized {
				t.Errorf("%s?%s: %d %s", path, query, status, text)
			}
		}
	}
}
