package desk

import (
	"slices"

	"gannet/storage"
)

// floor is all that the desk decides by: who works, who waits and what is open.
// It belongs to the sequencer goroutine.
type floor struct {
	agents map[string]*agent
	skills map[string]*skill

	supervisors map[string]*agent

	anybody pool // every agent who may take one more session
	duty    int  // how many agents are on duty, whatever they have to do
	lanes   map[laneKey]*lane

	sessions  map[string]*session // open ones
	byConv    map[uint64]*session
	byVisitor map[string]*session
	deadlines deadlines

	order   uint64 // the last that was given in the queue
	offline int    // sessions whose visitors have left a message
	stir    bool   // somebody who waits may have an agent now
}

// skill is a group of agents who know something.
type skill struct {
	rec  storage.DeskSkill
	pool pool
	duty int // how many of its agents are on duty, whatever they have to do
}

func newFloor() *floor {
	return &floor{
		agents: make(map[string]*agent), supervisors: make(map[string]*agent), skills: make(map[string]*skill), lanes: make(map[laneKey]*lane),
		sessions: make(map[string]*session), byConv: make(map[uint64]*session), byVisitor: make(map[string]*session),
	}
}

// open takes in a session that isn't there yet.
func (f *floor) open(s *session, now int64) {
	f.sessions[s.rec.ID], f.byConv[s.rec.Conv], f.byVisitor[s.rec.Visitor] = s, s, s
	s.place = nowhere
	s.fallen = fallen(&s.rec, now)
	if f.count(&s.rec, 1); s.rec.State == storage.DeskQueued {
		f.enqueue(s)
	}
	f.seat(s)
}

// replace changes an open session, and lets go of it if it is closed now. It
// reports whether agents are to hear of it: of the queue, or how many have left a
// message.
func (f *floor) replace(s *session, rec storage.DeskSession, now int64) (moved bool) {
	fallen, before := fallen(&rec, now), f.offline
	stays := s.rec.State == storage.DeskQueued && rec.State == storage.DeskQueued && s.sameSeat(&rec, fallen)
	if !stays && s.rec.State == storage.DeskQueued {
		f.unqueue(s)
		moved = true
	}
	f.unseat(s, &rec)
	if !rec.IsOpen() || rec.Visitor != s.rec.Visitor {
		delete(f.byVisitor, s.rec.Visitor)
	}
	f.count(&s.rec, -1)
	f.count(&rec, 1)
	s.rec, s.fallen = rec, fallen
	if !rec.IsOpen() {
		delete(f.sessions, rec.ID)
		delete(f.byConv, rec.Conv)
		f.deadlines.set(s, 0)
		return moved || f.offline != before
	}
	f.byVisitor[rec.Visitor] = s
	if !stays && rec.State == storage.DeskQueued {
		f.enqueue(s)
		moved = true
	}
	f.seat(s)
	return moved || f.offline != before
}

// sameSeat reports whether a change leaves a session where it is in the queue: what
// a visitor who waits writes is no reason to look at all who wait.
func (s *session) sameSeat(rec *storage.DeskSession, fallen bool) bool {
	return s.fallen == fallen && s.rec.Skill == rec.Skill && s.rec.Priority == rec.Priority && s.rec.Order == rec.Order &&
		s.rec.QueuedAt == rec.QueuedAt && slices.Equal(s.rec.Excluded, rec.Excluded)
}

// fallen reports whether a session has waited so long that its fallback group
// helps.
func fallen(r *storage.DeskSession, now int64) bool { return r.FallbackAt != 0 && r.FallbackAt <= now }

// count adds to how many have left a message.
func (f *floor) count(r *storage.DeskSession, n int) {
	if r.State == storage.DeskOffline {
		f.offline += n
	}
}

// unseat takes a session from an agent who will not have it any more.
func (f *floor) unseat(s *session, rec *storage.DeskSession) {
	if a := s.agent; a != nil && (!inCharge(rec) || rec.Agent != a.rec.User) {
		f.reseat(a, func() { delete(a.open, s) })
		s.agent = nil
	}
}

// seat gives a session to the agent who has it, and its deadlines to the heap.
func (f *floor) seat(s *session) {
	if inCharge(&s.rec) && s.agent == nil {
		if a := f.agents[s.rec.Agent]; a != nil {
			f.reseat(a, func() { a.open[s] = struct{}{} })
			s.agent = a
		}
	}
	f.deadlines.set(s, s.next())
}

// inCharge reports whether a session's agent has it now.
func inCharge(r *storage.DeskSession) bool {
	return r.State == storage.DeskAssigned || r.State == storage.DeskActive
}

// skillsWaitedFor are the skill groups that somebody waits for, by id.
func (f *floor) skillsWaitedFor() []string {
	skills := make([]string, 0, len(f.lanes))
	for key := range f.lanes {
		skills = append(skills, key.skill)
	}
	slices.Sort(skills)
	return slices.Compact(skills)
}
