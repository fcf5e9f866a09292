package webhook

import (
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// What is discarded while it is sent again is counted once.
func TestDiscardUnderWay(t *testing.T) {
	for _, status := range []int{204, 410} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t, nil)
			r := s.endpoint("h", nil, "message.created")
			s.graves("h", 3)
			r.answers(func(batch) (int, string) {
				time.Sleep(5 * time.Second)
				return status, ""
			})
			s.replay("h")
			s.settle()
			if n, err := s.Discard(t.Context(), "h", 0, 2); n != 2 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			time.Sleep(time.Minute)
			want := 0
			if status != 204 {
				want = 1
			}
			if dead := s.dead("h"); len(dead) != want {
				t.Errorf("%d: %+v", status, dead)
			}
		})
	}
}

// The number of a letter is given once, whatever became of it.
func TestNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		want := func(number uint64) {
			t.Helper()
			r.says(410)
			s.send("a", wire.Request{To: "b"})
			time.Sleep(time.Minute)
			if dead := s.dead("h"); len(dead) != 1 || dead[0].Number != number {
				t.Fatalf("%+v, want %d", dead, number)
			}
			r.says(204)
			s.replay("h")
			s.settle()
			if dead := s.dead("h"); len(dead) != 0 {
				t.Fatalf("%+v", dead)
			}
		}
		want(1)
		s = s.restart()
		want(2)
		_, err := s.Update(t.Context(), "h", Patch{Events: []string{"message.*"}})
		s.must(err)
		want(3)
	})
}

// A number that the cursor doesn't tell, as of letters that are older than it, isn't
// given again.
func TestNumbersWithoutCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.endpoint("h", nil, "message.created")
		s.graves("h", 2)
		paused := true
		_, err := s.Update(t.Context(), "h", Patch{Paused: &paused})
		s.must(err)
		s.cursor("h", func(c *cursor) { c.Dead = 0 })
		s = s.restart()
		paused = false
		_, err = s.Update(t.Context(), "h", Patch{Paused: &paused})
		s.must(err)
		s.send("a", wire.Request{To: "b"})
		time.Sleep(time.Minute)
		if dead := s.dead("h"); len(dead) != 3 || dead[2].Number != 3 {
			t.Errorf("%+v", dead)
		}
	})
}
