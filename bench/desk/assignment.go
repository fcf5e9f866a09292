package desk

import "slices"

// judgeAssignment looks at an assignment as things were just before it.
func (r *replay) judgeAssignment(t *seat, a *agentRecord, e *entry) {
	load := r.load[a.user]
	if t.holder == a.user {
		load--
	}
	if !a.room(load) {
		r.add(kindCapacity, t.session.ID, "%s was given it with %d sessions of %d", a.user, load, a.capacity)
	}
	if t.lost == a.user {
		r.add(kindSameAgent, t.session.ID, "%s was lost and was given it again", a.user)
	}
	if r.wasAway(a, e.Time) {
		r.add(kindKept, t.session.ID, "%s was given it at %d, and was away: %v", a.user, e.Time, a.away)
	}
	if r.chosen(t, a, e) {
		return
	}
	fellBack := !a.has(t.skill)
	if fellBack {
		r.judgeFallback(t, a, e)
	}
	if r.last[t.session.Visitor] != a.user {
		r.judgeFairness(t, a, e, fellBack)
	}
	r.judgeTurn(t, a)
}

// wasAway reports whether an agent certainly had not been there for a while.
func (r *replay) wasAway(a *agentRecord, at int64) bool {
	return slices.ContainsFunc(a.away, func(s span) bool {
		s.from += lateSlack.Milliseconds()
		return s.holds(at)
	})
}

// chosen reports whether somebody, and not the desk, chose the agent.
func (r *replay) chosen(t *seat, a *agentRecord, e *entry) bool {
	return t.given == a.user || r.h.claims[claim{t.session.ID, a.user}]
}

// judgeFallback: another group helps only where it is the fallback, and the group
// itself isn't there or has let the visitor wait.
func (r *replay) judgeFallback(t *seat, a *agentRecord, e *entry) {
	group := r.h.skills[t.skill]
	if group.fallback == "" || !a.has(group.fallback) {
		r.add(kindSkill, t.session.ID, "%s (%v) was given it, which asks for %s", a.user, a.skills, t.skill)
		return
	}
	if e.Time-t.first.Time >= group.after {
		return
	}
	for _, b := range r.h.agents {
		if b.has(t.skill) && !t.held[b.user] && within(b.duty, e.Time) {
			r.add(kindSkill, t.session.ID, "%s of the fallback was given it after %d ms, and %s of %s was there", a.user, e.Time-t.first.Time, b.user, t.skill)
			return
		}
	}
}

// judgeFairness compares the agent's load with those of all who certainly could
// have been given the session instead.
func (r *replay) judgeFairness(t *seat, a *agentRecord, e *entry, fellBack bool) {
	compared := false
	for _, b := range r.h.agents {
		if b == a || t.held[b.user] || !within(b.duty, e.Time) || !b.room(r.load[b.user]) {
			continue
		}
		if !b.has(t.skill) && !(fellBack && b.has(r.h.skills[t.skill].fallback)) {
			continue
		}
		compared = true
		apart := r.load[a.user] + 1 - r.load[b.user]
		r.widest = max(r.widest, apart)
		if apart > 1 {
			r.add(kindUnfair, t.session.ID, "%s was given it with %d sessions, and %s had %d", a.user, r.load[a.user], b.user, r.load[b.user])
		}
	}
	if compared {
		r.compared++
	}
}

// judgeTurn looks for a session that waited and that the agent should have been
// given first.
func (r *replay) judgeTurn(t *seat, a *agentRecord) {
	others := false
	for other := range r.waiting {
		if other == t || other.held[a.user] || !a.has(other.skill) {
			continue
		}
		others = true
		if other.before(t) {
			r.add(kindOutOfTurn, t.session.ID, "%s was given it, and %s was due before it", a.user, other.session.ID)
		}
	}
	if others {
		r.overtook++
	}
}

// before reports whether a session is due before another one: by its priority, then
// by when it came first, however often it has come back.
func (t *seat) before(other *seat) bool {
	if t.session.Priority != other.session.Priority {
		return t.session.Priority > other.session.Priority
	}
	return t.first.ID < other.first.ID
}
