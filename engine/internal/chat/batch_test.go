package chat

import (
	"testing"

	"gannet/codec/wire"
)

// Messages of a batch have each their own outcome, in order.
func TestSendBatch(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.group("g", "a", "b")
	s.must(s.Block(ctx, "blocking", "a"))
	one := []byte("1")
	out := []Outgoing{
		{From: "a", To: "b", CID: "1", Content: one},
		{From: "a", To: "a", Content: one},
		{From: "b", GroupID: "g", Content: one, ContentType: "text"},
		{From: "x", GroupID: "g", Content: one},
		{From: "a", To: "blocking", Content: one},
		{From: "a b", To: "b", Content: one},
		{From: "a", To: "b", GroupID: "g", Content: one},
		{From: "a", To: "b"},
		{From: "a", To: "b", CID: "1", Content: one},
		{From: "a", To: "b", CID: "1", Content: []byte("2")},
		{From: "b", ConvID: "single_a:b", Content: one},
		{From: "b", ConvID: "single_a:x", Content: one},
	}
	want := []struct {
		reason string
		seq    uint64
	}{
		{"", 1}, {"bad_request", 0}, {"", 2}, {"not_member", 0}, {"blocked", 0}, {"bad_request", 0}, {"bad_request", 0},
		{"bad_request", 0}, {"", 1}, {"conflict", 0}, {"", 2}, {"not_found", 0},
	}
	outcomes, err := s.SendBatch(ctx, out)
	s.must(err)
	for i, o := range outcomes {
		s.refused(out[i].From, o.Err, want[i].reason)
		if o.Sent.Seq != want[i].seq || (o.Sent.ID != 0) != (o.Err == nil) {
			t.Errorf("%d: %+v", i, o)
		}
	}
	outcomes, err = s.SendBatch(ctx, out[1:2])
	s.must(err)
	s.refused("all refused", outcomes[0].Err, "bad_request")
	if outcomes, err = s.SendBatch(ctx, nil); err != nil || len(outcomes) != 0 {
		t.Errorf("nothing: %v, %v", outcomes, err)
	}
}

// Imported messages keep their time. System messages come to whoever, from
// whomever.
func TestImportAndSystem(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.group("g", "a", "b")
	s.must(s.Block(ctx, "b", "system"))
	on := true
	_, err := s.UpdateGroup(ctx, "a", "g", GroupPatch{Muted: &on})
	s.must(err)
	outcomes, err := s.SendBatch(ctx, []Outgoing{
		{From: "a", To: "b", Content: []byte("1"), Time: 1234567890123},
		{From: "a", To: "b", Content: []byte("2")},
		{From: "system", To: "b", Content: []byte("3"), System: true},
		{From: "system", GroupID: "g", Content: []byte("4"), System: true},
		{From: "system", GroupID: "none", Content: []byte("5"), System: true},
		{From: "system", To: "b", Content: []byte("6")},
	})
	s.must(err)
	for i, want := range []string{"", "", "", "", "not_member", "blocked"} {
		s.refused(string(rune('1'+i)), outcomes[i].Err, want)
	}
	page := s.page("b", "single_a:b")
	page[0].has(t, object{"time": 1234567890123, "content": 1})
	if page[1]["time"] == page[0]["time"] || outcomes[0].Sent.Time != 1234567890123 || outcomes[1].Sent.ID <= outcomes[0].Sent.ID {
		t.Errorf("%v, %+v", page, outcomes)
	}
	s.line("b", "single_b:system").has(t, object{"unread": 1, "peer": "system"})
	s.line("b", "group_g").has(t, object{"unread": 1})
	if s.line("system", "group_g") != nil {
		t.Error("the system user became a member")
	}
	s.refused("the group, to it", func() error { _, err := s.Group(ctx, "system", "g"); return err }(), "not_found")
}

// An answer to a message of the same conversation names its place; to another it
// is refused.
func TestReply(t *testing.T) {
	s := open(t, nil)
	first, other := s.write("a", wire.Request{To: "b"}), s.write("a", wire.Request{To: "c"})
	s.write("b", wire.Request{To: "a", ReplyTo: first.ID, Content: []byte(`"re"`), CID: "r"})
	again := s.write("b", wire.Request{To: "a", ReplyTo: first.ID, Content: []byte(`"re"`), CID: "r"})
	s.page("a", first.ConvID)[1].has(t, object{"content": "re", "reply_to": first.ID, "reply_seq": 1, "seq": 2})
	if again.Seq != 2 {
		t.Errorf("%+v", again)
	}
	for to, id := range map[string]uint64{"a": other.ID, "x": first.ID} {
		for _, id := range []uint64{id, 77} {
			_, err := s.Send(t.Context(), "b", &wire.Request{To: to, ReplyTo: id, Content: []byte("1")})
			s.refused("a reply to "+to, err, "not_found")
		}
	}
	_, err := s.Send(t.Context(), "b", &wire.Request{To: "a", ReplyTo: 77, CID: "r", Content: []byte(`"re"`)})
	s.refused("another reply under the same cid", err, "conflict")
}
