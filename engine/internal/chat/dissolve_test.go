package chat

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// When a large group is dissolved nobody is in it any more, all who are there are
// told, and nobody can do anything with it.
func TestDissolve(t *testing.T) {
	const n = 2500
	s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxMembers = n + 1 })
	ctx := t.Context()
	users := make([]string, n)
	for i := range users {
		users[i] = fmt.Sprint("u", i)
	}
	s.group("g", append([]string{"o"}, users[:10]...)...)
	for more := range slices.Chunk(users[10:], maxAtOnce) {
		_, err := s.AddMembers(ctx, "o", "g", more)
		s.must(err)
	}
	m := s.write("u7", wire.Request{GroupID: "g"})
	some := []*conn{s.simple("o"), s.simple("u0"), s.connect(1, fmt.Sprint("u", n-1), "d", false)}
	s.forget(some...)
	s.must(s.DissolveGroup(ctx, "o", "g"))
	for _, c := range some {
		c.expect(object{"type": "group", "event": "dissolved", "group_id": "g"})
	}
	s.silent(some...)
	s.dissolved(ctx, m, users)
}

// dissolved expects that nothing is left of the group g.
func (s *site) dissolved(ctx context.Context, m Sent, users []string) {
	t := s.t
	t.Helper()
	rec, _, err := s.db.Conversation("group_g")
	s.must(err)
	if left, err := s.db.Members(rec.Num, "", 9); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
	for _, user := range users {
		if session, ok, err := s.db.Session(user, rec.Num); err != nil || !ok || !session.Left {
			t.Fatalf("%+v, %v", session, err)
		}
	}
	if going, err := s.db.Dissolving(); err != nil || len(going) != 0 {
		t.Errorf("%v, %v", going, err)
	}
	name := "n"
	_, update := s.UpdateGroup(ctx, "o", "g", GroupPatch{Name: &name})
	_, look := s.Group(ctx, "o", "g")
	_, join := s.JoinGroup(ctx, "x", "g", "")
	_, add := s.AddMembers(ctx, "o", "g", []string{"x"})
	_, send := s.Send(ctx, "u7", &wire.Request{GroupID: "g", Content: []byte("1")})
	_, history := s.History(ctx, "u7", &wire.Request{GroupID: "g", Limit: 9}, nil)
	_, create := s.CreateGroup(ctx, "o", NewGroup{ID: "g"})
	for what, tc := range map[string]struct {
		err  error
		want string
	}{
		"update": {update, "not_found"}, "look": {look, "not_found"}, "join": {join, "not_found"}, "add": {add, "not_found"},
		"send": {send, "not_member"}, "history": {history, "not_found"}, "create": {create, "conflict"},
		"dissolve": {s.DissolveGroup(ctx, "o", "g"), "not_found"}, "recall": {s.Recall(ctx, "u7", m.ID), "not_found"},
		"read": {s.Read(ctx, "u7", &wire.Request{ConvID: "group_g", Seq: 1}), "not_found"},
	} {
		s.refused(what, tc.err, tc.want)
	}
	if lines, _ := s.lines("u7", 9, ""); len(lines) != 0 {
		t.Errorf("still listed: %v", lines)
	}
}

// A stop in the middle of it is made up for by the next start.
func TestDissolveInterrupted(t *testing.T) {
	s := open(t, nil)
	s.group("g", "o", "u7")
	m := s.write("u7", wire.Request{GroupID: "g"})
	s.must(s.seq.Do(func(tx *sequencer.Tx) error {
		_, err := tx.Dissolve("g", sequencer.Event{Type: wire.EventGroup, From: "o", Extra: groupExtra(wire.GroupDissolved, "")})
		return err
	}))
	s.must(s.dissolveRest())
	s.dissolved(t.Context(), m, []string{"u7"})
}
