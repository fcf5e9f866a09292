package desk

import (
	"cmp"
	"slices"
	"strings"

	"gannet/storage"
)

// model is what the desk should do, told as simply as can be: everything is
// looked through each time, nothing is kept sorted, nothing is stored.
type model struct {
	cfg      Config
	now      int64
	agents   []*modelAgent
	sessions []*modelSession // open ones and closed ones
	last     map[string]string
	fallback map[string]string
	after    map[string]int64
}

type modelAgent struct {
	id     string
	status Status
	on     bool
	max    int
	skills []string
	at     int64
}

type modelSession struct {
	id, visitor, agent, skill, reason string

	state      storage.DeskState
	prio       int32
	order      int
	excluded   []string
	watchers   []string
	joined     []string // of them
	reassigned uint32
	turn       uint8
	spoken     int64
	assignedAt int64
	waited     int64 // until the first agent since it was queued

	queuedAt, lost, reply, warn, close, offline, fallback int64
}

func (m *modelSession) open() bool { return m.state != storage.DeskClosed }

func (m *modelSession) served() bool {
	return m.state == storage.DeskAssigned || m.state == storage.DeskActive
}

func (m *model) agent(id string) *modelAgent {
	for _, a := range m.agents {
		if a.id == id {
			return a
		}
	}
	return nil
}

// openOf is a visitor's open session, or nil.
func (m *model) openOf(visitor string) *modelSession {
	for _, s := range m.sessions {
		if s.open() && s.visitor == visitor {
			return s
		}
	}
	return nil
}

func (m *model) of(agent string) (list []*modelSession) {
	for _, s := range m.sessions {
		if s.served() && s.agent == agent {
			list = append(list, s)
		}
	}
	return list
}

func (m *model) full(a *modelAgent) bool { return a.max > 0 && len(m.of(a.id)) >= a.max }

func (m *model) eligible(a *modelAgent, s *modelSession) bool {
	if a.status != StatusOnline || !a.on || m.full(a) || a.id == s.visitor || slices.Contains(s.excluded, a.id) {
		return false
	}
	return s.skill == "" || slices.Contains(a.skills, s.skill) ||
		m.fallsBack(s) && slices.Contains(a.skills, m.fallback[s.skill])
}

func (m *model) fallsBack(s *modelSession) bool {
	if m.fallback[s.skill] == "" {
		return false
	}
	for _, a := range m.agents {
		if a.status == StatusOnline && a.on && slices.Contains(a.skills, s.skill) && !slices.Contains(s.excluded, a.id) {
			return s.fallback != 0 && s.fallback <= m.now
		}
	}
	return true
}

func (m *model) choose(s *modelSession) (best *modelAgent) {
	for _, a := range m.agents {
		if !m.eligible(a, s) {
			continue
		}
		if a.id == m.last[s.visitor] {
			return a
		}
		if best == nil || cmp.Or(
			cmp.Compare(len(m.of(a.id)), len(m.of(best.id))), cmp.Compare(a.at, best.at), strings.Compare(a.id, best.id)) < 0 {
			best = a
		}
	}
	return best
}

// waiting are those in the queue, in its order.
func (m *model) waiting() (list []*modelSession) {
	for _, s := range m.sessions {
		if s.state == storage.DeskQueued {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *modelSession) int {
		return cmp.Or(cmp.Compare(b.prio, a.prio), cmp.Compare(a.order, b.order))
	})
	return list
}

// match serves the queue until nobody in it can be.
func (m *model) match() {
	for again := true; again; {
		again = false
		for _, s := range m.waiting() {
			a := m.choose(s)
			if a == nil && m.onlyExcluded(s) {
				old := s.excluded
				if s.excluded = nil; m.choose(s) == nil {
					s.excluded = old
				}
				a = m.choose(s)
			}
			if a != nil {
				m.give(s, a)
				again = true
				break
			}
		}
	}
}

// onlyExcluded reports whether nobody on duty could ever get a session but those who
// aren't to.
func (m *model) onlyExcluded(s *modelSession) bool {
	for _, a := range m.agents {
		if a.status != StatusOnline || !a.on || slices.Contains(s.excluded, a.id) {
			continue
		}
		if s.skill == "" || slices.Contains(a.skills, s.skill) || m.fallsBack(s) && slices.Contains(a.skills, m.fallback[s.skill]) {
			return false
		}
	}
	return true
}

func (m *model) give(s *modelSession, a *modelAgent) {
	switch s.state {
	case storage.DeskQueued:
		s.waited = m.now - s.queuedAt
	case storage.DeskOffline:
		s.waited = 0
	}
	s.assignedAt = m.now
	s.state, s.agent, s.turn = storage.DeskAssigned, a.id, storage.DeskTurnAgent
	s.excluded = slices.DeleteFunc(s.excluded, func(id string) bool { return id == a.id })
	s.watchers = slices.DeleteFunc(s.watchers, func(id string) bool { return id == a.id })
	s.joined = slices.DeleteFunc(s.joined, func(id string) bool { return id == a.id })
	s.lost, s.reply, s.warn, s.close, s.offline, s.fallback = 0, after(m.now, m.cfg.FirstReply), 0, 0, 0, 0
	if !a.on {
		s.lost = after(m.now, m.cfg.AgentGrace)
	}
	a.at = m.now
}

func (m *model) enqueue(s *modelSession) {
	s.state, s.agent, s.turn, s.queuedAt = storage.DeskQueued, "", storage.DeskTurnAgent, m.now
	s.lost, s.reply, s.warn, s.close = 0, 0, 0, 0
	s.offline, s.fallback = after(m.now, m.cfg.MaxWait), m.fallbackAt(s)
}

func (m *model) fallbackAt(s *modelSession) int64 {
	if m.fallback[s.skill] == "" || m.after[s.skill] == 0 {
		return 0
	}
	return s.queuedAt + m.after[s.skill]
}

func (m *model) end(s *modelSession, reason string) {
	if s.agent != "" {
		m.last[s.visitor] = s.agent
	}
	s.state, s.reason, s.turn = storage.DeskClosed, reason, storage.DeskTurnNobody
	s.lost, s.reply, s.warn, s.close, s.offline, s.fallback = 0, 0, 0, 0, 0, 0
	s.watchers, s.joined = nil, nil
}

// decide gives a session to an agent because somebody wants it so.
func (m *model) decide(s *modelSession, a *modelAgent) {
	s.reassigned = 0
	m.give(s, a)
}

// offline is how many have left a message.
func (m *model) offline() (n int) {
	for _, s := range m.sessions {
		if s.state == storage.DeskOffline {
			n++
		}
	}
	return n
}

// spare moves all deadlines on after a stop.
func (m *model) spare() {
	for _, s := range m.sessions {
		for _, at := range []*int64{&s.lost, &s.reply, &s.warn, &s.close, &s.offline} {
			if *at != 0 {
				*at = max(*at, after(m.now, m.cfg.AgentGrace))
			}
		}
	}
}

// lose takes a session from an agent who is gone.
func (m *model) lose(s *modelSession) {
	s.reassigned = 0
	if a := m.choose(s); a != nil {
		m.give(s, a)
		return
	}
	s.excluded = nil
	m.enqueue(s)
}

// presence notes that an agent has come or gone.
func (m *model) presence(a *modelAgent, on bool) {
	a.on = on
	for _, s := range m.of(a.id) {
		switch {
		case on:
			s.lost = 0
		case s.lost == 0:
			s.lost = after(m.now, m.cfg.AgentGrace)
		}
	}
}

// due is the session whose deadline has passed first, or nil.
func (m *model) due() (first *modelSession) {
	best := int64(0)
	for _, s := range m.sessions {
		fallback := s.fallback
		if fallback <= m.now { // nothing happens then but that more agents may have it
			fallback = 0
		}
		at := int64(0)
		for _, t := range []int64{s.lost, s.reply, s.warn, s.close, s.offline, fallback} {
			if t != 0 && (at == 0 || t < at) {
				at = t
			}
		}
		if at != 0 && at <= m.now && (first == nil || at < best || at == best && s.order < first.order) {
			first, best = s, at
		}
	}
	return first
}

// settle sees to all that has passed, and to the queue.
func (m *model) settle(now int64) {
	m.now = now
	m.match()
	for s := m.due(); s != nil; s = m.due() {
		m.overdue(s)
		m.match()
	}
}

func (m *model) overdue(s *modelSession) {
	passed := func(at int64) bool { return at != 0 && at <= m.now }
	switch {
	case passed(s.lost):
		m.lose(s)
	case passed(s.reply):
		m.unanswered(s)
	case passed(s.close):
		m.end(s, ReasonSilent)
	case passed(s.warn):
		s.warn, s.close = 0, after(m.now, m.cfg.VisitorClose)
	case passed(s.offline) && m.offline() >= m.cfg.MaxOffline:
		m.end(s, ReasonUnserved)
	case passed(s.offline):
		s.state, s.offline, s.fallback = storage.DeskOffline, 0, 0
	}
}

func (m *model) unanswered(s *modelSession) {
	if s.reassigned < 2 {
		old := s.excluded
		s.excluded = append(slices.Clone(old), s.agent)
		if a := m.choose(s); a != nil {
			s.reassigned++
			m.give(s, a)
			return
		}
		s.excluded = old
	}
	s.reply = after(m.now, m.cfg.FirstReply)
}

// said notes a message.
func (m *model) said(s *modelSession, user string) {
	recent := 0 <= m.now-s.spoken && m.now-s.spoken < spokenStep
	switch {
	case user == s.visitor:
		if s.turn == storage.DeskTurnAgent && s.warn+s.close == 0 && recent {
			return
		}
		s.turn, s.spoken, s.warn, s.close = storage.DeskTurnAgent, m.now, 0, 0
	case s.served() && user == s.agent || slices.Contains(s.watchers, user):
		if s.state != storage.DeskAssigned && s.turn == storage.DeskTurnVisitor && s.close == 0 && recent {
			return
		}
		s.turn, s.spoken = storage.DeskTurnVisitor, m.now
		if s.served() {
			s.state, s.reply, s.warn, s.close = storage.DeskActive, 0, after(m.now, m.cfg.VisitorSilent), 0
		}
	}
}
