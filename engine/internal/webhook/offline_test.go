package webhook

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
)

// away are the users of the message.offline events that a receiver was told, as
// user:unread, with ! for who is mentioned, an event after the other.
func away(t *testing.T, r *receiver) string {
	t.Helper()
	var words []string
	for _, e := range r.told(t) {
		if e.Type != eventOffline {
			t.Errorf("told %s", e.Type)
			continue
		}
		if id := fmt.Sprint(e.Data["message"].(object)["id"]); !strings.HasPrefix(e.ID, id+".offline") {
			t.Errorf("event %s of message %s", e.ID, id)
		}
		var users []string
		for _, u := range e.Data["users"].([]any) {
			u := u.(object)
			word := fmt.Sprint(u["user_id"], ":", u["unread"])
			if u["mentioned"] == true {
				word += "!"
			}
			users = append(users, word)
		}
		words = append(words, strings.Join(users, ","))
	}
	return strings.Join(words, " ")
}

func (s *site) wantAway(r *receiver, want string) {
	s.t.Helper()
	s.settle()
	if got := away(s.t, r); got != want {
		s.t.Errorf("away: %q, want %q", got, want)
	}
}

func (s *site) patch(user, conv string, p chat.ConversationPatch) {
	s.t.Helper()
	s.must(s.chat.UpdateConversation(s.t.Context(), user, conv, p))
}

// Who has no connection is told of, with what is unread in the conversation, but not
// who sends, has read, has muted it, blocks the sender, or has left.
func TestOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, eventOffline)
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "b:1")
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "b:2")
		s.enter("b")
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "")
		s.leave("b")
		s.must(s.chat.Read(t.Context(), "b", &wire.Request{ConvID: "single_a:b", Seq: 3}))
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "b:1")
		s.send("b", wire.Request{To: "a"}) // who answers has read
		s.wantAway(r, "a:1")
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "b:1")

		yes := true
		s.patch("b", "single_a:b", chat.ConversationPatch{Muted: &yes})
		s.send("a", wire.Request{To: "b"})
		s.wantAway(r, "")
		s.send("a", wire.Request{To: "b", Mentions: []string{"b"}})
		s.wantAway(r, "b:3!")
		s.must(s.chat.ClearConversation(t.Context(), "b", "single_a:b", 0))
		s.send("a", wire.Request{To: "b", Mentions: []string{"b"}})
		s.wantAway(r, "b:1!")
	})
}

func TestOfflineInGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		four := 4
		r := s.endpoint("h", func(n *New) { n.OfflineMembers = &four }, eventOffline)
		s.group("g", "a", "b", "c", "d")
		s.enter("c")
		s.send("a", wire.Request{GroupID: "g"})
		s.wantAway(r, "b:1,d:1")
		s.send("b", wire.Request{GroupID: "g"})
		s.wantAway(r, "a:1,d:2")
		yes := true
		s.patch("a", "group_g", chat.ConversationPatch{Muted: &yes})
		s.must(s.chat.Block(t.Context(), "d", "b"))
		s.send("b", wire.Request{GroupID: "g"})
		s.wantAway(r, "")
		s.send("b", wire.Request{GroupID: "g", MentionAll: true})
		s.wantAway(r, "a:3!")
		s.must(s.chat.RemoveMember(t.Context(), "a", "g", "d"))
		s.send("c", wire.Request{GroupID: "g"})
		s.wantAway(r, "b:1")

		_, err := s.chat.AddMembers(t.Context(), "a", "g", []string{"e", "f"}) // now it is large
		s.must(err)
		s.send("c", wire.Request{GroupID: "g"})
		s.wantAway(r, "")
		s.send("c", wire.Request{GroupID: "g", MentionAll: true})
		s.wantAway(r, "")
		s.send("c", wire.Request{GroupID: "g", Mentions: []string{"f", "c", "nobody", "e"}})
		s.wantAway(r, "e:3!,f:3!")
		s.must(s.chat.DissolveGroup(t.Context(), "a", "g"))
		s.settle()
	})
}

// In a session of the desk those are told of who take part. Nobody is of notes, and
// the system user never is.
func TestOfflineInSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, eventOffline)
		s.do(func(tx *sequencer.Tx) error {
			for _, id := range []string{"s", "s.staff"} {
				if _, err := tx.CreateService(id); err != nil {
					return err
				}
			}
			for user, role := range map[string]uint8{"v": 0, "agent": 0, "boss": sequencer.RoleSilent} {
				if err := tx.AddTo("service_s", user, role); err != nil {
					return err
				}
			}
			return tx.AddTo("service_s.staff", "agent", 0)
		})
		s.send("v", wire.Request{ConvID: "service_s"})
		s.wantAway(r, "agent:1")
		s.do(func(tx *sequencer.Tx) error { return tx.AddTo("service_s.staff", "boss", 0) })
		s.send("agent", wire.Request{ConvID: "service_s.staff"})
		s.wantAway(r, "")
		s.send("agent", wire.Request{ConvID: "service_s"})
		s.wantAway(r, "v:1")
		s.send("a", wire.Request{To: "system"})
		s.wantAway(r, "")
		_, err := s.chat.SendBatch(t.Context(), []chat.Outgoing{{From: "system", To: "a", Content: []byte("1"), System: true}})
		s.must(err)
		s.wantAway(r, "a:1")
		_, err = s.chat.SendBatch(t.Context(), []chat.Outgoing{{From: "b", To: "a", Content: []byte("1"), Time: 1, System: true}}) // imported
		s.must(err)
		s.wantAway(r, "")
	})
}

// Who is away is found out when it is told: not who has come, or read it, by then.
func TestOfflineIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, eventOffline)
		r.says(0)
		for i := range 5 {
			s.send("a", wire.Request{To: fmt.Sprint("b", i)})
		}
		s.settle()
		s.enter("b1")
		s.must(s.chat.Read(t.Context(), "b2", &wire.Request{ConvID: "single_a:b2", Seq: 1}))
		r.says(204)
		time.Sleep(time.Minute)
		s.wantAway(r, "b0:1 b3:1 b4:1")
		if st := s.status("h"); st.LagEntries != 0 || st.Dead != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// Many who are away are told of in several events of one message.
func TestOfflineChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		most := MaxOfflineMembers
		r := s.endpoint("h", func(n *New) { n.OfflineMembers, n.MaxBatch = &most, 1 }, eventOffline)
		var users []string
		for i := range 2*offlineChunk + 10 {
			users = append(users, fmt.Sprintf("m%04d", i))
		}
		s.group("g", "a", users[:1000]...)
		_, err := s.chat.AddMembers(t.Context(), "a", "g", users[1000:])
		s.must(err)
		s.send("a", wire.Request{GroupID: "g"})
		s.send("a", wire.Request{GroupID: "g"})
		s.settle()
		list := r.told(t)
		ids, n := make(map[string]bool), 0
		for _, e := range list {
			ids[e.ID] = true
			n += len(e.Data["users"].([]any))
		}
		if len(list) != 6 || len(ids) != 6 || n != 2*len(users) {
			t.Errorf("%d events, %d ids, %d users", len(list), len(ids), n)
		}
		if !ids[fmt.Sprint(list[0].Data["message"].(object)["id"], ".offline-3")] {
			t.Errorf("%v", ids)
		}
	})
}
