package desk

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// CloseSession ends a session: its visitor may, its agent, supervisors. Nothing
// happens if it has ended.
func (d *Desk) CloseSession(_ context.Context, by Actor, id string) error {
	return d.doAnyway(func(tx *sequencer.Tx) error {
		_, s, err := d.find(tx, by, id)
		if err != nil || s == nil {
			return err
		}
		reason := d.endingBy(by, s)
		if reason == "" {
			return errNotYours
		}
		d.end(tx, s, reason, d.name(by))
		return nil
	})
}

// endingBy is why a session ends that an actor closes; "": it isn't theirs to close.
func (d *Desk) endingBy(by Actor, s *session) string {
	switch {
	case by.Backend:
		return ReasonBackend
	case by.User == s.rec.Visitor && (s.agent == nil || s.rec.AssignedAt == 0): // who hasn't one now
		return ReasonAbandoned
	case by.User == s.rec.Visitor:
		return ReasonVisitor
	case s.agent != nil && s.rec.Agent == by.User:
		return ReasonAgent
	case d.Role(by) == RoleSupervisor:
		return ReasonSupervisor
	}
	return ""
}

// end closes a session. Its visitor stays a member of the conversation and reads
// on; all others are taken out.
func (d *Desk) end(tx *sequencer.Tx, s *session, reason, by string) {
	now, old, watchers := tx.Now(), s.agent, s.rec.Watchers
	d.crew(tx, s, old, nil)
	for _, user := range watchers {
		d.takeOut(tx, s, user)
	}
	for _, conv := range s.convs() {
		d.failed(s, "closing a conversation", tx.SetClosed(conv, true))
	}
	handled := int64(0)
	if old != nil {
		handled = now - s.rec.AssignedAt
	}
	v := s.visitor
	v.Open, v.SeenAt = "", now
	if s.rec.Agent != "" {
		v.LastAgent = s.rec.Agent
	}
	d.change(tx, s, func(r *storage.DeskSession) {
		*r = ended(*r)
		r.ClosedAt, r.Reason, r.ClosedBy = now, reason, by
	})
	d.putVisitor(tx, v)
	d.figures.closed(reason, since(0, handled))
	extra := sessionEvent(wire.SessionClosed).Text("reason", reason)
	d.tellCause(tx, s, old, cause{event: extra, by: by})
	for _, user := range watchers {
		d.tellStaff(tx, user, wire.DeskUnwatched, s, wire.Extra(nil).Text("user_id", user))
	}
	d.tellAgent(tx, old)
}

// ended is a session without what only an open one has.
func ended(r storage.DeskSession) storage.DeskSession {
	r.State, r.Turn, r.TurnAt = storage.DeskClosed, storage.DeskTurnNobody, 0
	r.LostAt, r.ReplyAt, r.WarnAt, r.CloseAt, r.OfflineAt, r.FallbackAt = 0, 0, 0, 0, 0, 0
	r.Watchers, r.Joined = nil, nil
	return r
}
