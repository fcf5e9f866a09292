package chat

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// sessionMuted is a flag of a stored session: do not disturb.
const sessionMuted = 1 << 0

// UpdateConversation changes how a user has a conversation in their list.
func (s *Service) UpdateConversation(_ context.Context, user, convID string, p ConversationPatch) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		return s.setSession(tx, user, convID, func(rec *storage.Session, last uint64) {
			p.apply(rec, last, tx.Now())
		})
	}))
}

func (p *ConversationPatch) apply(rec *storage.Session, last uint64, now int64) {
	if p.Pinned != nil {
		rec.PinnedAt = 0
		if *p.Pinned {
			rec.PinnedAt = now
		}
	}
	if p.Muted != nil {
		rec.Flags &^= sessionMuted
		if *p.Muted {
			rec.Flags |= sessionMuted
		}
	}
	if p.Hidden != nil {
		rec.HiddenSeq = 0
		if *p.Hidden {
			rec.HiddenSeq = last
		}
	}
}

// ClearConversation takes a conversation's entries up to a seq away from one
// user, all there are where seq is 0.
func (s *Service) ClearConversation(_ context.Context, user, convID string, seq uint64) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		return s.setSession(tx, user, convID, func(rec *storage.Session, last uint64) {
			if seq == 0 || seq > last {
				seq = last
			}
			rec.ClearedSeq = max(rec.ClearedSeq, seq)
		})
	}))
}

// setSession changes a user's place in a conversation and tells their devices.
func (s *Service) setSession(tx *sequencer.Tx, user, convID string, change func(rec *storage.Session, last uint64)) error {
	head, err := tx.ConversationByID(convID)
	if err != nil {
		return err
	}
	if head == nil {
		return errNotFound
	}
	rec, ok, err := tx.Session(user, head.Num)
	if err != nil {
		return err
	}
	if !ok || rec.Left {
		return errNotFound
	}
	last, err := tx.Last(head.Num)
	if err != nil {
		return err
	}
	change(&rec, last)
	tx.PutSession(rec)
	now := wire.ConversationSettings{
		Pinned: rec.PinnedAt > 0, Muted: rec.Flags&sessionMuted != 0,
		Hidden: rec.HiddenSeq > 0 && rec.HiddenSeq >= last, ClearedSeq: rec.ClearedSeq,
	}
	tx.NotifyAbout(head.Kind, user, delivery.Conn{}, frame(func(b []byte) []byte {
		return wire.AppendConversationChanged(b, head.ID, now)
	}))
	return nil
}
