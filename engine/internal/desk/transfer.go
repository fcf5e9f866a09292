package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Transfer says where a session is to go: to an agent or to a skill group.
type Transfer struct {
	Agent, Skill string // exactly one
	Note         string // for who gets it; "": none
}

var errWhere = wire.NewError(wire.ReasonBadRequest, "a session goes to exactly one agent_id or skill")

// Transfer gives a session to another agent, who must be there and have room, or
// lets it look for an agent of a skill group, who isn't the one that has it now.
// Its agent may do so, and supervisors. The note is written first: it stays even if
// the session has changed hands meanwhile.
func (d *Desk) Transfer(ctx context.Context, by Actor, id string, t Transfer) (Session, error) {
	if (t.Agent == "") == (t.Skill == "") {
		return Session{}, errWhere
	}
	if t.Note != "" {
		var since int64
		err := d.look(func(tx *sequencer.Tx) error {
			s, err := d.mayTransfer(tx, by, id, &t)
			if err == nil {
				since = s.rec.AssignedAt
			}
			return err
		})
		if err == nil {
			_, err = d.Note(ctx, by, id, t.cid(id, since), t.Note)
		}
		if err != nil {
			return Session{}, err
		}
	}
	var out Session
	err := d.do(func(tx *sequencer.Tx) error {
		s, err := d.mayTransfer(tx, by, id, &t)
		if err != nil {
			return err
		}
		if t.Agent != "" {
			a := d.floor.agents[t.Agent]
			d.hand(tx, s, a, cause{event: transferred(a), by: d.name(by), record: decided})
		} else {
			d.regroup(tx, s, t.Skill, d.name(by))
		}
		d.match(tx)
		out = d.show(tx, &s.rec, s)
		return nil
	})
	return out, err
}

// cid names the note of a session that was last assigned at a time, so that a
// transfer that is tried again, since it was refused after its note was written,
// doesn't leave it twice.
func (t *Transfer) cid(session string, since int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%s\n%s", session, since, t.Agent, t.Skill, t.Note))
	return "transfer-" + hex.EncodeToString(sum[:16])
}

// mayTransfer finds the session and judges whether it can go where it is to.
func (d *Desk) mayTransfer(tx *sequencer.Tx, by Actor, id string, t *Transfer) (*session, error) {
	s, err := d.findOpen(tx, by, id)
	switch {
	case err != nil:
		return nil, err
	case !d.mayServe(by, &s.rec):
		return nil, errNotYours
	case t.Skill != "" && !d.hasSkill(t.Skill):
		return nil, errNoSkill
	case t.Skill != "":
		return s, nil
	}
	a := d.floor.agents[t.Agent]
	switch {
	case a == nil:
		return nil, errNoAgent
	case a == s.agent:
		return nil, errSame
	case !a.connected || Status(a.rec.Status) == StatusOffline:
		return nil, errAway
	}
	return s, d.mayTake(a, t.Agent, s)
}

// regroup lets a session look for an agent of another skill group.
func (d *Desk) regroup(tx *sequencer.Tx, s *session, skill, by string) {
	w := s.want()
	w.lane = laneKey{skill: skill}
	if w.excluded = nil; s.agent != nil { // a new search: only who passes it on isn't to get it back
		w.excluded = []string{s.rec.Agent}
	}
	why := cause{
		event:  sessionEvent(wire.SessionTransferred).Text("skill", skill),
		by:     by,
		record: func(r *storage.DeskSession) { r.Skill, r.Excluded, r.Reassigned = skill, w.excluded, 0 },
	}
	if a := d.floor.choose(w); a != nil {
		d.hand(tx, s, a, why)
	} else {
		d.queue(tx, s, why)
	}
}
