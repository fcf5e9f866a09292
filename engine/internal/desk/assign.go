package desk

import (
	"iter"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// want is what a session asks of an agent.
type want struct {
	lane     laneKey
	visitor  string
	last     string   // whom the visitor had last time; "": nobody
	excluded []string // who isn't to get it
}

func (s *session) want() want {
	return want{s.lane(), s.rec.Visitor, s.visitor.LastAgent, s.rec.Excluded}
}

// pools are the agents that are free to serve who wants them: those of the group,
// and of its fallback group where that helps out now.
func (f *floor) pools(w *want) (own, help pool) {
	if w.lane.skill == "" {
		return f.anybody, nil
	}
	if g := f.skills[w.lane.skill]; g != nil {
		own = g.pool
	}
	if g := f.skills[f.helper(w)]; g != nil {
		help = g.pool
	}
	return own, help
}

// helper is the skill group that helps out now; "": none. That is so once somebody
// has waited for long, or where nobody of the group is on duty who may get it.
func (f *floor) helper(w *want) string {
	g := f.skills[w.lane.skill]
	if g == nil || !w.lane.fallen && f.onDuty(g.rec.ID, w) > 0 {
		return ""
	}
	return g.rec.Fallback
}

// onDuty is how many agents of a skill group ("": all) are on duty and not
// excluded.
func (f *floor) onDuty(skill string, w *want) int {
	n := f.duty
	if skill != "" {
		if n = 0; f.skills[skill] != nil {
			n = f.skills[skill].duty
		}
	}
	for _, user := range w.excluded {
		if a := f.agents[user]; a != nil && a.duty && (skill == "" || slices.Contains(a.rec.Skills, skill)) {
			n--
		}
	}
	return n
}

// onlyExcluded reports whether nobody is on duty who could ever get it but those who
// aren't to.
func (f *floor) onlyExcluded(w *want) bool {
	if len(w.excluded) == 0 || f.onDuty(w.lane.skill, w) > 0 {
		return false
	}
	help := f.helper(w)
	return help == "" || f.onDuty(help, w) == 0
}

// serves reports whether an agent is in a group that may serve who wants it now.
func (f *floor) serves(a *agent, w *want) bool {
	if w.lane.skill == "" || slices.Contains(a.rec.Skills, w.lane.skill) {
		return true
	}
	help := f.helper(w)
	return help != "" && slices.Contains(a.rec.Skills, help)
}

// barred reports whether an agent isn't to get this very session.
func (w *want) barred(a *agent) bool {
	return a.rec.User == w.visitor || slices.Contains(w.excluded, a.rec.User)
}

// choose returns who is to get a session now, or nil. The visitor's last agent
// comes first, then the order of the pools.
func (f *floor) choose(w want) *agent {
	if a := f.agents[w.last]; a != nil && a.pooled && f.serves(a, &w) && !w.barred(a) {
		return a
	}
	own, help := f.pools(&w)
	for a := range merged(own, help, sooner) {
		if !w.barred(a) {
			return a
		}
	}
	return nil
}

// merged goes through two sorted lists as if they were one.
func merged[E any](a, b []E, compare func(a, b E) int) iter.Seq[E] {
	return func(yield func(E) bool) {
		a, b := a, b
		for len(a) > 0 || len(b) > 0 {
			next := &a
			if len(a) == 0 || len(b) > 0 && compare(b[0], a[0]) < 0 {
				next = &b
			}
			e := (*next)[0]
			*next = (*next)[1:]
			if !yield(e) {
				return
			}
		}
	}
}

// cursor is how far a lane was looked through.
type cursor struct {
	lane *lane
	at   int
}

// match gives agents to those who wait, as far as there are any. It comes at the
// end of every command in which a place may have become free: nobody waits for an
// agent who is free.
func (d *Desk) match(tx *sequencer.Tx) {
	for d.floor.stir {
		d.floor.stir = false
		d.pass(tx)
	}
}

// pass looks once through all who wait, in their order. A lane that nobody is free
// to serve is left at once.
func (d *Desk) pass(tx *sequencer.Tx) {
	var open []cursor
	for _, l := range d.floor.lanes {
		open = append(open, cursor{lane: l})
	}
	for {
		open = slices.DeleteFunc(open, func(c cursor) bool { return d.floor.stuck(c) })
		if len(open) == 0 {
			return
		}
		i := foremost(open)
		s := open[i].session()
		if a, why := d.floor.found(s); a != nil {
			d.hand(tx, s, a, why) // and so it leaves its lane
		} else {
			open[i].at++
		}
	}
}

// found is who is to get a session that waits, or nil. Where only those are on duty
// who aren't to get it one of them does: else it would wait for nobody.
func (f *floor) found(s *session) (*agent, cause) {
	w := s.want()
	if a := f.choose(w); a != nil || !f.onlyExcluded(&w) {
		return a, cause{}
	}
	w.excluded = nil
	return f.choose(w), cause{record: func(r *storage.DeskSession) { r.Excluded = nil }}
}

// stuck reports whether looking further in a lane is of no use.
func (f *floor) stuck(c cursor) bool {
	if c.at >= len(c.lane.list) {
		return true
	}
	w := want{lane: c.lane.key}
	w.lane.fallen = w.lane.fallen || w.lane.picky // help comes earlier to some of them
	own, help := f.pools(&w)
	return len(own)+len(help) == 0
}

// foremost is the lane whose next session is to be served first.
func foremost(open []cursor) (best int) {
	for i := range open {
		if ahead(open[i].session(), open[best].session()) < 0 {
			best = i
		}
	}
	return best
}

// hand gives a session to an agent, who may have one more, and takes it from
// whoever has it.
func (d *Desk) hand(tx *sequencer.Tx, s *session, a *agent, why cause) {
	now, old := tx.Now(), s.agent
	d.crew(tx, s, old, a)
	if s.rec.State == storage.DeskQueued {
		d.figures.assigned(since(s.rec.QueuedAt, now))
	} else {
		d.figures.assigns.Add(1)
	}
	d.change(tx, s, func(r *storage.DeskSession) {
		why.change(r)
		r.QueuedAt = queuedAt(r, now)
		d.setAgent(r, a, now)
	})
	d.changeAgent(tx, a, func(r *storage.DeskAgent) { r.AssignedAt = now })
	d.tellCause(tx, s, old, why)
	d.tellAssigned(tx, s, a)
	d.tellAgent(tx, old)
	d.tellAgent(tx, a)
}

// queuedAt is what a session that gets an agent has for the beginning of its wait,
// so that it has waited as long as it did: one that is handed on hasn't waited again,
// and one whose visitor has left a message not at all.
func queuedAt(r *storage.DeskSession, now int64) int64 {
	switch {
	case inCharge(r):
		return r.QueuedAt + max(now-r.AssignedAt, 0)
	case r.State == storage.DeskOffline:
		return now
	}
	return r.QueuedAt
}

// decided is what changes of a session that goes where somebody wants it to: whoever
// didn't answer before doesn't count any more.
func decided(r *storage.DeskSession) { r.Reassigned = 0 }

// setAgent makes a session one that an agent has and hasn't answered.
func (d *Desk) setAgent(r *storage.DeskSession, a *agent, now int64) {
	r.State, r.Agent, r.AssignedAt = storage.DeskAssigned, a.rec.User, now
	r.Watchers, r.Joined = without(r.Watchers, a.rec.User), without(r.Joined, a.rec.User)
	r.Excluded = without(r.Excluded, a.rec.User) // somebody has decided so
	d.setTurn(r, storage.DeskTurnAgent, now)
	r.ReplyAt, r.LostAt = after(now, d.cfg.FirstReply), 0
	if !a.connected {
		r.LostAt = after(now, d.cfg.AgentGrace)
	}
	r.WarnAt, r.CloseAt, r.OfflineAt, r.FallbackAt = 0, 0, 0, 0
}

func (d *Desk) tellAssigned(tx *sequencer.Tx, s *session, a *agent) {
	who := wire.Extra(nil).Text("agent_id", a.rec.User).Text("agent_name", a.rec.Name)
	d.event(tx, s, d.cfg.System, append(append(sessionEvent(wire.SessionAssigned), ','), who...))
	d.tellSupervisors(tx, wire.DeskAssigned, s, who)
}
