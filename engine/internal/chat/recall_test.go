package chat

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// raws are all that somebody sees of a conversation, in every way there is.
func (s *site) raws(user, convID string) string {
	s.t.Helper()
	var all []string
	for _, o := range s.page(user, convID) {
		all = append(all, o["raw"].(string))
	}
	c := s.connect(1, user, "probe", true)
	entries, _ := c.sync(fmt.Sprintf(`,"cursors":{%q:0}`, convID))
	for _, o := range entries {
		all = append(all, o["raw"].(string))
	}
	c.say(`{"type":"conversations","cid":"l"}`)
	_, answer := c.until("conversations")
	c.hangUp()
	return strings.Join(append(all, answer["raw"].(string)), "\n")
}

// What is recalled is gone wherever it was, everybody is told once, and that it
// was stays in the log.
func TestRecall(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b", Content: []byte(`"secret"`), ContentType: "markdown", Mentions: []string{"b"}})
	if got := s.raws("b", m.ConvID); strings.Count(got, "secret") != 3 { // also keeps the page
		t.Errorf("before: %s", got)
	}
	a, b := s.simple("a"), s.simple("b")
	s.forget(a, b)
	recall := fmt.Sprintf(`{"type":"recall","cid":"r","id":"%d"}`, m.ID)
	event := object{"type": "recall", "id": m.ID, "conv_id": m.ConvID, "seq": 1, "from": "a", "event_seq": 2}
	a.ask(recall, event)
	a.expect(object{"type": "ok", "cid": "r"})
	b.expect(event)
	a.ask(recall, object{"type": "ok", "cid": "r"})
	s.silent(a, b)
	for _, user := range []string{"a", "b"} {
		page := s.page(user, m.ConvID)
		if len(page) != 2 {
			t.Fatalf("%v", page)
		}
		page[0].has(t, object{"id": m.ID, "content": "gone", "recalled": true, "content_type": nil, "mentions": nil, "time": m.Time})
		page[1].has(t, event)
		if got := s.raws(user, m.ConvID); strings.Contains(got, "secret") || strings.Count(got, "gone") != 3 {
			t.Errorf("%s sees %s", user, got)
		}
	}
	if got := s.stored(m.ConvID, 1); strings.Contains(string(got.Content), "secret") {
		t.Errorf("%s is on disk", got.Content)
	}
}

// One's own for two minutes; in a group the owner and admins any time. What isn't
// one's to recall looks like nothing.
func TestRecallRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		s.group("g", "owner", "admin", "m", "n")
		role := RoleAdmin
		_, err := s.SetMember(t.Context(), "owner", "g", "admin", MemberPatch{Role: &role})
		s.must(err)
		write := func(user string) Sent { return s.write(user, wire.Request{GroupID: "g"}) }
		single, old, young, owners := s.write("m", wire.Request{To: "x"}), write("m"), write("m"), write("owner")
		event := s.page("m", "group_g")[0]["id"]
		for _, tc := range []struct {
			what, by string
			id       any
			want     string
		}{
			{"no message", "m", 77, "not_found"}, {"an event", "owner", event, "not_found"},
			{"the other's", "x", single.ID, "not_found"}, {"a member's", "n", young.ID, "not_found"},
			{"a stranger's", "y", young.ID, "not_found"}, {"the owner's", "m", owners.ID, "not_found"},
			{"one's own", "m", young.ID, ""}, {"the owner's by an admin", "admin", owners.ID, ""},
		} {
			var id uint64
			_, _ = fmt.Sscan(fmt.Sprint(tc.id), &id)
			s.refused(tc.what, s.Recall(t.Context(), tc.by, id), tc.want)
		}
		time.Sleep(s.cfg.RecallWindow)
		last := write("m")
		time.Sleep(s.cfg.RecallWindow + time.Millisecond)
		for _, m := range []Sent{single, old, last} {
			s.refused("too late", s.Recall(t.Context(), "m", m.ID), "recall_expired")
		}
		s.refused("too late, and not one's own", s.Recall(t.Context(), "n", old.ID), "not_found")
		s.refused("again", s.Recall(t.Context(), "m", young.ID), "")
		s.refused("by an admin", s.Recall(t.Context(), "admin", old.ID), "")
		mine := write("m")
		s.must(s.RemoveMember(t.Context(), "m", "g", "m"))
		s.refused("after leaving", s.Recall(t.Context(), "m", mine.ID), "not_found")
	})
}

// The content of an edit goes with the message.
func TestRecallEdited(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b", Content: []byte(`"secret1"`)})
	for _, content := range []string{`"secret2"`, `"secret3"`} {
		s.must(s.Edit(t.Context(), "a", &wire.Request{ID: m.ID, Content: []byte(content)}))
	}
	s.must(s.Recall(t.Context(), "a", m.ID))
	if got := s.raws("b", m.ConvID); strings.Contains(got, "secret") || strings.Contains(got, "edited") {
		t.Error(got)
	}
	for seq := uint64(1); seq <= 4; seq++ {
		if got := s.stored(m.ConvID, seq); strings.Contains(string(got.Content), "secret") {
			t.Errorf("%d on disk: %s", seq, got.Content)
		}
	}
}

// A reader that began before the recall can't bring the old chunk back.
func TestRecallRacesReader(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b", Content: []byte(`"secret"`)})
	p, _, err := s.find(target{sequencer.Single, m.ConvID, "b"})
	s.must(err)
	key := chunkKey{p.num, 0}
	_, drops := s.chunks.findFor(key)
	old, err := s.chunk(&p, 0, 1)
	s.must(err)
	for round := range 2 { // with a chunk that is dropped, and with one that is read again
		s.must(s.Recall(t.Context(), "a", m.ID))
		s.chunks.keep(key, old, drops)
		for _, o := range s.page("b", m.ConvID) {
			if strings.Contains(o["raw"].(string), "secret") {
				t.Errorf("round %d: %v", round, o["raw"])
			}
		}
	}
}

// Whoever asks after a recall was answered doesn't see the message, however many
// read meanwhile.
func TestRecallWhileReading(t *testing.T) {
	s := open(t, nil)
	ids := append([]uint64{0}, s.bulk("a", "b", 60)...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = s.History(t.Context(), "a", &wire.Request{To: "b", Limit: 100}, nil)
				}
			}
		})
	}
	for seq := 1; seq <= 60; seq++ {
		s.must(s.Recall(t.Context(), "a", ids[seq]))
		if seq%3 == 0 {
			page := s.entries("b", wire.Request{To: "a", Before: uint64(seq) + 1, Limit: 2})
			page[len(page)-1].has(t, object{"seq": seq, "content": "gone"})
		}
	}
	close(stop)
	wg.Wait()
}

// A chunk that is dropped and made again, however often, is in the round once.
func TestDroppedChunks(t *testing.T) {
	k := newChunks()
	key := chunkKey{7, 0}
	k.drop(key) // which isn't there
	for drops := range uint64(100) {
		k.keep(key, fullChunk(1, 5, 4), drops+1)
		if !k.find(key).holds(5) {
			t.Fatal("not kept")
		}
		k.drop(key)
		if k.find(key).holds(1) {
			t.Fatal("still there")
		}
	}
	if s := k.shard(key); len(s.round) != 1 || s.bytes != chunkExtra {
		t.Errorf("%d in the round, %d bytes", len(s.round), s.bytes)
	}
}
