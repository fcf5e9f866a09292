package desk

import (
	"cmp"
	"fmt"
	"slices"
)

// A replay plays the transcripts of all sessions through again, in the order of
// the server's log.
type replay struct {
	*judgement
	h       *history
	seats   map[string]*seat // by session
	waiting map[*seat]bool
	load    map[string]int    // open sessions, by agent
	last    map[string]string // agent whom a visitor had when the last session ended
	tenures []tenure
}

// A seat is where a session is at a moment of the replay.
type seat struct {
	session *sessionRecord
	skill   string
	holder  string          // its agent
	since   int64           // when the agent was given it
	held    map[string]bool // agents who have had it
	lost    string          // the agent who was lost, until somebody else has it or it waits
	given   string          // the agent to whom it is being transferred
	joined  map[string]bool // who else takes part
	first   *entry          // its first event; nil: none yet
	waiting bool
	offline bool
	over    bool
	reason  string // of its end
}

func (t *seat) String() string {
	switch {
	case t.over:
		return fmt.Sprintf("closed (%s)", t.reason)
	case t.offline:
		return "offline"
	case t.waiting:
		return "queued"
	case t.holder != "":
		return t.holder + "'s"
	}
	return "nobody's"
}

func newReplay(h *history, j *judgement) *replay {
	r := &replay{
		judgement: j, h: h, seats: make(map[string]*seat), waiting: make(map[*seat]bool),
		load: make(map[string]int), last: make(map[string]string),
	}
	for _, s := range h.sessions {
		r.seats[s.ID] = &seat{session: s, skill: s.Skill, held: make(map[string]bool), joined: make(map[string]bool)}
	}
	return r
}

// run plays all entries.
func (r *replay) run() {
	type step struct {
		seat  *seat
		entry *entry
	}
	var steps []step
	for _, s := range r.h.sessions {
		for i := range s.Entries {
			steps = append(steps, step{r.seats[s.ID], &s.Entries[i]})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.entry.ID, b.entry.ID) })
	for _, s := range steps {
		r.play(s.seat, s.entry)
	}
	for _, t := range r.seats {
		r.leave(t, 0)
	}
}

func (r *replay) play(t *seat, e *entry) {
	if t.over {
		r.add(kindAfterClose, t.session.ID, "%s of %s at seq %d", cmp.Or(e.Event, "message"), e.From, e.Seq)
		return
	}
	if e.Event == "" {
		r.wrote(t, e)
		return
	}
	if t.first == nil {
		t.first = e
	}
	switch e.Event {
	case eventQueued:
		r.release(t, e)
		r.wait(t, true)
		t.lost = ""
	case eventAssigned:
		r.assign(t, e)
	case eventTransferred:
		r.release(t, e)
		if t.given = e.Agent; e.Reason == reasonUnanswered {
			t.given = "" // the desk has chosen
		}
		if e.Skill != "" {
			t.skill = e.Skill
		}
	case eventLost:
		r.lose(t, e)
	case eventJoined:
		t.joined[e.User] = true
	case eventOffline:
		r.release(t, e)
		t.offline = true
	case eventClosed:
		if t.holder != "" {
			r.last[t.session.Visitor] = t.holder
		}
		r.release(t, e)
		t.over, t.reason = true, e.Reason
	}
}

// release takes a session from who has it, be it the queue.
func (r *replay) release(t *seat, e *entry) {
	r.leave(t, e.Time)
	if t.holder != "" {
		r.load[t.holder]--
		t.holder = ""
	}
	t.offline = false
	r.wait(t, false)
}

// leave notes that an agent had a session until then (0: it still has it).
func (r *replay) leave(t *seat, at int64) {
	if t.holder != "" {
		r.tenures = append(r.tenures, tenure{t.session.ID, t.holder, span{t.since, at}})
	}
}

func (r *replay) wait(t *seat, waiting bool) {
	t.waiting = waiting
	if waiting {
		r.waiting[t] = true
		return
	}
	delete(r.waiting, t)
}

// lose: an agent's sessions are taken away when it is gone for long.
func (r *replay) lose(t *seat, e *entry) {
	if a := r.h.agents[t.holder]; a != nil && within(a.here, e.Time) {
		r.add(kindTooSoon, t.session.ID, "%s lost it at %d, and was there: %v", a.user, e.Time, a.here)
	}
	t.lost = t.holder
	r.release(t, e)
}

// wrote: only who takes part writes.
func (r *replay) wrote(t *seat, e *entry) {
	if e.From != t.holder && !t.session.isVisitor(e.From) && !t.joined[e.From] {
		r.add(kindForeign, t.session.ID, "%s wrote at seq %d, when it was %s", e.From, e.Seq, t)
	}
}

// assign gives a session to an agent, and judges that.
func (r *replay) assign(t *seat, e *entry) {
	a := r.h.agents[e.Agent]
	if a == nil {
		r.add(kindMismatch, t.session.ID, "it was given to %q, who is no agent", e.Agent)
		return
	}
	r.assigned++
	r.judgeAssignment(t, a, e)
	r.release(t, e)
	r.load[a.user]++
	t.holder, t.since, t.lost, t.given = a.user, e.Time, "", ""
	t.held[a.user] = true
}
