package webhook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// graves makes so many dead letters of messages whose content is "poison".
func (s *site) graves(name string, n int) {
	s.t.Helper()
	r := s.net.at(name)
	r.says(410)
	for range n {
		s.send("a", wire.Request{To: "b", Content: []byte(`"poison"`)})
	}
	time.Sleep(time.Hour)
	if got := len(s.dead(name)); got != n {
		s.t.Fatalf("%d dead letters", got)
	}
	r.requests()
}

// poisoned answers what holds "poison" with a status, and takes the rest.
func poisoned(status int) func(batch) (int, string) {
	return func(b batch) (int, string) {
		if strings.Contains(fmt.Sprint(b.Events), "poison") {
			return status, ""
		}
		return 204, ""
	}
}

func (s *site) replay(name string) {
	s.t.Helper()
	_, err := s.Replay(s.t.Context(), name, 0, 0)
	s.must(err)
}

// Letters that are refused once more stay where they are, after one try each, and
// don't hold up what is new.
func TestReplayRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		s.graves("h", 300)
		r.answers(poisoned(422))
		s.replay("h")
		s.send("a", wire.Request{To: "b", Content: []byte(`"new"`)})
		s.settle()
		if list := r.told(t); len(list) != 1 {
			t.Errorf("told %v", list)
		}
		tries := map[string]int{}
		for _, b := range r.requests() {
			if len(b.Events) == 1 && b.Again {
				tries[b.Batch]++
			}
		}
		for id, n := range tries {
			if n != 1 {
				t.Errorf("%s is tried %d times", id, n)
			}
		}
		if len(tries) != 300 {
			t.Errorf("%d are tried", len(tries))
		}
		for _, w := range s.dead("h") {
			if w.Again || w.Reason != "422 Unprocessable Entity" {
				t.Fatalf("%+v", w)
			}
		}
		if st := s.status("h"); st.State != StateOK {
			t.Errorf("%+v", st)
		}
	})
}

// Nor do letters hold up what is new that aren't taken for now. They come as soon as
// they are taken, or are asked for again, and stay where they are after a time.
func TestReplayFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		s.graves("h", 10)
		r.answers(poisoned(500))
		s.replay("h")
		time.Sleep(time.Hour)
		if st := s.status("h"); st.State != StateOpen || st.NextTryAt < time.Now().UnixMilli() {
			t.Errorf("%+v", st)
		}
		for i := range 5 {
			s.send("a", wire.Request{To: "b", Content: []byte(`"new"`)})
			s.settle()
			if list := r.told(t); len(list) != 1 {
				t.Errorf("%d: told %v", i, list)
			}
		}
		if n := len(r.requests()); n < 15 || n > 30 { // with ever longer delays
			t.Errorf("asked %d times", n)
		}
		time.Sleep(24 * time.Hour)
		if dead := s.dead("h"); dead[0].Again || dead[0].Reason != "500 Internal Server Error" || !dead[9].Again {
			t.Errorf("%+v", dead)
		}
		r.says(204)
		s.replay("h") // at once
		s.settle()
		if list := r.told(t); len(list) != 10 || len(s.dead("h")) > 0 {
			t.Errorf("told %v", list)
		}
		if st := s.status("h"); st.State != StateOK || st.NextTryAt != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// Letters and what is new take turns.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.MaxBatch = 1 }, "message.created")
		s.graves("h", 5)
		r.answers(func(batch) (int, string) {
			time.Sleep(time.Second)
			return 204, ""
		})
		s.replay("h")
		s.settle()
		for range 5 {
			s.send("a", wire.Request{To: "b"})
		}
		time.Sleep(time.Minute)
		var turns []bool
		for _, b := range r.requests() {
			turns = append(turns, b.Again)
		}
		if want := []bool{true, false, true, false, true, false, true, false, true, false}; !slices.Equal(turns, want) {
			t.Errorf("%v", turns)
		}
	})
}

// What is refused after it wasn't taken is tried three times like others.
func TestRefusedAfterFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		answers := []int{503, 503, 503, 422, 422, 204}
		r.answers(func(batch) (status int, _ string) {
			status, answers = answers[0], answers[1:]
			return status, ""
		})
		s.send("a", wire.Request{To: "b"})
		time.Sleep(time.Minute)
		if list := r.told(t); len(list) != 1 || len(s.dead("h")) > 0 {
			t.Errorf("told %v, %d dead", list, len(s.dead("h")))
		}
	})
}
