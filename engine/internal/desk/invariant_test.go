package desk

import (
	"maps"
	"reflect"
	"slices"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// check holds the floor against the rules and against what is stored.
func (s *site) check() {
	s.t.Helper()
	s.must(s.look(func(tx *sequencer.Tx) error { return nil })) // all is on disk
	s.must(s.look(func(tx *sequencer.Tx) error {
		f := s.floor
		s.checkPools(f)
		waiting, offline := 0, 0
		for _, x := range f.sessions {
			s.checkSession(tx, x)
			if x.rec.State == storage.DeskQueued {
				waiting++
			}
			if x.rec.State == storage.DeskOffline {
				offline++
			}
		}
		if n := f.length(); n != waiting {
			s.t.Errorf("%d in lanes, %d wait", n, waiting)
		}
		if f.offline != offline {
			s.t.Errorf("%d are offline, counted %d", offline, f.offline)
		}
		if len(f.byConv) != len(f.sessions) || len(f.byVisitor) != len(f.sessions) {
			s.t.Errorf("%d sessions, %d conversations, %d visitors", len(f.sessions), len(f.byConv), len(f.byVisitor))
		}
		return nil
	}))
	stored := 0
	s.must(s.db.OpenDeskSessions(func(storage.DeskSession) error { stored++; return nil }))
	if stored != len(s.floor.sessions) { // nobody else changes it now
		s.t.Errorf("%d open ones stored, %d on the floor", stored, len(s.floor.sessions))
	}
}

// checkPools builds all pools anew.
func (s *site) checkPools(f *floor) {
	s.t.Helper()
	var free []*agent
	open := 0
	for _, a := range f.agents {
		if a.pooled != a.free() || a.duty != a.onDuty() {
			s.t.Errorf("agent %s: pooled %v, on duty %v", a.rec.User, a.pooled, a.duty)
		}
		if a.free() {
			free = append(free, a)
		}
		for x := range a.open {
			if x.agent != a || f.sessions[x.rec.ID] != x {
				s.t.Errorf("agent %s has %s, which isn't theirs", a.rec.User, x.rec.ID)
			}
		}
		open += len(a.open)
	}
	if n := len(slices.DeleteFunc(slices.Collect(maps.Values(f.agents)), func(a *agent) bool { return !a.onDuty() })); n != f.duty {
		s.t.Errorf("%d on duty, counted %d", n, f.duty)
	}
	slices.SortFunc(free, sooner)
	if !slices.Equal([]*agent(f.anybody), free) {
		s.t.Errorf("%d in the pool of all, %d free", len(f.anybody), len(free))
	}
	for id, g := range f.skills {
		mine := slices.DeleteFunc(slices.Clone(free), func(a *agent) bool { return !slices.Contains(a.rec.Skills, id) })
		if !slices.Equal([]*agent(g.pool), mine) {
			s.t.Errorf("group %s has %d in its pool, %d free", id, len(g.pool), len(mine))
		}
		duty := 0
		for _, a := range f.agents {
			if a.onDuty() && slices.Contains(a.rec.Skills, id) {
				duty++
			}
		}
		if g.duty != duty {
			s.t.Errorf("group %s: %d on duty, counted %d", id, duty, g.duty)
		}
	}
	for _, x := range f.sessions {
		if x.agent != nil {
			open--
		}
	}
	if open != 0 {
		s.t.Errorf("agents have %d more than there are", open)
	}
}

func (s *site) checkSession(tx *sequencer.Tx, x *session) {
	s.t.Helper()
	r := &x.rec
	row, ok, err := s.db.DeskSession(r.ID)
	if s.must(err); !ok || !same(&row, r) {
		s.t.Errorf("stored %+v\nin memory %+v", row, *r)
	}
	v, ok, err := s.db.DeskVisitor(r.Visitor)
	if s.must(err); !ok || v.Open != r.ID || v.LastAgent != x.visitor.LastAgent {
		s.t.Errorf("visitor %+v of session %s", v, r.ID)
	}
	want := append(slices.Clone(r.Watchers), r.Visitor)
	if inCharge(r) {
		want = append(want, r.Agent)
	}
	slices.Sort(want)
	if got := s.members(r.Conv); !slices.Equal(got, want) {
		s.t.Errorf("members of %s are %v, want %v", r.ID, got, want)
	}
	if r.Staff != 0 {
		want = slices.DeleteFunc(want, func(u string) bool { return u == r.Visitor })
		if got := s.members(r.Staff); !slices.Equal(got, want) {
			s.t.Errorf("staff of %s are %v, want %v", r.ID, got, want)
		}
	}
	s.checkDeadlines(x)
	if r.State != storage.DeskQueued {
		return
	}
	if l := s.floor.lanes[x.lane()]; l == nil || !slices.Contains(l.list, x) || !slices.IsSortedFunc(l.list, ahead) {
		s.t.Errorf("session %s isn't in its lane", r.ID)
	}
	for _, a := range s.floor.agents {
		if w := x.want(); a.free() && s.floor.serves(a, &w) && !w.barred(a) {
			s.t.Errorf("session %s waits while %s is free", r.ID, a.rec.User)
		}
	}
}

// checkDeadlines asks for those that the rules ask for, and for no others.
func (s *site) checkDeadlines(x *session) {
	s.t.Helper()
	r, c := &x.rec, &s.cfg
	for _, d := range []struct {
		name string
		at   int64
		want bool
	}{
		{"LostAt", r.LostAt, x.agent != nil && !x.agent.connected && c.AgentGrace > 0},
		{"OfflineAt", r.OfflineAt, r.State == storage.DeskQueued && c.MaxWait > 0},
		{"WarnAt or CloseAt", r.WarnAt + r.CloseAt, r.State == storage.DeskActive && r.Turn == storage.DeskTurnVisitor && c.VisitorSilent > 0 && c.VisitorClose > 0},
	} {
		if (d.at != 0) != d.want {
			s.t.Errorf("session %s, %v, turn %d: %s is %d, wanted %v", r.ID, r.State, r.Turn, d.name, d.at, d.want)
		}
	}
	if waits := r.State == storage.DeskAssigned && c.FirstReply > 0; waits != (r.ReplyAt != 0) {
		s.t.Errorf("session %s has no deadline for the first reply", r.ID)
	}
	if inHeap := x.place != nowhere && s.floor.deadlines[x.place] == x; x.due != x.next() || inHeap != (x.due != 0) {
		s.t.Errorf("session %s: due %d of %d, in the heap %v", r.ID, x.due, x.next(), inHeap)
	}
}

// same compares two records.
func same(a, b *storage.DeskSession) bool {
	x, y := *a, *b
	lists := func(r *storage.DeskSession) [][]string {
		return [][]string{r.Former, r.Excluded, r.Watchers, r.Joined, r.Tags}
	}
	for i, list := range lists(&x) {
		if !slices.Equal(list, lists(&y)[i]) {
			return false
		}
	}
	plain := func(r storage.DeskSession) storage.DeskSession {
		r.Former, r.Excluded, r.Watchers, r.Joined, r.Tags, r.Attributes = nil, nil, nil, nil, nil, nil
		return r
	}
	return string(x.Attributes) == string(y.Attributes) && reflect.DeepEqual(plain(x), plain(y))
}
