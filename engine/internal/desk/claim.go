package desk

import (
	"context"

	"gannet/engine/internal/sequencer"
)

// Claim gives a session that nobody has to the actor, an agent or a supervisor:
// one that waits, or one whose visitor has left a message. Nothing happens if the
// actor has it.
func (d *Desk) Claim(_ context.Context, by Actor, id string) (Session, error) {
	var out Session
	err := d.do(func(tx *sequencer.Tx) error {
		s, err := d.findOpen(tx, by, id)
		if err == nil {
			err = d.claim(tx, by, s)
		}
		if err == nil {
			out = d.show(tx, &s.rec, s)
		}
		return err
	})
	return out, err
}

func (d *Desk) claim(tx *sequencer.Tx, by Actor, s *session) error {
	a := d.floor.agents[by.User]
	switch {
	case d.Role(by) < RoleAgent:
		return errStaff
	case by.User == "":
		return errNobody
	case s.agent != nil && s.agent == a:
		return nil
	case s.agent != nil:
		return errTaken
	}
	if err := d.mayTake(a, by.User, s); err != nil {
		return err
	}
	d.hand(tx, s, d.staffed(tx, by), cause{record: decided})
	return nil
}

// mayTake judges whether a user, whose agent may be nil still, may be given a
// session by somebody's decision: nobody ever has more than they may.
func (d *Desk) mayTake(a *agent, user string, s *session) error {
	switch {
	case user == s.rec.Visitor:
		return errOwn
	case a != nil && a.full():
		return errFull
	case a == nil && len(d.floor.agents) >= maxAgents:
		return errAgents
	}
	return nil
}
