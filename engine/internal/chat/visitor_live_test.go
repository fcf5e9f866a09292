package chat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// life lets something of everything happen to v while connected: in the session
// s, and in single chats and groups. The phone is v's own.
func life(s *site, phone, x *conn) {
	s.t.Helper()
	in := func(convID string) {
		x.say(`{"type":"typing","conv_id":"` + convID + `"}`)
		phone.say(`{"type":"send","conv_id":"`+convID+`","content":"of v"}`, `{"type":"typing","conv_id":"`+convID+`"}`)
		s.settle()
		last, err := s.db.LastSeq(s.num(convID))
		s.must(err)
		read := fmt.Sprintf(`{"type":"read","conv_id":"%s","seq":%d}`, convID, last)
		x.say(`{"type":"send","conv_id":"`+convID+`","content":"of x"}`, read)
		phone.say(read)
		muted := true
		s.must(s.UpdateConversation(s.t.Context(), "v", convID, ConversationPatch{Muted: &muted}))
		s.settle()
	}
	for _, convID := range []string{"service_s", "single_v:x", "group_g"} {
		in(convID)
	}
	s.group("new", "x", "v")
	s.write("x", wire.Request{GroupID: "new"})
	s.must(s.RemoveMember(s.t.Context(), "x", "new", "v"))
	s.do(func(tx *sequencer.Tx) error {
		if err := tx.AddTo("service_s", "late", 0); err != nil {
			return err
		}
		return tx.FarewellTo("service_s", "v", sequencer.Event{Type: wire.EventSession, From: "x"})
	})
	s.session("new", "v")
	s.sessionEvent("new", "x", wire.Extra(nil).Text("event", wire.SessionQueued))
	s.do(func(tx *sequencer.Tx) error {
		tx.NotifyUser("v", x.ID(), frame(func(b []byte) []byte { return wire.AppendDesk(b, wire.DeskWaiting, nil) }))
		return nil
	})
	s.settle()
}

func (s *site) num(convID string) uint64 {
	s.t.Helper()
	rec, ok, err := s.db.Conversation(convID)
	if err != nil || !ok {
		s.t.Fatal(convID, ok, err)
	}
	return rec.Num
}

// kindsIn are the types of what came about a conversation, each once.
func kindsIn(list []object, convID any) (kinds []string) {
	for _, o := range list {
		if kind := o["type"].(string); o["conv_id"] == convID {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// What happens while a visitor is connected reaches the visitor from service
// conversations alone, and moves no cursor of the user's in the others. The user's
// own devices get all of it.
func TestVisitorLive(t *testing.T) {
	for _, tracked := range []bool{false, true} {
		t.Run(fmt.Sprint("tracked ", tracked), func(t *testing.T) {
			s, _, _ := visitors(t)
			s.do(func(tx *sequencer.Tx) error { return tx.AddTo("service_s", "x", 0) })
			phone, x := s.track("v"), s.login(0, Login{User: "x", Device: "d", Tracked: true})
			s.write("x", wire.Request{GroupID: "g"})
			v := s.login(0, Login{User: "v", Device: "page", Role: RoleVisitor, Tracked: tracked})
			for _, c := range []*conn{v, phone, x} {
				if c != v || tracked {
					c.say(`{"type":"sync"}`)
				}
			}
			s.settle()
			s.forget(v, phone, x)
			life(s, phone, x)
			s.sawSessions(v.came(), phone.came())
			s.leftAlone(v, tracked)
		})
	}
}

// sawSessions checks what came of life to a visitor and to v's own phone.
func (s *site) sawSessions(got, phone []object) {
	s.t.Helper()
	for _, o := range got {
		if convID := o["conv_id"]; convID != "service_s" && convID != "service_new" {
			s.t.Errorf("came: %v", o["raw"])
		}
	}
	all := []string{"chat", "conversation", "read", "session", "typing"}
	if kinds := kindsIn(got, "service_s"); !slices.Equal(kinds, all) {
		s.t.Errorf("of the session came %v, want %v", kinds, all)
	}
	if !slices.ContainsFunc(got, func(o object) bool { return o.is("read") && o["user_id"] == "x" }) {
		s.t.Error("no receipt of the session came")
	}
	if kinds := kindsIn(got, "service_new"); !slices.Equal(kinds, []string{"session"}) {
		s.t.Errorf("of the new session came %v", kinds)
	}
	for convID, want := range map[any][]string{
		"single_v:x": {"chat", "conversation", "read", "sent", "typing"},
		"group_g":    {"chat", "conversation", "read", "sent", "typing"},
		"group_new":  {"chat", "group"},
		nil:          {"desk"},
	} {
		if kinds := kindsIn(phone, convID); !slices.Equal(kinds, want) {
			s.t.Errorf("on the phone of %v came %v, want %v", convID, kinds, want)
		}
	}
}

// leftAlone checks that what comes now is acknowledged by a visitor, who leaves, in
// the session alone.
func (s *site) leftAlone(v *conn, tracked bool) {
	s.t.Helper()
	for _, r := range []wire.Request{{To: "v"}, {GroupID: "g"}, {ConvID: "service_s"}} {
		s.write("x", r) // which v's own devices have yet to acknowledge
	}
	s.settle()
	before := s.places("v")
	v.tick()
	v.hangUp()
	after := s.places("v")
	for convID, was := range before {
		if is := after[convID]; !strings.HasPrefix(convID, "service_") && is != was {
			s.t.Errorf("%s: acknowledged up to %d, was %d", convID, is, was)
		}
	}
	if !tracked && after["service_s"] <= before["service_s"] {
		s.t.Error("what was sent of the session isn't acknowledged")
	}
}

// places are how far a user has acknowledged, by conversation.
func (s *site) places(user string) map[string]uint64 {
	s.t.Helper()
	places := map[string]uint64{}
	s.do(func(tx *sequencer.Tx) error { tx.FlushCursors(user); return nil })
	s.must(s.db.Sessions(user, func(rec storage.Session) error {
		conv, _, err := s.db.ConversationByNum(rec.Conv)
		places[conv.ID] = rec.AckSeq
		return err
	}))
	return places
}

// A visitor who comes and goes acknowledges nothing of what waits for the user's
// own devices.
func TestVisitorLeavesBacklog(t *testing.T) {
	s, _, _ := visitors(t)
	s.write("x", wire.Request{GroupID: "g"})
	s.sessionEvent("s", "x", nil)
	before := s.places("v")
	v := s.login(0, Login{User: "v", Device: "page", Role: RoleVisitor})
	s.settle()
	v.tick()
	v.hangUp()
	after := s.places("v")
	if before["service_s"] != 0 || after["service_s"] != 2 {
		t.Errorf("of the session %d was acknowledged, then %d", before["service_s"], after["service_s"])
	}
	for _, convID := range []string{"single_v:x", "group_g"} {
		if after[convID] != before[convID] {
			t.Errorf("%s: %d was acknowledged, then %d", convID, before[convID], after[convID])
		}
	}
	phone := s.simple("v")
	s.settle()
	if got := phone.came(); len(kindsIn(got, "single_v:x")) == 0 || len(kindsIn(got, "group_g")) == 0 {
		t.Errorf("the phone's backlog: %v", got)
	}
}
