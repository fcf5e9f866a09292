package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// The same note goes with as many sessions as it is written for, and again when a
// session comes by a second time.
func TestTransferNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one, two := s.visit("v1", ""), s.visit("v2", "")
		s.agent("b")
		pass := func(id, to string) {
			t.Helper()
			time.Sleep(time.Second)
			_, err := s.Transfer(t.Context(), agentActor(s.see(id).Agent), id, Transfer{Agent: to, Note: "see to it"})
			s.must(err)
		}
		pass(one.ID, "b")
		pass(two.ID, "b")
		pass(one.ID, "a")
		pass(one.ID, "b")
		for id, n := range map[string]int{one.ID: 3, two.ID: 1} {
			notes, _, err := s.Desk.cfg.Chat.Entries(t.Context(), wire.StaffConvID(id), 0, 100)
			if s.must(err); len(notes) != n {
				t.Errorf("%d notes instead of %d", len(notes), n)
			}
		}
		s.check()
	})
}

// A transfer that was refused behind its note leaves one note when it is tried again.
func TestTransferCID(t *testing.T) {
	to := Transfer{Agent: "b", Note: "n"}
	if a, b := to.cid("s", 5), to.cid("s", 5); a != b {
		t.Errorf("%s and %s", a, b)
	}
	for _, other := range []string{to.cid("t", 5), to.cid("s", 6), (&Transfer{Agent: "c", Note: "n"}).cid("s", 5), (&Transfer{Agent: "b", Note: "m"}).cid("s", 5)} {
		if other == to.cid("s", 5) {
			t.Error("one name for two notes")
		}
	}
}
