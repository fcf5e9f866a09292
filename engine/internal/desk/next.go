package desk

import (
	"context"
	"iter"
	"slices"

	"gannet/engine/internal/sequencer"
)

// Choice says who would get a session that began now, and why.
type Choice struct {
	Agent      string // "": nobody
	Why        string
	Candidates []Candidate // agents, up to MaxCandidates: those who could get it in the order in which they would, then the others by id
}

// MaxCandidates is how many agents a Choice shows.
const MaxCandidates = 100

// Candidate is an agent who could get a session, or why they couldn't.
type Candidate struct {
	User                  string
	Eligible              bool
	Why                   string
	Sessions, MaxSessions int
	AssignedAt            int64
}

// Next returns who would get a session with a skill group ("": any) and of a
// visitor ("": a new one), and why. It is for agents and supervisors.
func (d *Desk) Next(_ context.Context, by Actor, skill, visitor string) (Choice, error) {
	var out Choice
	err := d.look(func(tx *sequencer.Tx) error {
		switch {
		case d.Role(by) < RoleAgent:
			return errStaff
		case !d.hasSkill(skill):
			return errNoSkill
		}
		w := want{lane: laneKey{skill: skill}, visitor: visitor}
		if visitor != "" {
			v, err := d.visitor(tx, visitor)
			if err != nil {
				return err
			}
			w.last = v.LastAgent
		}
		out = d.floor.explain(w)
		return nil
	})
	return out, err
}

// free are those who could get it now, in the order in which they would.
func (f *floor) free(w want) iter.Seq[*agent] {
	return func(yield func(*agent) bool) {
		chosen := f.choose(w)
		if chosen == nil || !yield(chosen) {
			return
		}
		last := chosen
		own, help := f.pools(&w)
		for a := range merged(own, help, sooner) {
			if a == chosen || a == last || w.barred(a) { // one of both groups comes twice in succession
				continue
			}
			if last = a; !yield(a) {
				return
			}
		}
	}
}

// insertFirst adds an agent to the first few by id, in their order.
func insertFirst(list []*agent, a *agent, most int) []*agent {
	i, _ := slices.BinarySearchFunc(list, a, byID)
	if i == most {
		return list
	}
	list = slices.Insert(list, i, a)
	return list[:min(len(list), most)]
}

func (f *floor) explain(w want) Choice {
	var free, others []*agent
	for a := range f.free(w) {
		if free = append(free, a); len(free) == MaxCandidates {
			break
		}
	}
	for _, a := range f.agents {
		if !a.pooled || !f.serves(a, &w) || w.barred(a) {
			others = insertFirst(others, a, MaxCandidates-len(free))
		}
	}
	c := Choice{Why: "nobody is free"}
	if len(free) > 0 {
		c.Agent, c.Why = free[0].rec.User, reason(w, free)
	}
	for _, a := range append(free, others...) {
		r := &a.rec
		c.Candidates = append(c.Candidates, Candidate{
			User: r.User, Eligible: len(c.Candidates) < len(free), Why: f.standing(a, w),
			Sessions: len(a.open), MaxSessions: int(r.MaxSessions), AssignedAt: r.AssignedAt,
		})
	}
	return c
}

// reason says why the first of those who are free is.
func reason(w want, free []*agent) string {
	first := free[0]
	switch {
	case first.rec.User == w.last:
		return "the visitor's last agent"
	case len(free) == 1:
		return "the only one who is free"
	case len(first.open) < len(free[1].open):
		return "the fewest open sessions"
	case first.rec.AssignedAt < free[1].rec.AssignedAt:
		return "as few open sessions as others, and not given one for longest"
	}
	return "the first by id of those who are equal"
}

// standing says why an agent can get a session, or can't.
func (f *floor) standing(a *agent, w want) string {
	switch {
	case a.rec.User == w.visitor:
		return "is the visitor"
	case !f.serves(a, &w):
		return "not in the skill group"
	case Status(a.rec.Status) != StatusOnline:
		return Status(a.rec.Status).String()
	case !a.connected:
		return "not connected"
	case a.full():
		return "has as many sessions as they may"
	case w.lane.skill != "" && !slices.Contains(a.rec.Skills, w.lane.skill):
		return "in the fallback group"
	}
	return "free"
}
