package desk

import (
	"context"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Mode is how a supervisor looks into a session.
type Mode uint8

// Modes.
const (
	ModeLook     Mode = iota // the visitor isn't told
	ModeJoin                 // takes part beside the agent
	ModeTakeOver             // becomes the agent
)

var modeWords = [...]string{"look", "join", "take_over"}

// ParseMode reads a mode's word.
func ParseMode(word string) (Mode, bool) {
	i := slices.Index(modeWords[:], word)
	return Mode(max(i, 0)), i >= 0
}

// maxWatchers is how many may look into one session.
const maxWatchers = 50

// Watch lets a supervisor look into a session, take part in it, or take it over.
// Who looks in already may take part then, and the reverse.
func (d *Desk) Watch(_ context.Context, by Actor, id string, mode Mode) (Session, error) {
	var out Session
	err := d.do(func(tx *sequencer.Tx) error {
		s, err := d.findOpen(tx, by, id)
		if err == nil {
			err = d.watch(tx, by, s, mode)
		}
		if err == nil {
			out = d.show(tx, &s.rec, s)
		}
		return err
	})
	return out, err
}

func (d *Desk) watch(tx *sequencer.Tx, by Actor, s *session, mode Mode) error {
	a := d.floor.agents[by.User]
	switch {
	case d.Role(by) < RoleSupervisor:
		return errSupervisors
	case by.User == "":
		return errNobody
	case by.User == s.rec.Visitor:
		return errOwn
	case mode == ModeTakeOver && s.agent != nil && s.agent == a:
		return nil
	case mode == ModeTakeOver:
		return d.takeOver(tx, by, s)
	case s.agent != nil && s.agent == a:
		return errInCharge
	case !slices.Contains(s.rec.Watchers, by.User) && len(s.rec.Watchers) >= maxWatchers:
		return errWatchers
	case a == nil && len(d.floor.agents) >= maxAgents:
		return errAgents
	}
	d.lookIn(tx, s, d.staffed(tx, by).rec.User, mode)
	return nil
}

func (d *Desk) takeOver(tx *sequencer.Tx, by Actor, s *session) error {
	if err := d.mayTake(d.floor.agents[by.User], by.User, s); err != nil {
		return err
	}
	a := d.staffed(tx, by)
	d.hand(tx, s, a, cause{event: transferred(a), by: by.User, record: decided})
	return nil
}

// lookIn makes somebody one of a session's watchers.
func (d *Desk) lookIn(tx *sequencer.Tx, s *session, user string, mode Mode) {
	watched, joined := slices.Contains(s.rec.Watchers, user), slices.Contains(s.rec.Joined, user)
	if watched && joined == (mode == ModeJoin) {
		return
	}
	role := uint8(0)
	if mode == ModeLook { // no receipt or word of theirs gives them away
		role = sequencer.RoleSilent
	}
	d.ready(tx, s)
	d.takeIn(tx, s, user, role)
	d.change(tx, s, func(r *storage.DeskSession) {
		r.Watchers, r.Joined = with(r.Watchers, user), without(r.Joined, user)
		if mode == ModeJoin {
			r.Joined = with(r.Joined, user)
		}
	})
	if mode == ModeJoin {
		d.event(tx, s, user, sessionEvent(wire.SessionJoined).Text("user_id", user))
	} else if joined {
		d.event(tx, s, user, sessionEvent(wire.SessionLeft).Text("user_id", user))
	}
	if !watched {
		d.tellWatched(tx, s, user, wire.DeskWatched)
	}
}

// tellWatched tells the agent and supervisors who looks into a session.
func (d *Desk) tellWatched(tx *sequencer.Tx, s *session, user, event string) {
	who := wire.Extra(nil).Text("user_id", user)
	d.tellSupervisors(tx, event, s, who)
	if a := s.agent; a != nil && Role(a.rec.Role) != RoleSupervisor {
		d.tellStaff(tx, a.rec.User, event, s, who)
	}
}

// Unwatch ends looking into a session. Nothing happens if the actor doesn't.
func (d *Desk) Unwatch(_ context.Context, by Actor, id string) error {
	return d.doAnyway(func(tx *sequencer.Tx) error {
		_, s, err := d.find(tx, by, id)
		if err == nil && s != nil {
			d.lookAway(tx, s, by.User)
		}
		return err
	})
}

func (d *Desk) lookAway(tx *sequencer.Tx, s *session, user string) {
	if !slices.Contains(s.rec.Watchers, user) {
		return
	}
	joined := slices.Contains(s.rec.Joined, user)
	d.ready(tx, s)
	d.takeOut(tx, s, user)
	d.change(tx, s, func(r *storage.DeskSession) {
		r.Watchers, r.Joined = without(r.Watchers, user), without(r.Joined, user)
	})
	if joined {
		d.farewell(tx, s, user, user, sessionEvent(wire.SessionLeft).Text("user_id", user))
	}
	d.tellWatched(tx, s, user, wire.DeskUnwatched)
}

// unwatchAll is for who isn't a supervisor any more.
func (d *Desk) unwatchAll(tx *sequencer.Tx, user string) {
	for _, s := range d.floor.sessions {
		d.lookAway(tx, s, user)
	}
}
