package chat

import (
	"context"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Answers of requests with an Idempotency-Key are kept in buckets of a day: the
// one of today and the one before are looked at.
func dayOf(t time.Time) uint16 { return uint16(t.Unix() / int64(24*time.Hour/time.Second)) }

// Answer returns what an earlier request of the user under this key was answered.
// A key that was used for something else is a conflict.
func (s *Service) Answer(_ context.Context, user, key string, fingerprint uint64) (body []byte, found bool, err error) {
	today := dayOf(time.Now())
	for _, day := range [2]uint16{today, today - 1} {
		kept, ok, err := s.db.Answer(day, user, key)
		switch {
		case err != nil:
			return nil, false, s.Refusal(err)
		case ok && kept.Fingerprint != fingerprint:
			return nil, false, errReused
		case ok:
			return kept.Body, true, nil
		}
	}
	return nil, false, nil
}

// KeepAnswer keeps an answer for a day or two; it is on disk when it returns.
func (s *Service) KeepAnswer(_ context.Context, user, key string, fingerprint uint64, body []byte) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		today := dayOf(time.UnixMilli(tx.Now()))
		w := tx.Writes(sequencer.Subject{})
		if s.answersDay.Swap(uint32(today)) != uint32(today) {
			w.DropAnswers(today - 1)
		}
		w.PutAnswer(today, user, key, storage.Answer{Fingerprint: fingerprint, Body: body})
		return nil
	}))
}
