package desk

import (
	"cmp"
	"context"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

var (
	errNoVisitor = wire.NewError(wire.ReasonForbidden, "only a visitor can be identified")
	errIdentity  = wire.NewError(wire.ReasonBadRequest, "a visitor can't be identified as this user")
	errStaffUser = wire.NewError(wire.ReasonConflict, "an agent can't be a visitor")
)

// Identify says that a visitor is one of the site's users: their sessions become
// the user's, with what was read of them. Doing it again does no harm.
//
// Only one of them may be open. Where both have one, that which an agent has
// stays; where both or neither have an agent, that of the visitor, in which they
// are. The other is closed with the reason "merged".
//
// The open session moves at once, closed ones a few at a time. If that can't go on,
// or the engine stops, the rest follows later: who was identified stays so.
func (d *Desk) Identify(_ context.Context, by Actor, user string) error {
	if d.Role(by) != RoleVisitor || by.User == "" {
		return errNoVisitor
	}
	if !wire.ValidID(user) || strings.HasPrefix(user, VisitorPrefix) || user == by.User || user == d.cfg.System {
		return errIdentity
	}
	m := storage.DeskMerge{Visitor: strings.Clone(by.User), User: strings.Clone(user)}
	if err := d.do(func(tx *sequencer.Tx) error { return d.identify(tx, m) }); err != nil {
		return err
	}
	if err := d.finishMerge(m); err != nil {
		d.cfg.Logger.Warn("moving a visitor's closed sessions has to wait", "visitor", m.Visitor, "err", err)
		select {
		case d.unmerged <- struct{}{}:
		default: // it is known already
		}
	}
	return nil
}

// identify notes whom a visitor was identified as, and gives that user the
// visitor's open session.
func (d *Desk) identify(tx *sequencer.Tx, m storage.DeskMerge) error {
	v, err := d.visitor(tx, m.Visitor)
	if err != nil {
		return err
	}
	u, err := d.visitor(tx, m.User)
	switch {
	case err != nil:
		return err
	case v.User != "" && v.User != m.User:
		return errIdentified
	case d.floor.agents[m.User] != nil:
		return errStaffUser
	}
	tx.FlushCursors(m.Visitor)
	s, dropped := d.keepOne(tx, m)
	if dropped != nil { // the visitor's has no agent if it is that one
		u.LastAgent = cmp.Or(dropped.rec.Agent, u.LastAgent)
	}
	if s != nil {
		d.moveOpen(tx, s, m)
	}
	d.know(tx, m, v, u)
	return nil
}

// keepOne leaves only one open session to both together: it returns the
// visitor's, if that stays, and the one that is closed.
func (d *Desk) keepOne(tx *sequencer.Tx, m storage.DeskMerge) (mine, dropped *session) {
	mine, dropped = d.floor.byVisitor[m.Visitor], d.floor.byVisitor[m.User]
	if mine == nil || dropped == nil {
		return mine, nil
	}
	tx.Boundary(append(mine.convs(), dropped.convs()...)...)
	if inCharge(&dropped.rec) && !inCharge(&mine.rec) {
		mine, dropped = nil, mine
	}
	d.end(tx, dropped, ReasonMerged, m.User)
	return mine, dropped
}

// know writes what is known of both: what the user didn't say the visitor did.
func (d *Desk) know(tx *sequencer.Tx, m storage.DeskMerge, v, u storage.DeskVisitor) {
	if v.User == "" {
		u.Name = cmp.Or(u.Name, v.Name)
		u.LastAgent = cmp.Or(v.LastAgent, u.LastAgent)
		if len(u.Attributes) == 0 {
			u.Attributes = v.Attributes
		}
	}
	v.User, v.Open, v.SeenAt = m.User, "", tx.Now()
	u.Open, u.SeenAt = "", tx.Now()
	if s := d.floor.byVisitor[m.User]; s != nil {
		u.Open = s.rec.ID
	}
	d.putVisitor(tx, v)
	d.putVisitor(tx, u)
	tx.Writes(sequencer.Subject{}).PutDeskMerge(m)
}
