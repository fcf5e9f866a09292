package desk

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// pool has agents in the order in which they are to be given sessions: the fewest
// open ones first, then who wasn't given one for longest, then by id. What the
// order goes by may change only while an agent is in none: see floor.reseat.
type pool []*agent

func sooner(a, b *agent) int {
	return cmp.Or(
		cmp.Compare(len(a.open), len(b.open)),
		cmp.Compare(a.rec.AssignedAt, b.rec.AssignedAt),
		strings.Compare(a.rec.User, b.rec.User),
	)
}

func (p *pool) insert(a *agent) {
	i, _ := slices.BinarySearchFunc(*p, a, sooner)
	*p = slices.Insert(*p, i, a)
}

func (p *pool) remove(a *agent) {
	if i, ok := slices.BinarySearchFunc(*p, a, sooner); ok {
		*p = slices.Delete(*p, i, i+1)
	}
}

// reseat changes what the pools go by of an agent.
func (f *floor) reseat(a *agent, change func()) {
	free, duty := a.pooled, a.duty
	f.leave(a)
	change()
	f.enter(a)
	if a.pooled && !free || duty && !a.duty { // a place, or a group that falls back
		f.stir = true
	}
}

// leave takes an agent out of all pools.
func (f *floor) leave(a *agent) {
	if a.pooled {
		f.anybody.remove(a)
	}
	if a.duty {
		f.duty--
	}
	for g := range f.groups(a) {
		if a.pooled {
			g.pool.remove(a)
		}
		if a.duty {
			g.duty--
		}
	}
	a.pooled, a.duty = false, false
}

// enter puts an agent into the pools where they belong.
func (f *floor) enter(a *agent) {
	a.pooled, a.duty = a.free(), a.onDuty()
	if a.pooled {
		f.anybody.insert(a)
	}
	if a.duty {
		f.duty++
	}
	for g := range f.groups(a) {
		if a.pooled {
			g.pool.insert(a)
		}
		if a.duty {
			g.duty++
		}
	}
}

// groups are the skill groups that an agent is in.
func (f *floor) groups(a *agent) iter.Seq[*skill] {
	return func(yield func(*skill) bool) {
		for _, id := range a.rec.Skills {
			if g := f.skills[id]; g != nil && !yield(g) {
				return
			}
		}
	}
}
