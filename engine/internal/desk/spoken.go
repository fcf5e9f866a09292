package desk

import (
	"slices"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// spokenStep is how exactly it is known, in milliseconds, when somebody has spoken
// last: so that talking doesn't write a row for each message.
const spokenStep = 1000

// Spoken notes that somebody has written a message. It is called on the sequencer
// goroutine, in the middle of things: it only writes the session's row, where
// something has changed.
func (d *Desk) Spoken(tx *sequencer.Tx, head *sequencer.Head, from string) {
	s := d.floor.byConv[head.Num]
	switch {
	case s == nil:
		return
	case from == s.rec.Visitor:
		d.visitorSpoke(tx, s)
	case s.agent != nil && from == s.rec.Agent || slices.Contains(s.rec.Watchers, from):
		d.staffSpoke(tx, s)
	default:
		return
	}
	d.clerk.earliest.Store(d.floor.deadlines.earliest())
}

// justNow reports whether it was less than spokenStep ago: not where the clock was put
// back.
func justNow(spokenAt, now int64) bool { return 0 <= now-spokenAt && now-spokenAt < spokenStep }

func (d *Desk) visitorSpoke(tx *sequencer.Tx, s *session) {
	now, r := tx.Now(), &s.rec
	if r.Turn == storage.DeskTurnAgent && r.WarnAt == 0 && r.CloseAt == 0 && justNow(r.SpokenAt, now) {
		return
	}
	d.change(tx, s, func(r *storage.DeskSession) {
		d.setTurn(r, storage.DeskTurnAgent, now)
		r.SpokenAt, r.WarnAt, r.CloseAt = now, 0, 0
	})
}

// staffSpoke notes a message of the agent, or of a supervisor who helps out.
func (d *Desk) staffSpoke(tx *sequencer.Tx, s *session) {
	now, r := tx.Now(), &s.rec
	if r.State != storage.DeskAssigned && r.Turn == storage.DeskTurnVisitor && r.CloseAt == 0 && justNow(r.SpokenAt, now) {
		return
	}
	if r.FirstReplyAt == 0 {
		d.figures.replied(since(r.CreatedAt, now))
	}
	d.change(tx, s, func(r *storage.DeskSession) {
		r.SpokenAt = now
		if r.FirstReplyAt == 0 {
			r.FirstReplyAt = now
		}
		d.setTurn(r, storage.DeskTurnVisitor, now)
		if inCharge(r) {
			r.State, r.ReplyAt = storage.DeskActive, 0
			r.WarnAt, r.CloseAt = after(now, d.cfg.VisitorSilent), 0
		}
	})
}
