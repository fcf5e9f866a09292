package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// visitors makes a site with a visitor v who is in the session s, and whom
// somebody wrote and took into a group, too. It returns the ids of a message of v's
// session and of one from elsewhere.
func visitors(t *testing.T) (s *site, own, other uint64) {
	s = open(t, nil)
	s.session("s", "v")
	own = s.write("v", wire.Request{ConvID: "service_s"}).ID
	other = s.write("x", wire.Request{To: "v"}).ID
	s.group("g", "x", "v")
	return s, own, other
}

// A visitor may use the verbs on service conversations and nothing else.
func TestVisitorVerbs(t *testing.T) {
	s, own, other := visitors(t)
	seen := map[wire.Verb]bool{}
	for _, c := range []struct{ message, want string }{
		{`{"type":"send","to":"x","content":1}`, "forbidden"},
		{`{"type":"send","group_id":"g","content":1}`, "forbidden"},
		{`{"type":"send","conv_id":"single_v:x","content":1}`, "forbidden"},
		{`{"type":"send","conv_id":"service_s","content":1}`, "sent"},
		{`{"type":"send","conv_id":"service_other","content":1}`, "not_found"},
		{`{"type":"history","to":"x"}`, "forbidden"},
		{`{"type":"history","conv_id":"group_g"}`, "forbidden"},
		{`{"type":"history","conv_id":"service_s"}`, "history"},
		{`{"type":"typing","to":"x"}`, "forbidden"},
		{`{"type":"typing","conv_id":"service_other"}`, "not_found"},
		{`{"type":"ack","conv_id":"single_v:x","seq":1}`, "forbidden"},
		{`{"type":"ack","ids":["OTHER"]}`, ""},
		{`{"type":"read","cid":"r","conv_id":"group_g","seq":1}`, "forbidden"},
		{`{"type":"read","cid":"r","ids":["OTHER"]}`, "not_found"},
		{`{"type":"read","cid":"r","ids":["OWN"]}`, "ok"},
		{`{"type":"react","id":"OTHER","emoji":"+"}`, "not_found"},
		{`{"type":"react","id":"OWN","emoji":"+"}`, "ok"},
		{`{"type":"edit","id":"OTHER","content":1}`, "not_found"},
		{`{"type":"edit","id":"OWN","content":1}`, "ok"},
		{`{"type":"sync","cursors":{"single_v:x":0}}`, "forbidden"},
		{`{"type":"sync","cursors":{"service_s":0}}`, "synced"},
		{`{"type":"recall","id":"OTHER"}`, "not_found"},
		{`{"type":"recall","id":"OWN"}`, "ok"},
		{`{"type":"presence","users":["x"],"watch":true}`, "forbidden"},
		{`{"type":"agent","status":"online"}`, "forbidden"},
		{`{"type":"conversations"}`, "conversations"},
		{`{"type":"auth","token":"t"}`, "ok"},
		{`{"type":"ping"}`, "pong"},
	} {
		message := strings.NewReplacer("OWN", fmt.Sprint(own), "OTHER", fmt.Sprint(other)).Replace(c.message)
		var r wire.Request
		if err := wire.Decode([]byte(message), &r); err != nil {
			t.Fatal(message, err)
		}
		seen[r.Verb] = true
		v := s.login(0, Login{User: "v", Device: "d", Role: RoleVisitor, Tracked: true})
		v.say(message)
		s.settle()
		answers := map[any]bool{}
		for _, o := range v.came() {
			answers[o["type"]], answers[o["reason"]] = true, true
		}
		if c.want != "" && !answers[c.want] || c.want == "" && len(answers) > 0 {
			t.Errorf("%s: %v, want %q", message, answers, c.want)
		}
		v.hangUp()
	}
	for verb := wire.VerbSend; verb.String() != ""; verb++ {
		if !seen[verb] {
			t.Errorf("%s isn't tried", verb)
		}
	}
}

// The list, the backlog and a sync show a visitor service conversations alone.
func TestVisitorSees(t *testing.T) {
	s, _, _ := visitors(t)
	s.sessionEvent("s", "v", wire.Extra(nil).Text("event", wire.SessionQueued))
	s.settle()
	only := func(what string, list []object) {
		t.Helper()
		if len(list) == 0 {
			t.Errorf("%s: nothing", what)
		}
		for _, o := range list {
			if o["conv_id"] != "service_s" {
				t.Errorf("%s: %v", what, o)
			}
		}
	}
	simple := s.login(0, Login{User: "v", Device: "d", Role: RoleVisitor})
	s.settle()
	only("backlog", simple.came())
	simple.hangUp()
	v := s.login(0, Login{User: "v", Device: "d", Role: RoleVisitor, Tracked: true})
	v.say(`{"type":"sync","cursors":{"service_s":0}}`)
	before, last := v.until("synced")
	only("sync", before)
	if convs := last["convs"].(map[string]any); len(convs) != 1 {
		t.Errorf("%v", convs)
	}
	lines := func(list []any) (out []object) {
		for _, line := range list {
			out = append(out, line.(map[string]any))
		}
		return out
	}
	only("list", lines(v.ask(`{"type":"conversations"}`, object{"type": "conversations"})["conversations"].([]any)))
	body, err := s.VisitorConversations(context.Background(), "v", 10, "", []byte("{"))
	s.must(err)
	var page struct{ Conversations []any }
	s.must(json.Unmarshal(append(body, '}'), &page))
	only("list over HTTP", lines(page.Conversations))
}

// Over HTTP the ids of messages are looked at before.
func TestVisitorMay(t *testing.T) {
	s, own, other := visitors(t)
	for _, c := range []struct {
		r    wire.Request
		want string
	}{
		{wire.Request{Verb: wire.VerbSend, To: "x"}, "forbidden"},
		{wire.Request{Verb: wire.VerbSend, ConvID: "service_s"}, ""},
		{wire.Request{Verb: wire.VerbRecall, ID: own}, ""},
		{wire.Request{Verb: wire.VerbEdit, ID: other}, "not_found"},
		{wire.Request{Verb: wire.VerbReact, ID: 77}, "not_found"},
		{wire.Request{Verb: wire.VerbRead, IDs: []uint64{own, other}}, "not_found"},
		{wire.Request{Verb: wire.VerbAck, IDs: []uint64{own}}, ""},
		{wire.Request{Verb: wire.VerbAck, ConvID: "group_g", IDs: []uint64{own}}, "forbidden"},
		{wire.Request{}, "forbidden"},
	} {
		s.refused(fmt.Sprintf("%+v", c.r), s.VisitorMay(&c.r), c.want)
	}
}

// A role comes and goes with the token, but that of a visitor, which stays.
func TestRoleOfToken(t *testing.T) {
	s, _, _ := visitors(t)
	for device, c := range map[string]struct {
		role    string
		refused []string
		renewed []string
	}{
		"user":    {"editor", []string{RoleVisitor}, []string{"", RoleAgent, RoleSupervisor, ""}},
		"visitor": {RoleVisitor, []string{"", "editor", RoleAgent}, []string{RoleVisitor}},
	} {
		conn := s.login(0, Login{User: "v", Device: device, Role: c.role, Tracked: true})
		conn.on(func() {
			own := &Token{ID: "own"}
			if err := conn.session.Renew(own, c.role); err != nil {
				t.Error(err)
			}
			for _, role := range c.refused {
				s.refused(c.role+" to "+role, conn.session.Renew(&Token{ID: "other"}, role), "forbidden")
			}
			if conn.session.token != own || conn.session.role != roleOf(c.role) {
				t.Errorf("%s: a refused token counts", device)
			}
			for _, role := range c.renewed {
				if err := conn.session.Renew(&Token{}, role); err != nil || conn.session.role != roleOf(role) {
					t.Errorf("%s to %s: %v", c.role, role, err)
				}
			}
		})
	}
}

// What an agent says of themselves is handed to the desk, which answers.
func TestAgentRequest(t *testing.T) {
	var s *site
	var asked []string
	hold := false
	s = open(t, func(c *Config, _ *sequencer.Config) {
		c.Agent = func(conn delivery.Conn, user, role, cid string, r AgentRequest) {
			words := []string{user, role, cid}
			if r.Status != nil {
				words = append(words, *r.Status)
			}
			if r.MaxSessions != nil {
				words = append(words, fmt.Sprint(*r.MaxSessions))
			}
			asked = append(asked, fmt.Sprint(words))
			if hold {
				return
			}
			var err error
			if role == "" {
				err = wire.NewError(wire.ReasonForbidden, "no agent")
			}
			go s.AnswerAgent(conn, cid, err)
		}
	})
	a := s.login(0, Login{User: "a", Device: "d", Role: RoleAgent, Tracked: true})
	a.ask(`{"type":"agent","cid":"1","status":"busy"}`, object{"type": "ok", "cid": "1"})
	a.ask(`{"type":"agent","cid":"2","max_sessions":0}`, object{"type": "ok", "cid": "2"})
	x := s.login(0, Login{User: "x", Device: "d", Role: "editor", Tracked: true})
	x.ask(`{"type":"agent","cid":"3","status":"online","max_sessions":7}`, object{"type": "error", "cid": "3", "reason": "forbidden"})
	want := []string{"[a agent 1 busy]", "[a agent 2 0]", "[x  3 online 7]"}
	if !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
	s.settle()
	a.on(func() { hold = true })
	for range maxSessionReads {
		a.say(`{"type":"agent","status":"online"}`)
	}
	a.ask(`{"type":"agent","status":"online"}`, object{"type": "error", "reason": "busy"})
	if len(asked) != len(want)+maxSessionReads {
		t.Errorf("%d requests were handed on", len(asked))
	}
}

func TestNoDesk(t *testing.T) {
	s := open(t, nil)
	s.track("a").ask(`{"type":"agent","status":"online"}`, object{"type": "error", "reason": "unknown_type"})
}
