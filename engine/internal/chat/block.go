package chat

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Block refuses what another user sends to this one from now on.
func (s *Service) Block(_ context.Context, by, user string) error {
	switch {
	case by == user:
		return errSelfBlock
	case !wire.ValidID(user):
		return errUser
	}
	err := s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		on, err := tx.Reads(sequencer.OfBlock(by, user)).Blocked(by, user)
		if err == nil && !on {
			tx.Block(by, user)
		}
		return err
	})
	if err == nil {
		err = s.unwatched(by, user)
	}
	return s.done(err)
}

// unwatched ends that a user watches another.
func (s *Service) unwatched(by, user string) error {
	conns, err := s.connections(user)
	for _, c := range conns {
		s.loops.Do(c.Conn, func(ss *Session) { s.unwatch(ss, by) })
	}
	return err
}

// Unblock takes a Block back.
func (s *Service) Unblock(_ context.Context, by, user string) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		tx.Unblock(by, user)
		return nil
	}))
}

// Blocks lists whom a user blocks, in the order of ids, those after a given one.
func (s *Service) Blocks(_ context.Context, by, after string, limit int) ([]Listed, error) {
	stored, err := s.db.Blocks(by, after, limit)
	if err != nil {
		return nil, s.Refusal(err)
	}
	return listed(stored, func(b storage.Block) Listed { return Listed{User: b.User, At: b.At} }), nil
}

func listed[T, L any](stored []T, as func(T) L) []L {
	out := make([]L, len(stored))
	for i, rec := range stored {
		out[i] = as(rec)
	}
	return out
}

var errSelfBlock = wire.NewError(wire.ReasonBadRequest, "nobody can block themselves")
