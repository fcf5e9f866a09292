package webhook

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

func has(t *testing.T, e event, want object) {
	t.Helper()
	for key, value := range want {
		if got := fmt.Sprint(e.Data[key]); got != fmt.Sprint(value) {
			t.Errorf("%s %s: %s is %s, want %v", e.Type, e.ID, key, got, value)
		}
	}
}

// Messages, what becomes of them, groups and sessions are told in the order of the
// log, each event under the id of its entry.
func TestEventsOfTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.enter("a")
		s.enter("b")
		r := s.endpoint("h", nil, "*")
		one := s.send("a", wire.Request{To: "b", ContentType: "card"})
		s.must(s.chat.Edit(t.Context(), "a", &wire.Request{ID: one.ID, Content: []byte(`"new"`)}))
		s.must(s.chat.React(t.Context(), "b", &wire.Request{ID: one.ID, Emoji: "+"}))
		s.must(s.chat.Recall(t.Context(), "a", one.ID))
		s.group("g", "a", "b")
		s.send("b", wire.Request{GroupID: "g"})
		s.must(s.chat.RemoveMember(t.Context(), "b", "g", "b"))
		s.must(s.chat.DissolveGroup(t.Context(), "a", "g"))
		s.settle()
		list := r.told(t)
		const want = "message.created message.edited message.reaction message.recalled group.created message.created group.left group.dissolved"
		if got := types(list); got != want {
			t.Fatalf("told %s", got)
		}
	})
}

// What is told is what is there when it is told, with what a receiver needs to know.
func TestEventData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.enter("a")
		s.enter("b")
		r := s.endpoint("h", nil, "message.*", "group.*", "session.*")
		next := func(kind string) event {
			t.Helper()
			s.settle()
			list := r.told(t)
			if len(list) != 1 || list[0].Type != kind {
				t.Fatalf("told %v, want %s", list, kind)
			}
			return list[0]
		}
		one := s.send("a", wire.Request{To: "b", ContentType: "card"})
		e := next("message.created")
		has(t, e, object{"type": "chat", "id": one.ID, "conv_id": "single_a:b", "seq": 1, "from": "a", "to": "b", "content": "hi", "content_type": "card", "kind": "single", "members": nil, "staff": nil})
		if e.ID != fmt.Sprint(one.ID) || e.Time != one.Time {
			t.Errorf("%+v", e)
		}
		s.must(s.chat.Edit(t.Context(), "a", &wire.Request{ID: one.ID, Content: []byte(`"new"`)}))
		e = next("message.edited")
		has(t, e, object{"id": one.ID, "content": "new", "seq": 1, "event_seq": 2, "kind": "single"})
		if e.ID == fmt.Sprint(one.ID) || e.Data["message"].(object)["content"] != "new" {
			t.Errorf("%+v", e)
		}
		s.must(s.chat.React(t.Context(), "b", &wire.Request{ID: one.ID, Emoji: "+"}))
		has(t, next("message.reaction"), object{"id": one.ID, "emoji": "+", "op": "add", "from": "b"})
		s.must(s.chat.Recall(t.Context(), "a", one.ID))
		has(t, next("message.recalled"), object{"id": one.ID, "seq": 1, "from": "a", "content": nil})
		s.group("g", "a", "b", "c")
		has(t, next("group.created"), object{"event": "created", "group_id": "g", "by": "a", "members": 3, "kind": "group"})
		s.do(func(tx *sequencer.Tx) error {
			_, err := tx.CreateService("s")
			if err == nil {
				_, err = tx.CreateService("s.staff")
			}
			if err == nil {
				err = tx.AddTo("service_s.staff", "a", 0)
			}
			if err == nil {
				_, err = tx.Event("service_s", sequencer.Event{Type: wire.EventSession, From: "v", Extra: wire.Extra(nil).Text("event", "queued")})
			}
			return err
		})
		has(t, next("session.queued"), object{"session_id": "s", "from": "v", "kind": "service"})
		s.send("a", wire.Request{ConvID: "service_s.staff"})
		has(t, next("message.created"), object{"staff": true, "session_id": "s", "kind": "service"})
	})
}

// Of a message that was recalled before an endpoint could be told nothing is told
// but that; so it is with one that has expired.
func TestNothingOfWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.*")
		r.says(0)
		one := s.send("a", wire.Request{To: "b", Content: []byte(`"secret"`)})
		s.send("a", wire.Request{To: "b", Content: []byte(`"secret"`), TTL: 2})
		s.settle()
		s.must(s.chat.Recall(t.Context(), "a", one.ID))
		time.Sleep(3 * time.Second)
		r.says(204)
		time.Sleep(10 * time.Minute)
		list := r.told(t)
		if types(list) != "message.created message.created message.recalled" {
			t.Fatalf("%v", list)
		}
		has(t, list[0], object{"recalled": true, "content": "gone"})
		has(t, list[1], object{"expired": true, "content": nil})
	})
}

// Only what an endpoint wants is told, and its cursor passes over the rest.
func TestPatterns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		for pattern, want := range map[string]string{
			"message.created": "message.created message.created", "message.offline": "message.offline message.offline",
			"group.*": "group.created group.kicked", "group.kicked": "group.kicked", "user.*": "", "session.closed": "",
		} {
			name := fmt.Sprint("h", len(s.List()))
			r := s.endpoint(name, nil, pattern)
			defer func() {
				if got := types(r.told(t)); got != want {
					t.Errorf("%s: %s", pattern, got)
				}
				if st := s.status(name); st.LagEntries != 0 || st.LagTime != 0 || st.State != StateOK {
					t.Errorf("%s: %+v", pattern, st)
				}
			}()
		}
		s.group("g", "a", "b")
		s.send("a", wire.Request{GroupID: "g"})
		s.send("a", wire.Request{To: "b"})
		s.settle() // who isn't a member any more isn't told of as away
		s.must(s.chat.RemoveMember(t.Context(), "a", "g", "b"))
		s.settle()
	})
}

func TestValidPatterns(t *testing.T) {
	for pattern, want := range map[string]bool{
		"*": true, "message.*": true, "message.created": true, "user.online": true, "group.joined": true, "group.something_new": true,
		"server.started": true, "session.*": true,
		"": false, "message": false, "message.": false, "message.new": false, "groups.*": false, "user.o": false, ".": false,
		"group.A": false, "group.*.x": false, "**": false, "group. ": false, "group.abcdefghijklmnopqrstuvwxyzabcdefg": false,
	} {
		if validPattern(pattern) != want {
			t.Errorf("%q: %v", pattern, !want)
		}
	}
}
