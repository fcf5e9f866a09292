package engine_test

import (
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

// openPage connects as pages that know nothing of paths do.
func openPage(t *testing.T, s *server, query string) *client {
	t.Helper()
	c, status := s.tryDial(query, websocket.DialOptions{})
	if c == nil {
		t.Fatalf("status %d", status)
	}
	return c
}

// TestOlderShapes: messages as pages that are already there send them.
func TestOlderShapes(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	reader := s.enter("1")
	reader.enterGroup(`{"type":"group","group_id":1,"content":"mine"}`, "created", 1)
	page := openPage(t, s, "?user_id=2")
	page.expect(object{"type": "system", "event": "welcome", "user_id": "2", "msg": "连接成功"})
	page.ask(toNobody, object{"type": "sent"})
	page.enterGroup(`{"type":"group","group_id":1,"content":"me too"}`, "joined", 3)
	reader.expect(object{"type": "group", "event": "joined", "user_id": "2", "seq": 3.0})
	reader.expect(object{"type": "chat", "conv_id": "group_1", "seq": 4.0})

	single := object{"type": "chat", "conv_id": "single_1:2", "from": "2", "to": "1", "content": "hi"}
	group := object{"type": "chat", "conv_id": "group_1", "from": "2", "group_id": "1", "content": "hi"}
	for _, test := range []struct {
		text string
		want object
	}{
		{`{"type":"chat","to":"1","content":"hi"}`, single},
		{`{"type":"chat","to":1,"from":2,"content":"hi"}`, single},
		{`{"type":"private","to":"1","content":"hi"}`, single},
		{`{"type":"private","to_user_id":1,"content":"hi"}`, single},
		{`{"type":"group","group_id":1,"user_id":2,"content":"hi"}`, group},
		{`{"type":"group","group_id":"1","user_id":"2","content":"hi"}`, group},
		{`{"type":"message","conv_id":"single_1:2","sender":"2","content":"hi"}`, single},
		{`{"type":"message","conv_id":"group_1","sender":2,"content":"hi"}`, group},
	} {
		sent := page.ask(test.text, object{"type": "sent", "conv_id": test.want["conv_id"]})
		if _, ok := sent["cid"]; ok {
			t.Errorf("%s: an answer with a cid: %v", test.text, sent)
		}
		got := reader.expect(test.want)
		if got["id"] != sent["id"] || got["seq"] != sent["seq"] || got["time"] != sent["time"] {
			t.Errorf("%s: answered %v, delivered %v", test.text, sent, got)
		}
	}
}

func TestNobodySpeaksForOthers(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	c := s.enter("2")
	for _, text := range []string{
		`{"type":"group","cid":"x","group_id":1,"user_id":3,"content":"hi"}`,
		`{"type":"private","cid":"x","to":"1","from":"3","content":"hi"}`,
		`{"type":"message","cid":"x","conv_id":"single_1:2","sender":"1","content":"hi"}`,
		`{"type":"send","cid":"x","to":"1","from":"2","sender":"3","content":"hi"}`,
	} {
		c.ask(text, object{"type": "error", "cid": "x", "code": 403.0, "reason": "forbidden"})
	}
	c.ask(`{"type":"message","cid":"x","conv_id":"single_1:3","content":"hi"}`,
		object{"type": "error", "cid": "x", "code": 404.0, "reason": "not_found"})
	if page := s.api("GET", "/api/v1/messages/history?uid=2&to=1", ""); len(page["messages"].([]any)) != 0 {
		t.Errorf("something was stored: %v", page)
	}
}

// TestOpenGroups: in dev mode the first to write makes a group and the others
// join by writing; with logins nobody comes in so.
func TestOpenGroups(t *testing.T) {
	dev := serve(t, t.TempDir(), nil)
	a, b := dev.enter("1"), dev.enter("2")
	a.enterGroup(`{"type":"group","group_id":1,"user_id":1,"content":"first"}`, "created", 1)
	b.enterGroup(`{"type":"group","group_id":1,"user_id":2,"content":"second"}`, "joined", 3)
	a.expect(object{"type": "group", "event": "joined", "group_id": "1", "user_id": "2", "by": "2", "seq": 3.0})
	a.expect(object{"type": "chat", "group_id": "1", "seq": 4.0, "content": "second"})
	a.ask(`{"type":"group","group_id":1,"user_id":1,"content":"third"}`, object{"type": "sent", "seq": 5.0})
	b.expect(object{"type": "chat", "group_id": "1", "seq": 5.0, "content": "third"})
	if g := dev.api("GET", "/api/v1/groups/1?uid=2", ""); g["owner_id"] != "1" || g["member_count"] != 2.0 {
		t.Errorf("%v", g)
	}

	closed := serve(t, t.TempDir(), func(c *engine.Config) { c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret })
	c := closed.dial("token=" + token(t, "1", hour))
	c.expect(object{"type": "system", "user_id": "1"})
	const first = `{"type":"group","cid":"g","group_id":1,"user_id":1,"content":"first"}`
	unknown := c.ask(first, object{"type": "error", "cid": "g", "code": 403.0, "reason": "not_member"})
	closed.api("POST", "/api/v1/groups", `{"group_id":1,"name":"n"}`, "Authorization", "Bearer "+token(t, "9", hour))
	c.ask(first, unknown) // whether there is such a group isn't told
}
