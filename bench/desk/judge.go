package desk

import "slices"

// judgement is what the judge says of a history.
type judgement struct {
	findings
	assigned int // assignments
	compared int // assignments that were compared with those of at least one equal agent
	widest   int // largest difference of load that such an assignment left
	overtook int // assignments at which others waited
	absences int // of agents, that were long enough to see whether they lose their sessions
}

// judge says what is wrong with a history.
func judge(h *history) *judgement {
	j := &judgement{}
	r := newReplay(h, j)
	r.run()
	for _, s := range h.sessions {
		j.judgeEnd(r.seats[s.ID])
		j.judgeEntries(s)
	}
	j.judgeAgents(h, r)
	j.judgeTenures(h, r.tenures)
	j.judgeNotes(h)
	j.judgeSent(h)
	j.judgeVisits(h)
	return j
}

// judgeEnd holds a session's record against its transcript.
func (j *judgement) judgeEnd(t *seat) {
	s := t.session
	switch s.State {
	case stateQueued:
		if !t.waiting || s.Position < 1 {
			j.add(kindOwnerless, s.ID, "it is queued at position %d; by the transcript it is %s", s.Position, t)
		}
	case stateAssigned, stateActive:
		switch {
		case s.Agent == "":
			j.add(kindOwnerless, s.ID, "it is %s to nobody; by the transcript it is %s", s.State, t)
		case s.Agent != t.holder:
			j.add(kindMismatch, s.ID, "it is %s's; by the transcript it is %s", s.Agent, t)
		}
	case stateOffline:
		if !t.offline {
			j.add(kindMismatch, s.ID, "it is offline; by the transcript it is %s", t)
		}
	case stateClosed:
		if !t.over || t.reason != s.Reason {
			j.add(kindMismatch, s.ID, "it is closed (%s); by the transcript it is %s", s.Reason, t)
		}
	default:
		j.add(kindMismatch, s.ID, "its state is %q", s.State)
	}
}

// judgeOrder looks at the order of what is said in a conversation: nothing is
// missing, and nothing stands there twice.
func (j *judgement) judgeOrder(session string, list []entry) {
	var before entry
	for _, e := range list {
		if e.ID <= before.ID || e.Seq != before.Seq+1 {
			j.add(kindDisorder, session, "entry %d (seq %d) stands behind entry %d (seq %d)", e.ID, e.Seq, before.ID, before.Seq)
		}
		before = e
	}
}

// judgeNotes: those that were answered are there, and none is the visitor's.
func (j *judgement) judgeNotes(h *history) {
	for _, s := range h.sessions {
		j.judgeOrder(s.ID, s.Notes)
		notes := 0
		for _, e := range s.Notes {
			if s.isVisitor(e.From) {
				j.add(kindForeign, s.ID, "%s is the visitor and wrote among the notes at seq %d", e.From, e.Seq)
			}
			if e.Event == "" {
				notes++
			}
		}
		if wrote := h.notes[s.ID]; notes < wrote {
			j.add(kindMessageLost, s.ID, "%d notes were answered; the transcript has %d", wrote, notes)
		}
	}
}

// judgeEntries looks at the order of a transcript, and at whether an agent who
// closed the session has said anything.
func (j *judgement) judgeEntries(s *sessionRecord) {
	j.judgeOrder(s.ID, s.Entries)
	answered := false
	for _, e := range s.Entries {
		answered = answered || e.Event == "" && !s.isVisitor(e.From)
	}
	if s.Reason == reasonAgent && !answered {
		j.add(kindUnserved, s.ID, "an agent closed it without a word")
	}
}

// judgeAgents compares the list of agents with the sessions that are open.
func (j *judgement) judgeAgents(h *history, r *replay) {
	for _, a := range h.agents {
		if load := r.load[a.user]; a.sessions != load {
			j.add(kindMismatch, "", "the list gives %s %d sessions; by the transcripts they are %d", a.user, a.sessions, load)
		}
	}
}

// judgeSent looks for the messages that were answered.
func (j *judgement) judgeSent(h *history) {
	type place struct {
		session string
		id      uint64
	}
	type sender struct{ session, from string }
	found := make(map[place]entry)
	for _, s := range h.sessions {
		for _, e := range s.Entries {
			if e.Event == "" {
				found[place{s.ID, e.ID}] = e
			}
		}
	}
	last := make(map[sender]uint64)
	for _, m := range h.sent {
		e, ok := found[place{m.session, m.id}]
		if !ok || e.Text != m.text || e.Seq != m.seq || e.From != m.from {
			j.add(kindMessageLost, m.session, "%q of %s was answered with id %d, seq %d; the transcript has %+v", m.text, m.from, m.id, m.seq, e)
		}
		who := sender{m.session, m.from}
		if m.id <= last[who] {
			j.add(kindDisorder, m.session, "%q of %s has id %d, the one before it %d", m.text, m.from, m.id, last[who])
		}
		last[who] = m.id
	}
	j.judgeDoubled(h)
}

// judgeDoubled: every message of the simulation has a text of its own.
func (j *judgement) judgeDoubled(h *history) {
	seen := make(map[string]uint64)
	for _, s := range h.sessions {
		for _, e := range s.Entries {
			if e.Event != "" || e.Text == "" {
				continue
			}
			if first, again := seen[e.Text]; again {
				j.add(kindDisorder, s.ID, "%q of %s is there twice: ids %d and %d", e.Text, e.From, first, e.ID)
			}
			seen[e.Text] = e.ID
		}
	}
}

// judgeVisits: every visitor was told how it ended, or still waits or is served.
func (j *judgement) judgeVisits(h *history) {
	byID := make(map[string]*sessionRecord)
	for _, s := range h.sessions {
		byID[s.ID] = s
	}
	for _, v := range h.visits {
		s := byID[v.session]
		switch {
		case v.session == "":
			j.add(kindTurnedAway, "", "%s could not open a session", v.visitor)
		case s == nil:
			j.add(kindMismatch, v.session, "%s opened it, and it is in no list", v.visitor)
		default:
			j.judgeTold(v, s)
		}
	}
}

func (j *judgement) judgeTold(v visit, s *sessionRecord) {
	ok := false
	switch v.told {
	case "":
		ok = s.State != stateClosed && s.State != stateOffline
	case stateOffline: // an agent may have taken it up later
		ok = slices.ContainsFunc(s.Entries, func(e entry) bool { return e.Event == eventOffline })
	default:
		ok = s.State == stateClosed && v.told == "closed "+s.Reason
	}
	if !ok {
		j.add(kindUntold, s.ID, "it is %s (%s), and %s was told %q", s.State, s.Reason, v.visitor, v.told)
	}
}
