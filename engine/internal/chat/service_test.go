package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// do runs a command of the desk's.
func (s *site) do(command func(*sequencer.Tx) error) {
	s.t.Helper()
	s.must(s.seq.Do(command))
}

// session makes a service session's conversation with members.
func (s *site) session(id string, users ...string) {
	s.t.Helper()
	s.do(func(tx *sequencer.Tx) error {
		_, err := tx.CreateService(id)
		for _, u := range users {
			if err == nil {
				err = tx.AddTo(wire.ServiceConvID(id), u, 0)
			}
		}
		return err
	})
}

func (s *site) leave(id, user string) {
	s.t.Helper()
	s.do(func(tx *sequencer.Tx) error { return tx.RemoveFrom(wire.ServiceConvID(id), user) })
}

func (s *site) close(id string) {
	s.t.Helper()
	s.do(func(tx *sequencer.Tx) error { return tx.SetClosed(wire.ServiceConvID(id), true) })
}

// sessionEvent is an event of a session, as the desk appends it.
func (s *site) sessionEvent(id, by string, extra wire.Extra) {
	s.t.Helper()
	s.do(func(tx *sequencer.Tx) error {
		_, err := tx.Event(wire.ServiceConvID(id), sequencer.Event{Type: wire.EventSession, From: by, Extra: extra})
		return err
	})
}

// inService are the verbs that name the conversation s, or the message OWN
// that v wrote there, and what they are answered.
var inService = []struct {
	verb, message string
	in            string // the answer's type for a member, "" for none
	out           string // the reason for who isn't in it, "" for none
	closed        string // the reason in a closed session, "" as in an open one
}{
	{"send", `{"type":"send","conv_id":"service_s","content":1}`, "sent", "not_found", "session_closed"},
	{"reply", `{"type":"send","conv_id":"service_s","content":1,"reply_to":"OWN"}`, "sent", "not_found", "session_closed"},
	{"history", `{"type":"history","conv_id":"service_s"}`, "history", "not_found", ""},
	{"read", `{"type":"read","cid":"r","conv_id":"service_s","seq":1}`, "ok", "not_found", ""},
	{"read by id", `{"type":"read","cid":"r","ids":["OWN"]}`, "ok", "not_found", ""},
	{"ack", `{"type":"ack","conv_id":"service_s","seq":1}`, "", "", ""},
	{"edit", `{"type":"edit","id":"OWN","content":"WORD"}`, "ok", "not_found", "session_closed"},
	{"react", `{"type":"react","id":"OWN","emoji":"WORD"}`, "ok", "not_found", "session_closed"},
	{"typing", `{"type":"typing","conv_id":"service_s"}`, "", "not_found", "session_closed"},
	{"sync", `{"type":"sync","cursors":{"service_s":99}}`, "synced", "", ""},
	{"recall", `{"type":"recall","id":"OWN"}`, "ok", "not_found", ""},
}

// Every verb in a service conversation, as a member, as one who was, as a
// stranger, and when it is closed.
func TestServiceVerbs(t *testing.T) {
	for _, c := range inService {
		t.Run(c.verb, func(t *testing.T) {
			s := open(t, nil)
			s.session("s", "v", "a", "was")
			id := fmt.Sprint(s.write("v", wire.Request{ConvID: "service_s"}).ID)
			s.leave("s", "was")
			v, was, x := s.track("v"), s.connect(0, "was", "t", true), s.connect(0, "x", "t", true)
			say := func(c *conn, message string, n int) {
				c.say(strings.NewReplacer("OWN", id, "WORD", fmt.Sprint("e", n)).Replace(message))
			}
			verdict := func(who string, c *conn, reason, kind string) {
				t.Helper()
				s.settle()
				for _, o := range c.came() {
					switch {
					case o.is("error") && o["reason"] != reason:
						t.Errorf("%s: %v", who, o["raw"])
					case o.is("error"):
						reason = ""
					case o.is(kind):
						kind = ""
					}
				}
				if reason != "" || kind != "" {
					t.Errorf("%s: no error %q, or no %q", who, reason, kind)
				}
			}
			say(v, c.message, 1)
			verdict("member", v, "", c.in)
			for who, c2 := range map[string]*conn{"former member": was, "stranger": x} {
				say(c2, c.message, 2)
				verdict(who, c2, c.out, "")
			}
			s.close("s")
			v.on(func() { v.session.typed = nil })
			say(v, c.message, 3)
			if c.closed == "" {
				verdict("closed", v, "", c.in)
			} else {
				verdict("closed", v, c.closed, "")
			}
			x.on(func() { x.session.typed = nil })
			say(x, c.message, 4)
			verdict("stranger, closed", x, c.out, "")
		})
	}
}

// came is what has come to a client.
func (c *conn) came() (list []object) {
	c.on(func() {})
	for range len(c.in) {
		list = append(list, <-c.in)
	}
	return list
}

// A recall takes back one's own message, whoever serves the visitor, also in a
// session that is closed; nobody's else.
func TestServiceRecall(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	s.do(func(tx *sequencer.Tx) error { return tx.AddTo("service_s", "a", uint8(RoleOwner)) })
	theirs, own := s.write("v", wire.Request{ConvID: "service_s"}).ID, s.write("a", wire.Request{ConvID: "service_s"}).ID
	s.refused("the visitor's", s.Recall(t.Context(), "a", theirs), "not_found")
	s.close("s")
	s.must(s.Recall(t.Context(), "a", own))
	if page := s.page("v", "service_s"); page[1]["recalled"] != true || page[0]["recalled"] != nil {
		t.Errorf("%v", page)
	}
}

// Objects name the session: messages, events of it and about messages, the list.
func TestServiceObjects(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v", "a")
	s.do(func(tx *sequencer.Tx) error {
		_, err := tx.CreateService("s.staff")
		if err == nil {
			err = tx.AddTo(wire.StaffConvID("s"), "a", 0)
		}
		return err
	})
	v, a := s.simple("v"), s.track("a")
	s.forget(v, a)
	s.sessionEvent("s", "v", wire.Extra(nil).Text("event", wire.SessionQueued))
	v.expect(object{"type": "session", "event": "queued", "session_id": "s", "conv_id": "service_s", "from": "v", "seq": 1, "by": nil})
	id := s.write("a", wire.Request{ConvID: "service_s", ContentType: "card"}).ID
	v.expect(object{"type": "chat", "session_id": "s", "group_id": nil, "to": nil, "seq": 2})
	s.must(s.React(t.Context(), "v", &wire.Request{ID: id, Emoji: "+"}))
	v.expect(object{"type": "reaction", "conv_id": "service_s", "seq": 2, "event_seq": 3, "session_id": nil})
	s.write("a", wire.Request{ConvID: wire.StaffConvID("s")})
	v.ask(`{"type":"history","conv_id":"service_s.staff"}`, object{"type": "error", "reason": "not_found"})
	list := s.list1("v")
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	list[0].has(t, object{"kind": "service", "session_id": "s", "conv_id": "service_s", "group_id": nil, "peer": nil, "last_seq": 3, "unread": 1})
	for _, line := range s.list1("a") {
		line.has(t, object{"session_id": "s", "unread": 0})
	}
}

// list1 is the first page of a user's list.
func (s *site) list1(user string) (list []object) {
	s.t.Helper()
	c := s.connect(0, user, "list", true)
	answer := c.ask(`{"type":"conversations"}`, object{"type": "conversations"})
	c.hangUp()
	for _, line := range answer["conversations"].([]any) {
		list = append(list, object(line.(map[string]any)))
	}
	return list
}

// What a visitor said before anybody was there is unread to the agent who comes,
// and a sync brings it, also to one whose connection was there all the time.
func TestServiceLateAgent(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	a := s.track("a")
	a.ask(`{"type":"sync"}`, object{"type": "synced"})
	for range 3 {
		s.write("v", wire.Request{ConvID: "service_s"})
	}
	s.do(func(tx *sequencer.Tx) error {
		err := tx.AddTo("service_s", "a", 0)
		if err == nil {
			_, err = tx.Event("service_s", sequencer.Event{Type: wire.EventSession, From: "system", Extra: wire.Extra(nil).Text("event", wire.SessionAssigned)})
		}
		return err
	})
	a.expect(object{"type": "session", "event": "assigned", "seq": 4})
	s.silent(a)
	list := s.list1("a")
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	list[0].has(t, object{"unread": 3, "read_seq": 0, "ack_seq": 0})
	a.say(`{"type":"sync"}`)
	before, _ := a.until("synced")
	if got := seqsOf(before); !slices.Equal(got, span(1, 4)) {
		t.Errorf("synced %v", got)
	}
	fresh := s.connect(1, "a", "other", false)
	before = nil
	for range 4 {
		before = append(before, fresh.next())
	}
	if got := seqsOf(before); !slices.Equal(got, span(1, 4)) {
		t.Errorf("a backlog of %v", got)
	}
	s.write("a", wire.Request{ConvID: "service_s"}) // who answers has read
	s.settle()
	s.list1("a")[0].has(t, object{"unread": 0, "read_seq": 5})
}

// Receipts in a service conversation name the messages, and nothing tells of who
// silently looks in.
func TestServiceReceipts(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v", "a")
	s.do(func(tx *sequencer.Tx) error { return tx.AddTo("service_s", "sup", sequencer.RoleSilent) })
	id := s.write("v", wire.Request{ConvID: "service_s"}).ID
	v, sup, a, x := s.track("v"), s.simple("sup"), s.simple("a"), s.simple("x")
	s.forget(sup, a, x)
	v.ask(`{"type":"sync"}`, object{"type": "chat"})
	v.expect(object{"type": "synced"})
	sup.ask(`{"type":"read","cid":"r","conv_id":"service_s","seq":1}`, object{"type": "ok"})
	s.silent(v)
	sup.ask(`{"type":"typing","conv_id":"service_s"}`, object{"type": "error", "reason": "muted"})
	sup.ask(`{"type":"send","conv_id":"service_s","content":1}`, object{"type": "error", "reason": "muted"})
	s.silent(v)
	v.say(`{"type":"typing","conv_id":"service_s"}`)
	for _, c := range []*conn{a, sup} {
		c.expect(object{"type": "typing", "conv_id": "service_s", "from": "v"})
	}
	s.silent(v, x)
	s.must(s.Read(t.Context(), "a", &wire.Request{ConvID: "service_s", Seq: 1}))
	told := v.expect(object{"type": "read", "user_id": "a", "seq": 1})
	if fmt.Sprint(told["ids"]) != fmt.Sprintf("[%d]", id) {
		t.Errorf("%v", told["raw"])
	}
	s.do(func(tx *sequencer.Tx) error {
		tx.NotifyConv("service_s", delivery.Conn{}, frame(func(b []byte) []byte { return wire.AppendQueue(b, "service_s", "s", 1, 2) }))
		return nil
	})
	v.expect(object{"type": "queue", "position": 1, "waiting_s": 2})
}

// A message of a session expires as any other.
func TestServiceExpiry(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	s.write("v", wire.Request{ConvID: "service_s", TTL: 1})
	s.must(s.seq.Do(func(tx *sequencer.Tx) error {
		due, err := s.db.Expired(time.Now().Add(time.Hour).UnixMilli(), 9)
		if err != nil || len(due) != 1 {
			t.Errorf("%v %v", due, err)
		}
		return s.expire(tx, due)
	}))
	if page := s.page("v", "service_s"); page[0]["expired"] != true || page[0]["content"] != "" {
		t.Errorf("%v", page)
	}
}

// Backends write into sessions, too, but not into closed ones.
func TestServiceBatch(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	send := func() []Outcome {
		out, err := s.SendBatch(context.Background(), []Outgoing{
			{From: "v", ConvID: "service_s", Content: []byte(`1`)},
			{From: "x", ConvID: "service_s", Content: []byte(`2`)},
			{From: "system", ConvID: "service_s", Content: []byte(`3`), System: true},
			{From: "system", ConvID: "service_x", Content: []byte(`4`), System: true},
		})
		s.must(err)
		return out
	}
	for i, want := range []string{"", "not_found", "", "not_found"} {
		s.refused(fmt.Sprint("open ", i), send()[i].Err, want)
	}
	s.close("s")
	for i, want := range []string{"session_closed", "not_found", "session_closed", "not_found"} {
		s.refused(fmt.Sprint("closed ", i), send()[i].Err, want)
	}
}
