package engine_test

import (
	"slices"
	"strings"
	"testing"

	"gannet/engine"
)

const groups = "/api/v1/groups"

// closedGroups keeps strangers out of groups, as a server with logins does, and
// lets one reactor have all connections, so that what reaches one member before
// another can be told.
func closedGroups(c *engine.Config) {
	c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
	c.Reactors = 1
}

// as is the header that says who calls.
func as(t *testing.T, user string) (name, value string) {
	return "Authorization", "Bearer " + token(t, user, hour)
}

// login connects as enter does, where logins are needed.
func (s *server) login(user string) *client {
	s.t.Helper()
	c := s.dial("token=" + token(s.t, user, hour))
	c.expect(object{"type": "system", "user_id": user})
	c.ask(toNobody, object{"type": "sent"})
	return c
}

func (s *server) asUser(user, method, path, body string) (int, object) {
	s.t.Helper()
	name, value := as(s.t, user)
	return s.call(method, path, body, name, value)
}

func (s *server) expectStatus(status int, reason, user, method, path, body string) {
	s.t.Helper()
	got, answer := s.asUser(user, method, path, body)
	if got != status || status != 200 && answer["reason"] != reason {
		s.t.Errorf("%s %s by %s: %v, want %d %s", method, path, user, answer, status, reason)
	}
}

func TestGroup(t *testing.T) {
	s := serve(t, t.TempDir(), closedGroups)
	a, b, c := s.login("a"), s.login("b"), s.login("c")
	name, value := as(t, "a")
	g := s.api("POST", groups, `{"group_id":7,"name":"friends","members":["b","b","a"]}`, name, value)
	if g["group_id"] != "7" || g["conv_id"] != "group_7" || g["owner_id"] != "a" || g["member_count"] != 2.0 {
		t.Fatalf("made %v", g)
	}
	created := object{
		"type": "group", "event": "created", "group_id": "7", "conv_id": "group_7", "by": "a", "seq": 1.0,
		"name": "friends", "user_ids": []any{"b"},
	}
	a.expect(created)
	b.expect(created)
	s.expectStatus(409, "conflict", "b", "POST", groups, `{"group_id":7,"name":"again"}`)

	a.ask(`{"type":"send","group_id":"7","content":"one"}`, object{"type": "sent", "seq": 2.0})
	b.expect(object{"type": "chat", "group_id": "7", "seq": 2.0, "content": "one"})

	s.expectStatus(200, "", "a", "POST", groups+"/7/members", `{"members":["c","b"]}`)
	joined := object{"type": "group", "event": "joined", "group_id": "7", "user_id": "c", "by": "a", "seq": 3.0}
	for _, member := range []*client{a, b, c} {
		member.expect(joined)
	}
	b.ask(`{"type":"send","group_id":"7","content":"two"}`, object{"type": "sent", "seq": 4.0})
	for _, member := range []*client{a, c} {
		member.expect(object{"type": "chat", "group_id": "7", "seq": 4.0, "content": "two"})
	}
	// Who came later sees what came later, from their own coming on.
	for member, from := range map[*client]int{a: 1, b: 1, c: 3} {
		page := member.ask(`{"type":"history","group_id":"7"}`, object{"type": "history", "has_more": false})
		if got := seqs(page["messages"].([]any)); !slices.Equal(got, ascending(from, 4)) {
			t.Errorf("history shows %v, want what is from %d on", got, from)
		}
	}
	members := s.api("GET", groups+"/7/members?limit=2", "", name, value)
	if n := len(members["members"].([]any)); n != 2 || members["next_cursor"] != "b" {
		t.Errorf("%v", members)
	}
}

// TestLeftBehind: after a kick or a leave is answered nothing later reaches who
// is out, by no way.
func TestLeftBehind(t *testing.T) {
	s := serve(t, t.TempDir(), closedGroups)
	a, watcher := s.login("a"), s.login("a")
	a.expect(object{"type": "chat", "to": "nobody"}) // what the other login sent
	b, c := s.login("b"), s.login("c")
	s.expectStatus(200, "", "a", "POST", groups, `{"group_id":"7","name":"n","members":["b","c"]}`)
	for _, member := range []*client{a, watcher, b, c} {
		member.expect(object{"type": "group", "event": "created", "seq": 1.0})
	}
	a.ask(`{"type":"send","group_id":"7","content":"all"}`, object{"type": "sent", "seq": 2.0})
	for _, member := range []*client{watcher, b, c} {
		member.expect(object{"type": "chat", "seq": 2.0})
	}

	s.expectStatus(403, "forbidden", "b", "DELETE", groups+"/7/members/c", "")
	s.expectStatus(403, "forbidden", "a", "DELETE", groups+"/7/members/a", "")
	s.expectStatus(404, "not_found", "a", "DELETE", groups+"/7/members/nobody", "")
	s.expectStatus(200, "", "a", "DELETE", groups+"/7/members/b", "")
	for _, member := range []*client{a, watcher, b, c} {
		member.expect(object{"type": "group", "event": "kicked", "user_id": "b", "by": "a", "seq": 3.0})
	}
	s.expectStatus(200, "", "c", "DELETE", groups+"/7/members/c", "")
	left := object{"type": "group", "event": "left", "user_id": "c", "by": "c", "seq": 4.0}
	for _, member := range []*client{a, watcher, c} {
		member.expect(left)
	}
	for seq := 5.0; seq <= 7; seq++ {
		a.ask(`{"type":"send","group_id":"7","content":"secret"}`, object{"type": "sent", "seq": seq})
		watcher.expect(object{"type": "chat", "group_id": "7", "seq": seq})
	}
	for user, out := range map[string]*client{"b": b, "c": c} {
		out.expectQuiet()
		out.ask(`{"type":"send","cid":"s","group_id":"7","content":"?"}`, object{"type": "error", "cid": "s", "reason": "not_member"})
		out.ask(`{"type":"history","cid":"h","group_id":"7"}`, object{"type": "error", "cid": "h", "code": 404.0})
		out.ask(`{"type":"sync","cid":"y","cursors":{"group_7":2,"single_`+user+`:nobody":1}}`,
			object{"type": "synced", "cid": "y", "convs": object{
				"group_7":                    gone,
				"single_" + user + ":nobody": object{"seq": 1.0, "has_more": false},
			}})
		again := s.login(user)
		again.expectQuiet() // no backlog
	}
}

// TestComeBack: who was out for a while never gets what was said meanwhile.
func TestComeBack(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		closedGroups(c)
		c.Delivery.RetryAfter, c.Delivery.RetryCheck, c.Delivery.Retries = shortest, shortest, 100
	})
	a := s.login("a")
	s.expectStatus(200, "", "a", "POST", groups, `{"group_id":"7","name":"n","members":["b"]}`)
	a.expect(object{"type": "group", "event": "created"})
	b := s.dial("token="+token(t, "b", hour), "gannet.v1")
	b.expect(object{"type": "system"})
	b.ask(`{"type":"sync","cid":"y"}`, object{"type": "group", "event": "created", "seq": 1.0})
	b.expect(synced("y", "group_7", 1, false))

	say := func(seq float64) {
		a.ask(`{"type":"send","group_id":"7","content":"hi"}`, object{"type": "sent", "seq": seq})
	}
	say(2)
	for got := b.next(); got["type"] != "chat"; got = b.next() { // the event may have come again
		b.match(got, object{"type": "group", "seq": 1.0})
	}
	s.expectStatus(200, "", "a", "DELETE", groups+"/7/members/b", "")
	a.expect(object{"type": "group", "event": "kicked"})
	say(4)
	say(5)
	s.expectStatus(200, "", "a", "POST", groups+"/7/members", `{"members":["b"]}`)
	a.expect(object{"type": "group", "event": "joined"})
	say(7)
	// Nothing is acknowledged, so it is pushed again and again.
	for last := 0; last < 3; {
		m := b.next()
		switch m["seq"] {
		case 1.0, 2.0, 3.0, 6.0: // before and with the kick, and with the coming back
		case 7.0:
			last++
		default:
			t.Fatalf("%v reached who was out", m)
		}
	}
	b.send(`{"type":"ack","conv_id":"group_7","seq":7}`)
	b.send(`{"type":"history","cid":"h","group_id":"7"}`)
	page := b.next()
	for page["type"] != "history" {
		page = b.next()
	}
	if got := seqs(page["messages"].([]any)); !slices.Equal(got, ascending(6, 7)) {
		t.Errorf("history shows %v", got)
	}
}

// TestStrangers: a group is to strangers as if it weren't there.
func TestStrangers(t *testing.T) {
	s := serve(t, t.TempDir(), closedGroups)
	s.expectStatus(200, "", "a", "POST", groups, `{"group_id":"7","name":"n","members":["b"],"max_members":3}`)
	for _, test := range []struct{ method, path, body string }{
		{"GET", groups + "/%", ""},
		{"GET", groups + "/%/members", ""},
		{"POST", groups + "/%/members", `{"members":["x"]}`},
		{"DELETE", groups + "/%/members/b", ""},
		{"DELETE", groups + "/%/members/x", ""},
		{"GET", "/api/v1/messages/history?group_id=%", ""},
		{"GET", "/api/v1/messages/history?conv_id=group_%", ""},
		{"POST", "/api/v1/messages/ack", `{"conv_id":"group_%","seq":1}`},
	} {
		var answers [2]object
		for i, id := range []string{"7", "8"} {
			status, answer := s.asUser("x", test.method, fill(test.path, id), fill(test.body, id))
			if status != 404 {
				t.Errorf("%s %s %s: %v", test.method, fill(test.path, id), test.body, answer)
			}
			answers[i] = answer
		}
		if answers[0]["msg"] != answers[1]["msg"] || answers[0]["reason"] != answers[1]["reason"] {
			t.Errorf("%s %s tells: %v", test.method, test.path, answers)
		}
	}
	s.expectStatus(409, "group_full", "a", "POST", groups+"/7/members", `{"members":["c","d"]}`)
	s.expectStatus(403, "forbidden", "b", "POST", groups+"/7/members", `{"members":["c"]}`)
	s.expectStatus(200, "", "a", "POST", groups+"/7/members", `{"members":["c"]}`)
}

// fill puts an id into the % of a text.
func fill(text, id string) string { return strings.ReplaceAll(text, "%", id) }
