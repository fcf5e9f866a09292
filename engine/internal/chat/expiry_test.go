package chat

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// Nobody sees a message that has outlived its time, before the sweep erases it
// and after.
func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		b := s.simple("b")
		s.settle()
		m := s.write("a", wire.Request{To: "b", Content: []byte(`"secret"`), TTL: 10, ContentType: "markdown"})
		b.expect(object{"type": "chat", "content": "secret", "expires_at": m.Time + 10_000})
		stays := s.write("a", wire.Request{To: "b", Content: []byte(`"stays"`)})
		s.must(s.Edit(t.Context(), "a", &wire.Request{ID: m.ID, Content: []byte(`"secret2"`)}))
		if got := s.raws("b", m.ConvID); !strings.Contains(got, `"secret2"`) {
			t.Error(got)
		}
		time.Sleep(10*time.Second - time.Millisecond)
		s.page("b", m.ConvID)[0].has(t, object{"content": "secret2", "expired": nil})
		time.Sleep(time.Millisecond)
		for _, swept := range []bool{false, true} {
			for _, user := range []string{"a", "b"} {
				page := s.page(user, m.ConvID)
				page[0].has(t, object{
					"content": nil, "content_type": nil, "expired": true, "edited": nil, "expires_at": m.Time + 10_000, "id": m.ID,
				})
				page[1].has(t, object{"content": "stays", "expired": nil})
				page[2].has(t, object{"type": "edit", "content": nil, "id": m.ID, "event_seq": 3})
				if got := s.raws(user, m.ConvID); strings.Contains(got, "secret") {
					t.Errorf("swept %v: %s", swept, got)
				}
			}
			for _, seq := range []uint64{1, 3} {
				if got := string(s.stored(m.ConvID, seq).Content); strings.Contains(got, "secret") == swept {
					t.Errorf("swept %v: on disk %s", swept, got)
				}
			}
			if !swept {
				s.Start()
				time.Sleep(2 * sweepEvery)
				synctest.Wait()
			}
		}
		if due, err := s.db.Expired(time.Now().UnixMilli(), 9); err != nil || len(due) != 0 {
			t.Errorf("%v, %v", due, err)
		}
		s.refused("editing", s.Edit(t.Context(), "a", &wire.Request{ID: m.ID, Content: []byte(`1`)}), "not_found")
		s.refused("reacting", s.react("b", m.ID, "x", false), "not_found")
		s.refused("recalling", s.Recall(t.Context(), "a", m.ID), "")
		s.refused("editing another", s.Edit(t.Context(), "a", &wire.Request{ID: stays.ID, Content: []byte(`1`)}), "")
	})
}

// The sweep erases however many are due, and leaves what was recalled.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		s.Start()
		const n = sweepOnce + 50
		for i := range n {
			s.write("a", wire.Request{To: fmt.Sprint("b", i%3), TTL: 1 + uint64(i%2)})
		}
		kept := s.write("a", wire.Request{To: "c", TTL: 1})
		s.must(s.Recall(t.Context(), "a", kept.ID))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if due, err := s.db.Expired(time.Now().UnixMilli(), 2*n); err != nil || len(due) != 0 {
			t.Errorf("%d left, %v", len(due), err)
		}
		for i := range 3 {
			for _, o := range s.page("a", wire.SingleID("a", fmt.Sprint("b", i))) {
				o.has(t, object{"content": nil, "expired": true})
			}
		}
		s.page("a", kept.ConvID)[0].has(t, object{"recalled": true})
	})
}
