package chat

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/failpoint"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Recall takes a message back: one's own for a while, anybody's in a group where
// one is an admin or the owner. When it returns, the content is gone.
func (s *Service) Recall(_ context.Context, user string, id uint64) error {
	return s.done(s.seq.DoAnyway(s.recall(user, id)))
}

func (s *Service) recall(user string, id uint64) func(*sequencer.Tx) error {
	return func(tx *sequencer.Tx) error {
		e, err := s.entry(tx, user, id)
		if err != nil {
			return err
		}
		if err := s.mayRecall(tx, e, user); err != nil || e.msg.Flags&flagRecalled != 0 {
			return err
		}
		return e.recall(tx, user)
	}
}

func (s *Service) mayRecall(tx *sequencer.Tx, e *entry, user string) error {
	if e.kind == sequencer.Group {
		m, ok, err := tx.Member(e.group(), user)
		if err != nil {
			return err
		}
		if ok && Role(m.Role) >= RoleAdmin {
			return nil
		}
	}
	switch {
	case e.msg.From != user:
		return errNoMessage
	case e.msg.Flags&flagRecalled == 0 && tx.Now()-e.msg.Time > s.cfg.RecallWindow.Milliseconds():
		return errTooLate
	}
	return nil
}

// recall overwrites the message and the last edit of it, which holds its content
// too, and tells everybody.
func (e *entry) recall(tx *sequencer.Tx, by string) error {
	if e.msg.Ref != 0 { // the later one first: see Rewrite
		if err := tx.Rewrite(e.num, e.msg.Ref, eraseEvent); err != nil {
			return err
		}
	}
	err := tx.Rewrite(e.num, e.msg.Seq, func(m *storage.Message) { erase(m, flagRecalled) })
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.MidRecall)
	tx.Writes(sequencer.Subject{}).DeleteReactions(e.num, e.msg.Seq)
	return e.event(tx, wire.EventRecall, by, e.about())
}
