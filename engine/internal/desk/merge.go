package desk

import (
	"cmp"
	"errors"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// mergeStep is how many closed sessions one command moves, so that the messages
// behind it don't wait for long.
const mergeStep = 50

// finishMerge moves the closed sessions of a visitor who was identified, and then
// forgets that there was something to move.
func (d *Desk) finishMerge(m storage.DeskMerge) error {
	for {
		list, next, err := d.db.DeskSessions(storage.DeskFilter{Visitor: m.Visitor}, "", mergeStep)
		if err != nil {
			return d.refusal(err)
		}
		err = d.doAnyway(func(tx *sequencer.Tx) error {
			tx.FlushCursors(m.Visitor)
			for i := range list {
				if err := d.moveClosed(tx, &list[i], m); err != nil {
					return err
				}
			}
			if next == "" {
				tx.Writes(sequencer.Subject{}).DeleteDeskMerge(m.Visitor)
			}
			return nil
		})
		if err != nil || next == "" {
			return err
		}
	}
}

// mergeRetry is after how long it is tried again to move what couldn't be moved.
const mergeRetry = time.Minute

// runMerges is a goroutine that moves what a stop, or a fault, has left behind.
func (d *Desk) runMerges() {
	left := d.finishMerges()
	for {
		var later <-chan time.Time
		if left {
			later = time.After(mergeRetry)
		}
		select {
		case <-d.clerk.quit:
			return
		case <-d.unmerged:
			left = true
		case <-later:
			left = d.finishMerges()
		}
	}
}

// finishMerges goes on where a stop has interrupted, and reports whether something
// is left.
func (d *Desk) finishMerges() (left bool) {
	var list []storage.DeskMerge
	err := d.db.DeskMerges(func(m storage.DeskMerge) error {
		list = append(list, m)
		return nil
	})
	for _, m := range list {
		if !d.closing() {
			err = errors.Join(err, d.finishMerge(m))
		}
	}
	if err != nil && !d.closing() {
		d.cfg.Logger.Error("moving sessions of identified visitors", "err", err)
	}
	return err != nil
}

// closing reports whether the desk is being closed.
func (d *Desk) closing() bool {
	select {
	case <-d.clerk.quit:
		return true
	default:
		return false
	}
}

// moveOpen gives a visitor's open session to a user, and tells its agent.
func (d *Desk) moveOpen(tx *sequencer.Tx, s *session, m storage.DeskMerge) {
	d.failed(s, "moving a visitor's place", movePlace(tx, s.rec.Conv, s.convID(), m))
	d.change(tx, s, func(r *storage.DeskSession) { moveTo(r, m) })
	extra := sessionEvent(eventIdentified).Text("user_id", m.User).Text("visitor_id", m.Visitor)
	d.farewell(tx, s, m.Visitor, m.User, extra)
	if s.rec.State == storage.DeskQueued {
		d.tellPlace(tx, s, d.floor.position(s))
	}
}

// eventIdentified is the word of the event of a session whose visitor was
// identified.
const eventIdentified = wire.SessionIdentified

// moveClosed gives a session to a user, unless they have it.
func (d *Desk) moveClosed(tx *sequencer.Tx, found *storage.DeskSession, m storage.DeskMerge) error {
	rec, ok, err := tx.Reads(sequencer.OfService(found.Conv)).DeskSession(found.ID)
	if err != nil || !ok || rec.Visitor != m.Visitor || rec.IsOpen() {
		return err
	}
	if err := movePlace(tx, rec.Conv, wire.ServiceConvID(rec.ID), m); err != nil {
		return err
	}
	old := rec
	moveTo(&rec, m)
	d.putRow(tx, &rec, &old)
	return nil
}

// moveTo makes a session a user's.
func moveTo(r *storage.DeskSession, m storage.DeskMerge) {
	r.Visitor, r.Former = m.User, with(r.Former, m.Visitor)
}

// movePlace puts a user into a conversation in the place of a visitor, who has
// read there what the visitor has.
func movePlace(tx *sequencer.Tx, conv uint64, convID string, m storage.DeskMerge) error {
	old, ok, err := tx.Session(m.Visitor, conv)
	if err != nil {
		return err
	}
	if err := tx.AddTo(convID, m.User, 0); err != nil {
		return err
	}
	rec, found, err := tx.Session(m.User, conv)
	if err != nil {
		return err
	}
	if ok && found {
		tx.PutSession(joinPlaces(rec, old))
	}
	return tx.RemoveFrom(convID, m.Visitor)
}

// joinPlaces is a user's place in a conversation after that of the visitor they
// were.
func joinPlaces(user, visitor storage.Session) storage.Session {
	user.ClearedSeq = max(user.ClearedSeq, visitor.ClearedSeq)
	user.AckSeq = max(user.AckSeq, visitor.AckSeq)
	user.ReadSeq = max(user.ReadSeq, visitor.ReadSeq)
	user.SentSeq = max(user.SentSeq, visitor.SentSeq)
	user.MentionSeq = max(user.MentionSeq, visitor.MentionSeq)
	user.HiddenSeq = max(user.HiddenSeq, visitor.HiddenSeq)
	user.PinnedAt = cmp.Or(user.PinnedAt, visitor.PinnedAt)
	user.Flags |= visitor.Flags
	return user
}
