package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
)

func (s *site) react(user string, id uint64, emoji string, remove bool) error {
	return s.React(s.t.Context(), user, &wire.Request{ID: id, Emoji: emoji, Remove: remove})
}

// reactions are all reactions to a message, read in pages of two.
func (s *site) reactions(user string, id uint64) (all []string) {
	s.t.Helper()
	for after, first := "", true; first || after != ""; first = false {
		list, next, err := s.Reactions(s.t.Context(), user, id, after, 2)
		s.must(err)
		for _, r := range list {
			all = append(all, r.User+r.Emoji)
			if r.At == 0 {
				s.t.Errorf("%+v", r)
			}
		}
		after = next
	}
	return all
}

// A reaction and its end are told once; doing either again changes nothing.
func TestReact(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b"})
	a, b := s.simple("a"), s.simple("b")
	s.forget(a, b)
	react := func(fields string) string {
		return fmt.Sprintf(`{"type":"react","cid":"e","id":"%d","emoji":"👍"%s}`, m.ID, fields)
	}
	for i, step := range []struct{ fields, op string }{{"", "add"}, {`,"remove":true`, "remove"}, {"", "add"}} {
		event := object{"type": "reaction", "id": m.ID, "conv_id": m.ConvID, "seq": 1, "from": "b", "emoji": "👍", "op": step.op, "event_seq": i + 2}
		b.ask(react(step.fields), event)
		b.expect(object{"type": "ok", "cid": "e"})
		a.expect(event)
		b.ask(react(step.fields), object{"type": "ok", "cid": "e"})
		s.silent(a, b)
	}
	for _, emoji := range []string{"a", "b", "c d", "e"} {
		s.must(s.react("a", m.ID, emoji, false))
	}
	s.must(s.react("a", m.ID, "b", true))
	want := []string{"aa", "ac d", "ae", "b👍"}
	for _, user := range []string{"a", "b"} {
		if got := s.reactions(user, m.ID); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// A user may put some emojis on a message, each user their own.
func TestReactMuch(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b"})
	for _, user := range []string{"b", "a"} {
		for i := range maxReactions {
			s.must(s.react(user, m.ID, fmt.Sprint(i), false))
		}
		s.refused("one more", s.react(user, m.ID, "more", false), "conflict")
		s.refused("the same", s.react(user, m.ID, "0", false), "")
		s.must(s.react(user, m.ID, "0", true))
		s.refused("another", s.react(user, m.ID, "more", false), "")
	}
	if got := s.reactions("a", m.ID); len(got) != 2*maxReactions {
		t.Errorf("%d reactions", len(got))
	}
}

func TestReactRights(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	m, recalled := s.write("a", wire.Request{To: "b"}), s.write("a", wire.Request{To: "b"})
	s.must(s.react("b", m.ID, "x", false))
	s.must(s.react("b", recalled.ID, "x", false))
	s.must(s.Recall(ctx, "a", recalled.ID))
	if got := s.reactions("b", recalled.ID); len(got) != 0 {
		t.Errorf("reactions to what was recalled: %v", got)
	}
	s.refused("recalled", s.react("b", recalled.ID, "x", false), "not_found")
	s.refused("none", s.react("b", 77, "x", false), "not_found")
	s.refused("a stranger", s.react("y", m.ID, "x", false), "not_found")
	_, _, err := s.Reactions(ctx, "y", m.ID, "", 10)
	s.refused("a stranger looks", err, "not_found")
	_, _, err = s.Reactions(ctx, "b", 77, "", 10)
	s.refused("of none", err, "not_found")
	s.group("g", "a")
	before := s.write("a", wire.Request{GroupID: "g"})
	_, err = s.AddMembers(ctx, "a", "g", []string{"b"})
	s.must(err)
	s.refused("from before the join", s.react("b", before.ID, "x", false), "not_found")
	_, _, err = s.Reactions(ctx, "b", before.ID, "", 10)
	s.refused("looking at it", err, "not_found")
	s.must(s.Block(ctx, "a", "b"))
	s.refused("blocked", s.react("b", m.ID, "y", false), "blocked")
	s.must(s.ClearConversation(ctx, "b", m.ConvID, 0))
	s.refused("cleared", s.react("b", m.ID, "x", true), "not_found")
}
