package desk

import (
	"errors"
	"slices"
	"sync"
)

// A recorder keeps what the clients of a simulation did and were told. Any
// goroutine may use it.
type recorder struct {
	findings

	lock   sync.Mutex
	sent   []sentMessage
	visits []visit
	claims map[claim]bool
	skills map[string]string // asked for, by session
	counts map[string]int    // of what happened, for the table
	denied []denial          // what agents were refused
	notes  map[string]int    // that were answered, by session
}

func newRecorder() *recorder {
	return &recorder{claims: make(map[claim]bool), skills: make(map[string]string), counts: make(map[string]int), notes: make(map[string]int)}
}

// said notes a message that was answered.
func (r *recorder) said(m sentMessage) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.sent = append(r.sent, m)
	r.counts["messages"]++
}

func (r *recorder) visited(v visit) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.visits = append(r.visits, v)
}

// claiming notes that an agent is about to take a session.
func (r *recorder) claiming(c claim) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.claims[c] = true
}

// asks notes the skill that a session was opened for.
func (r *recorder) asks(session, skill string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if _, opened := r.skills[session]; !opened {
		r.skills[session] = skill
	}
}

// asked is the skill that a session was opened for: a list shows the one that it was
// handed on to.
func (r *recorder) asked(session string) string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.skills[session]
}

func (r *recorder) count(what string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.counts[what]++
}

// deny notes that an agent was told that a session is not its own.
func (r *recorder) deny(d denial) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.denied = append(r.denied, d)
}

// noted counts a note that was answered.
func (r *recorder) noted(session string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.notes[session]++
}

// over is how many visits are.
func (r *recorder) over() int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.visits)
}

// refusedFor reports whether an error is a refusal, for one of these reasons.
func refusedFor(err error, reasons ...string) bool {
	no, ok := errors.AsType[*refusal](err)
	return ok && slices.Contains(reasons, no.reason)
}

// unexpected notes a refusal that is for none of these reasons.
func (r *recorder) unexpected(err error, session, what string, reasons ...string) {
	if no, ok := errors.AsType[*refusal](err); ok && !slices.Contains(reasons, no.reason) {
		r.add(kindRefused, session, "%s: %v", what, no)
	}
}

// sessionClosed is the refusal that a visitor may meet: a session stays the
// visitor's own, whatever becomes of it.
const sessionClosed = "session_closed"

// What may be answered to one of the staff whom a change has overtaken: the session
// was closed, given away, or taken by another one.
var (
	overtaken = append([]string{"conflict"}, notYours...)
	notYours  = []string{sessionClosed, "not_member", "not_found", "forbidden"}
)
