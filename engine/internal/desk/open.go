package desk

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const maxSubject = 256 // characters

var errSubject = wire.NewError(wire.ReasonBadRequest, "subject must be at most 256 characters of printable text")

// Open begins a session, which has an agent at once where one is free. Who has an
// open one already gets that; if they have left a message, and the desk is open, an
// agent is looked for again.
func (d *Desk) Open(_ context.Context, by Actor, n NewSession) (Session, error) {
	visitor, err := d.opener(by, &n)
	if err != nil {
		return Session{}, err
	}
	var out Session
	err = d.do(func(tx *sequencer.Tx) error {
		s := d.floor.byVisitor[visitor]
		if s == nil {
			if s, err = d.open(tx, by, visitor, &n); err != nil {
				return err
			}
		}
		d.resume(tx, s)
		out = d.show(tx, &s.rec, s)
		return nil
	})
	return out, err
}

// resume lets a visitor who has left a message, and has come again while the desk is
// open, look for an agent. Where the queue is full the message stays.
func (d *Desk) resume(tx *sequencer.Tx, s *session) {
	if s.rec.State != storage.DeskOffline || !d.cfg.Hours.Open(time.UnixMilli(tx.Now())) {
		return
	}
	if a := d.floor.choose(s.want()); a != nil {
		d.hand(tx, s, a, cause{})
	} else if !d.tooManyWait() {
		d.queue(tx, s, cause{})
		d.match(tx)
	}
}

// tooManyWait reports whether as many wait as may.
func (d *Desk) tooManyWait() bool { return d.cfg.MaxQueue > 0 && d.floor.length() >= d.cfg.MaxQueue }

// opener judges what is asked for and says for whom.
func (d *Desk) opener(by Actor, n *NewSession) (visitor string, err error) {
	visitor = by.User
	if by.Backend && n.Visitor != "" {
		visitor = n.Visitor
	}
	switch {
	case !by.Backend && (n.Priority != 0 || n.Visitor != "" && n.Visitor != by.User):
		return "", errPriority
	case visitor == "":
		return "", errNobody
	case !wire.ValidID(visitor):
		return "", errUser
	case !printable(n.Subject, 0, maxSubject):
		return "", errSubject
	case !printable(n.Name, 0, maxVisitorName):
		return "", errVisitorName
	case !validObject(n.Attributes, maxAttributes):
		return "", errAttributes
	}
	return visitor, nil
}

// open makes a session, unless the queue is full. All that it writes is in one
// batch: nothing was said in a conversation that is new.
func (d *Desk) open(tx *sequencer.Tx, by Actor, visitor string, n *NewSession) (*session, error) {
	if !d.hasSkill(n.Skill) {
		return nil, errNoSkill
	}
	v, err := d.visitor(tx, visitor)
	if err == nil && v.User != "" {
		err = errIdentified
	}
	if err == nil && !by.Backend {
		err = pace(&v, tx.Now())
	}
	if err != nil {
		return nil, err
	}
	s := &session{rec: d.newSession(tx, &v, n), visitor: v, place: nowhere}
	var a *agent
	open := d.cfg.Hours.Open(time.UnixMilli(tx.Now()))
	if open {
		a = d.floor.choose(s.want())
		if a == nil && d.tooManyWait() {
			return nil, errQueueFull.Pick()
		}
	} else if d.tooManyOffline() {
		return nil, errOfflineFull.Pick()
	}
	if s.rec.Conv, err = tx.CreateService(s.rec.ID); err != nil {
		return nil, err
	}
	d.takeIn(tx, s, visitor, 0)
	d.floor.order++
	s.rec.Order = d.floor.order
	switch {
	case !open:
		s.rec.State = storage.DeskOffline
	case a != nil:
		d.setAgent(&s.rec, a, tx.Now())
	default:
		d.setWait(&s.rec)
	}
	d.begin(tx, s, a)
	return s, nil
}

func (d *Desk) newSession(tx *sequencer.Tx, v *storage.DeskVisitor, n *NewSession) storage.DeskSession {
	now := tx.Now()
	name := n.Name
	if name == "" {
		name = v.Name
	}
	attributes := n.Attributes
	if len(attributes) == 0 {
		attributes = v.Attributes
	}
	return storage.DeskSession{
		ID: strings.ToLower(rand.Text()[:16]), Visitor: v.ID, VisitorName: name, State: storage.DeskQueued,
		Skill: n.Skill, Subject: n.Subject, Priority: n.Priority, Attributes: slices.Clone(attributes),
		CreatedAt: now, QueuedAt: now, Turn: storage.DeskTurnAgent, TurnAt: now,
	}
}

// begin writes a new session and tells everybody.
func (d *Desk) begin(tx *sequencer.Tx, s *session, a *agent) {
	if a != nil {
		d.takeIn(tx, s, a.rec.User, 0)
	}
	d.floor.open(s, tx.Now())
	d.putRow(tx, &s.rec, nil)
	v := s.visitor
	v.Open, v.SeenAt = s.rec.ID, tx.Now()
	if s.rec.VisitorName != "" {
		v.Name = s.rec.VisitorName
	}
	d.putVisitor(tx, v)
	d.figures.opened()
	switch {
	case a != nil:
		d.figures.assigned(0)
		d.changeAgent(tx, a, func(r *storage.DeskAgent) { r.AssignedAt = tx.Now() })
		d.tellAssigned(tx, s, a)
		d.tellAgent(tx, a)
	case s.rec.State == storage.DeskQueued:
		d.clerk.moved.Store(true)
		d.tellQueued(tx, s)
	default:
		d.clerk.moved.Store(true)
		d.figures.offline()
		text := d.cfg.Hours.Fill(d.cfg.ClosedText, time.UnixMilli(tx.Now()))
		d.event(tx, s, d.cfg.System, sessionEvent(wire.SessionOffline).Text("text", text))
	}
}

// visitor returns what is known of a visitor; of a new one nothing. It may end the
// batch: it comes before all writes.
func (d *Desk) visitor(tx *sequencer.Tx, id string) (storage.DeskVisitor, error) {
	if s := d.floor.byVisitor[id]; s != nil {
		return s.visitor, nil
	}
	v, ok, err := tx.Reads(sequencer.OfVisitor(id)).DeskVisitor(id)
	if !ok {
		v = storage.DeskVisitor{ID: strings.Clone(id), CreatedAt: tx.Now()}
	}
	return v, err
}

// putVisitor writes what is known of a visitor.
func (d *Desk) putVisitor(tx *sequencer.Tx, v storage.DeskVisitor) {
	if s := d.floor.byVisitor[v.ID]; s != nil {
		s.visitor = v
	}
	tx.Writes(sequencer.OfVisitor(v.ID)).PutDeskVisitor(v)
}
