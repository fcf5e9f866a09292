package chat

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// An answer is kept for a day at least and two at most, for its user and request
// alone.
func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where it is always the same day
		s := open(t, nil)
		ctx := t.Context()
		today := dayOf(time.Now())
		s.must(s.seq.Do(func(tx *sequencer.Tx) error {
			for i, key := range []string{"today", "yesterday", "before"} {
				tx.Writes(sequencer.Subject{}).PutAnswer(today-uint16(i), "a", key, storage.Answer{Fingerprint: 1, Body: []byte(key)})
			}
			return nil
		}))
		look := func(user, key string, fingerprint uint64, want, reason string) {
			t.Helper()
			body, found, err := s.Answer(ctx, user, key, fingerprint)
			s.refused(user+" "+key, err, reason)
			if string(body) != want || found != (want != "") {
				t.Errorf("%s %s: %q, %v", user, key, body, found)
			}
		}
		for range 2 {
			for _, key := range []string{"today", "yesterday"} {
				look("a", key, 1, key, "")
				look("a", key, 2, "", "conflict")
				look("b", key, 1, "", "")
			}
			look("a", "before", 1, "", "")
			s.must(s.KeepAnswer(ctx, "a", "new", 3, []byte("answer")))
			look("a", "new", 3, "answer", "")
		}
		s.must(s.KeepAnswer(ctx, "a", "before", 4, []byte("anew")))
		look("a", "before", 4, "anew", "")
		if days, err := s.db.AnswerDays(); err != nil || !slices.Equal(days, []uint16{today - 1, today}) {
			t.Errorf("%v, %v", days, err)
		}
	})
}

func TestDays(t *testing.T) {
	const day = 24 * time.Hour
	for at, want := range map[time.Duration]uint16{0: 0, day - 1: 0, day: 1, 20000*day + day/2: 20000} {
		if got := dayOf(time.Unix(0, 0).Add(at)); got != want {
			t.Errorf("after %v: %d, want %d", at, got, want)
		}
	}
}
