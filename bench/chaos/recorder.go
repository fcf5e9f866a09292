package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"gannet/bench/checker"
)

// maxFindings is how many findings of a campaign are kept word for word.
const maxFindings = 50

// A recorder writes down what happens in a campaign, all clients by one clock.
type recorder struct {
	mu        sync.Mutex
	start     time.Time
	events    []checker.Event
	ops       uint64
	conns     uint64
	found     int                 // how many findings there were
	findings  []checker.Violation // the first of them
	recovered *recovery           // who waits for a send to be answered
	asked     []question          // whose answers won't come
}

// question is an operation without an answer.
type question struct {
	event int      // its outcome, as a place in the events
	of    *address // the server that was asked
}

// recovery is the wait for the answer to a send that was begun after a fault.
type recovery struct {
	after int64
	done  chan time.Duration // holds one
}

// operation is what a client has begun and waits to be answered.
type operation struct{ event checker.Event }

func newRecorder() *recorder { return &recorder{start: time.Now()} }

// now is the time on the history's clock.
func (r *recorder) now() int64 { return time.Since(r.start).Nanoseconds() }

// connection numbers a connection.
func (r *recorder) connection() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns++
	return r.conns
}

// invoke notes that an operation begins. It must be called before a byte of it
// leaves.
func (r *recorder) invoke(e checker.Event) operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops++
	e.Op, e.Phase = r.ops, checker.Invoke
	r.note(&e)
	return operation{e}
}

// ok notes the answer to an operation; answer holds its fields.
func (r *recorder) ok(op operation, answer checker.Event) {
	e := op.event
	e.Phase = checker.OK
	e.Seq, e.ID, e.HasMore, e.Entries = answer.Seq, answer.ID, answer.HasMore, answer.Entries
	e.After = max(e.After, answer.After)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(&e)
	if w := r.recovered; w != nil && e.Verb == checker.Send && op.event.At > w.after {
		w.done <- time.Duration(e.At - w.after)
		r.recovered = nil
	}
}

// fail notes that an operation was refused, with the server's word for it.
func (r *recorder) fail(op operation, reason string) {
	e := op.event
	e.Phase, e.Reason = checker.Fail, reason
	r.add(e)
}

// unknown notes that no answer to an operation will come from a server; nil: none
// was asked.
func (r *recorder) unknown(op operation, of *address) {
	e := op.event
	e.Phase = checker.Unknown
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(&e)
	if of != nil {
		r.asked = append(r.asked, question{len(r.events) - 1, of})
	}
}

// push notes an entry that the server sent by itself, and that came at a time.
func (r *recorder) push(user string, conn uint64, conv string, p pushed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, checker.Event{
		At: p.at, User: user, Conn: conn, Phase: checker.Push, Verb: checker.Deliver, Conv: conv, Entries: []checker.Entry{p.entry},
	})
}

// pushed is an entry and when it came.
type pushed struct {
	at    int64
	entry checker.Entry
}

func (r *recorder) add(e checker.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(&e)
}

func (r *recorder) note(e *checker.Event) {
	e.At = r.now()
	r.events = append(r.events, *e)
}

// find notes something that must not be and that the history doesn't tell.
func (r *recorder) find(kind, conv, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.found++; len(r.findings) < maxFindings {
		r.findings = append(r.findings, checker.Violation{Kind: kind, Conv: conv, Detail: fmt.Sprintf(format, args...)})
	}
}

// awaitSend returns a channel that gets the time from now until a send is
// answered that was begun after now.
func (r *recorder) awaitSend() <-chan time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recovered = &recovery{after: r.now(), done: make(chan time.Duration, 1)}
	return r.recovered.done
}

// history returns everything in the order in which it happened, when all is over.
func (r *recorder) history() []checker.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.asked {
		r.events[q.event].Over = q.of.gone
	}
	r.asked = nil
	slices.SortStableFunc(r.events, func(a, b checker.Event) int { return cmp.Compare(a.At, b.At) })
	return r.events
}
