package chat

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"gannet/codec/wire"
)

// Whether a message that isn't one's own exists the hook doesn't tell, and nobody is
// asked about an edit of it.
func TestHookHidesMessages(t *testing.T) {
	s, j := judged(t)
	s.group("g", "a", "b")
	foreign := s.write("a", wire.Request{GroupID: "g"}).ID
	event := s.page("a", "group_g")[0].id()
	left := s.write("b", wire.Request{GroupID: "g"}).ID
	taken := s.write("c", wire.Request{To: "d"}).ID
	s.must(s.RemoveMember(t.Context(), "a", "g", "b"))
	s.must(s.Recall(t.Context(), "c", taken))
	j.questions()
	for _, v := range []wire.Verdict{no, {Refusal: errBusy.Pick()}} {
		j.says(v)
		for _, p := range []struct {
			user  string
			id    uint64
			asked int
		}{{"x", foreign, 0}, {"b", foreign, 0}, {"a", event, 0}, {"c", taken, 0}, {"x", 123, 0}, {"b", left, 1}} {
			edit := wire.Request{ID: p.id, Content: []byte("2")}
			s.refused(fmt.Sprint(p), s.Edit(t.Context(), p.user, &edit), wire.ReasonNotFound)
			if asked := j.questions(); len(asked) != p.asked {
				t.Errorf("%v: asked %v", p, asked)
			}
		}
		c := s.simple("x")
		c.ask(fmt.Sprintf(`{"type":"edit","id":"%d","content":5}`, foreign), object{"type": "error", "reason": "not_found"})
	}
}

// Who guesses the id of a message that isn't stored yet gets no edit past the hook.
func TestHookIsNotPassedByGuessing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // ids count on: the clock of the bubble is behind them
		s, j := judged(t)
		first := s.write("a", wire.Request{To: "b"}).ID
		j.questions()
		c := newChange("a", &wire.Request{ID: first + 1, Content: []byte(`"bad"`)})
		h := &heldEdit{screen: s.screen, change: c, edit: s.edit(c)}
		s.must(h.judge(t.Context()))
		if asked := j.questions(); len(asked) != 0 {
			t.Errorf("asked %v", asked)
		}
		if sent := s.write("a", wire.Request{To: "b"}); sent.ID != c.id {
			t.Fatalf("%d, guessed %d", sent.ID, c.id)
		}
		s.refused("edit", s.done(s.seq.Do(h.edit)), wire.ReasonNotFound)
	})
}

// An edit doesn't overtake the messages that came before it in the same read.
func TestHookKeepsOrderOfEdits(t *testing.T) {
	s, j := judged(t)
	id := s.write("a", wire.Request{To: "b"}).ID
	a := s.simple("a")
	s.forget(a)
	j.questions()
	edit := fmt.Sprintf(`{"type":"edit","cid":"e","id":"%d","content":"new"}`, id)
	a.say(send1(1), edit, send1(2))
	for range 4 { // three answers, and the edit's event
		a.next()
	}
	asked := j.questions()
	for i, cid := range []string{"1", "e", "2"} {
		if i >= len(asked) || !strings.Contains(asked[i], fmt.Sprintf(`"cid":"%s"`, cid)) {
			t.Fatalf("asked %v", asked)
		}
	}
}
