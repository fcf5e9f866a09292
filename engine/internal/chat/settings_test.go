package chat

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// A change is told to all devices of its user, and to nobody else.
func TestSettings(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.talk("a", "b", 2)
	s.group("g", "a", "b")
	a, one, two := s.simple("a"), s.simple("b"), s.connect(1, "b", "two", false)
	s.forget(a, one, two)
	on, off := true, false
	for _, tc := range []struct {
		convID string
		patch  ConversationPatch
		want   object
	}{
		{"single_a:b", ConversationPatch{Pinned: &on}, object{"pinned": true, "muted": false, "hidden": false, "cleared_seq": 0}},
		{"single_a:b", ConversationPatch{Muted: &on, Hidden: &on}, object{"pinned": true, "muted": true, "hidden": true}},
		{"single_a:b", ConversationPatch{Pinned: &off}, object{"pinned": false, "muted": true, "hidden": true}},
		{"single_a:b", ConversationPatch{Muted: &off, Hidden: &off}, object{"pinned": false, "muted": false, "hidden": false}},
		{"group_g", ConversationPatch{Muted: &on}, object{"muted": true}},
	} {
		s.must(s.UpdateConversation(ctx, "b", tc.convID, tc.patch))
		for _, c := range []*conn{one, two} {
			c.expect(object{"type": "conversation", "conv_id": tc.convID}).has(t, tc.want)
		}
		if tc.want["hidden"] != true {
			s.line("b", tc.convID).has(t, object{"pinned": tc.want["pinned"] == true, "muted": tc.want["muted"]})
		}
	}
	s.must(s.ClearConversation(ctx, "b", "single_a:b", 1))
	for _, c := range []*conn{one, two} {
		c.expect(object{"type": "conversation", "conv_id": "single_a:b", "cleared_seq": 1})
	}
	s.line("a", "single_a:b").has(t, object{"pinned": false, "muted": false, "cleared_seq": 0})
	s.silent(a, one, two)
	s.must(s.RemoveMember(ctx, "b", "g", "b"))
	for _, convID := range []string{"group_g", "group_none", "single_a:x", "single_b:x"} {
		s.refused(convID, s.UpdateConversation(ctx, "b", convID, ConversationPatch{Muted: &on}), "not_found")
		s.refused(convID, s.ClearConversation(ctx, "b", convID, 0), "not_found")
	}
	s.refused("a stranger", s.ClearConversation(ctx, "x", "single_a:b", 0), "not_found")
}

// What a user has cleared is gone for them, in pages from memory and from storage,
// in a sync and a backlog; the other still has it.
func TestClear(t *testing.T) {
	for _, convID := range []string{"single_a:b", "group_g"} {
		s := open(t, nil)
		s.group("g", "a", "b")
		for range 4 {
			s.write("a", wire.Request{ConvID: convID})
		}
		all := uint64(len(s.page("a", convID)))
		see := func(user string, want []uint64) {
			t.Helper()
			for range 2 {
				if got := s.historyHTTP(t, user, wire.Request{ConvID: convID, Limit: 50}); !slices.Equal(got.seqs(), want) || got.HasMore {
					t.Errorf("%s in %s sees %v, want %v", user, convID, got, want)
				}
			}
		}
		see("b", span(1, all)) // which is in memory now
		s.must(s.ClearConversation(t.Context(), "b", convID, all-2))
		see("b", span(all-1, all))
		see("a", span(1, all))
		s.chunks = newChunks()
		see("b", span(all-1, all))
		s.must(s.ClearConversation(t.Context(), "b", convID, 1)) // never back
		see("b", span(all-1, all))
		c := s.track("b")
		entries, _ := c.sync(`,"cursors":{"single_a:b":0,"group_g":0}`)
		s.hears(entries, convID, span(all-1, all))
		c.hangUp()
		c = s.simple("b")
		s.settle()
		entries = nil
		for range len(c.in) {
			entries = append(entries, c.next())
		}
		s.hears(entries, convID, span(all-1, all))
	}
}

// hears expects the entries of one conversation among those that came.
func (s *site) hears(entries []object, convID string, want []uint64) {
	s.t.Helper()
	var got []uint64
	for _, o := range entries {
		if o["conv_id"] == convID {
			got = append(got, o.seq())
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: %v, want %v", convID, got, want)
	}
}

// What was cleared isn't sent again either.
func TestClearUnacknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := tracking(t, nil)
		s.talk("a", "b", 3)
		b.heard(t, 1, 2, 3)
		s.must(s.ClearConversation(t.Context(), "b", "single_a:b", 2))
		expectLooks(t, b.looks(30*time.Second), map[int][]uint64{30: {3}})
	})
}
