package desk

import (
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// cause is why a session leaves the agent who has it.
type cause struct {
	event  wire.Extra                 // that says so in the log; nil: none
	by     string                     // whose doing it is
	record func(*storage.DeskSession) // what it changes of the session; nil: nothing
}

func (c *cause) change(r *storage.DeskSession) {
	if c.record != nil {
		c.record(r)
	}
}

// sessionEvent begins what an event of a session says.
func sessionEvent(word string) wire.Extra { return wire.Extra(nil).Text("event", word) }

// event appends an event to a session's log.
func (d *Desk) event(tx *sequencer.Tx, s *session, by string, extra wire.Extra) {
	_, err := tx.Event(s.convID(), sequencer.Event{Type: wire.EventSession, From: by, Extra: extra})
	d.failed(s, "appending an event", err)
}

// farewell appends an event that somebody who was just taken out sees, too.
func (d *Desk) farewell(tx *sequencer.Tx, s *session, user, by string, extra wire.Extra) {
	err := tx.FarewellTo(s.convID(), user, sequencer.Event{Type: wire.EventSession, From: by, Extra: extra})
	d.failed(s, "appending an event", err)
}

// tellCause says why a session has left an agent.
func (d *Desk) tellCause(tx *sequencer.Tx, s *session, old *agent, why cause) {
	switch {
	case why.event == nil:
	case old != nil:
		d.farewell(tx, s, old.rec.User, why.by, why.event)
	default:
		d.event(tx, s, why.by, why.event)
	}
}

// change is the only way in which an open session changes: memory, queue, agents'
// loads, deadlines and the row stay in step. Lists in the record are to be
// replaced, not written to: others may be reading them.
func (d *Desk) change(tx *sequencer.Tx, s *session, fn func(r *storage.DeskSession)) {
	old, rec := s.rec, s.rec
	fn(&rec)
	if d.floor.replace(s, rec, tx.Now()) {
		d.clerk.moved.Store(true)
	}
	d.putRow(tx, &rec, &old)
}

func (d *Desk) putRow(tx *sequencer.Tx, rec, old *storage.DeskSession) {
	tx.Writes(sequencer.OfService(rec.Conv)).PutDeskSession(*rec, old)
}

// crew takes an agent out of a session's conversations and another in; nil is
// nobody. It comes before all else that a command writes of the session.
func (d *Desk) crew(tx *sequencer.Tx, s *session, out, in *agent) {
	d.ready(tx, s)
	if out != nil && out != in {
		d.takeOut(tx, s, out.rec.User)
	}
	if in != nil {
		d.takeIn(tx, s, in.rec.User, 0)
	}
}

// ready begins a batch if the changes of who is in a session's conversations would,
// so that they are in one with all that follows of the session.
func (d *Desk) ready(tx *sequencer.Tx, s *session) {
	tx.Boundary(s.convs()...)
}

// takeIn makes somebody a member with a role, which means something only where the
// visitor is.
func (d *Desk) takeIn(tx *sequencer.Tx, s *session, user string, role uint8) {
	for i, conv := range s.convs() {
		if i > 0 {
			role = 0
		}
		d.failed(s, "taking somebody in", tx.AddTo(conv, user, role))
	}
}

func (d *Desk) takeOut(tx *sequencer.Tx, s *session, user string) {
	for _, conv := range s.convs() {
		d.failed(s, "taking somebody out", tx.RemoveFrom(conv, user))
	}
}

// convs are a session's conversations: its own, and that of the notes if there
// are any.
func (s *session) convs() []string {
	if s.rec.Staff == 0 {
		return []string{s.convID()}
	}
	return []string{s.convID(), s.staffID()}
}

// failed notes what couldn't be done in the middle of a change. All that can fail
// there is reading the disk; the next start puts memberships right.
func (d *Desk) failed(s *session, what string, err error) {
	if err != nil {
		d.cfg.Logger.Error(what, "session", s.rec.ID, "err", err)
	}
}

// setTurn notes who is to speak.
func (d *Desk) setTurn(r *storage.DeskSession, turn uint8, now int64) {
	if r.Turn != turn {
		r.Turn, r.TurnAt = turn, now
	}
}

// without is a list without one of its strings; the list itself stays as it is.
func without(list []string, s string) []string {
	if !slices.Contains(list, s) {
		return list
	}
	var out []string
	for _, x := range list {
		if x != s {
			out = append(out, x)
		}
	}
	return out
}

// with is a list and one more string, if it isn't in it.
func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(slices.Clip(list), s)
}
