package desk

import (
	"sync/atomic"
	"time"
)

// Histogram takes observations, each in seconds.
type Histogram interface{ Observe(seconds float64) }

// Times are where the desk puts what it measures; nil ones are left out. They are
// called on the sequencer goroutine and must not block.
type Times struct {
	Wait          Histogram // from entering the queue to an agent
	FirstResponse Histogram // from entering the queue to the agent's first message
	Handling      Histogram // from the assignment to the end
}

// Counts are what the desk has counted since the start. They only rise.
type Counts struct {
	Opened     uint64            // sessions
	Assigned   uint64            // times that a session got an agent, each transfer and claim too
	Reassigned uint64            // times that one got another agent as the first didn't answer or went away
	Lost       uint64            // times that one lost its agent, who went away and didn't come back
	Offline    uint64            // sessions that nobody came to in time
	Abandoned  uint64            // visitors who left before an agent came
	Closed     map[string]uint64 // by reason; every one of Reasons is there
	Ratings    [5]uint64         // with one star to five
}

// figures count what happens at the desk. The sequencer goroutine counts; Counts
// may be read by any.
type figures struct {
	times     Times
	openings  atomic.Uint64
	assigns   atomic.Uint64
	reassigns atomic.Uint64
	losses    atomic.Uint64
	offlines  atomic.Uint64
	abandons  atomic.Uint64
	closings  [len(reasons)]atomic.Uint64
	ratings   [5]atomic.Uint64
	gauged    gauged
}

// Why a session was closed.
const (
	ReasonAgent      = "agent"      // by its agent
	ReasonVisitor    = "visitor"    // left after an agent had come
	ReasonAbandoned  = "abandoned"  // left before one had
	ReasonUnserved   = "unserved"   // nobody came, and too many had left a message already
	ReasonSilent     = "silent"     // said nothing for too long
	ReasonSupervisor = "supervisor" // by a supervisor
	ReasonBackend    = "backend"    // by the site's backend
	ReasonMerged     = "merged"     // its visitor turned out to have another one
)

// reasons are all of them, in the order of the documentation.
var reasons = [...]string{
	ReasonAgent, ReasonVisitor, ReasonAbandoned, ReasonUnserved, ReasonSilent, ReasonSupervisor, ReasonBackend, ReasonMerged,
}

// Reasons lists the words that say why a session was closed.
func Reasons() []string { return reasons[:] }

// opened counts a new session.
func (f *figures) opened() { f.openings.Add(1) }

// assigned counts a session that got an agent after waiting so long.
func (f *figures) assigned(waited time.Duration) {
	f.assigns.Add(1)
	observe(f.times.Wait, waited)
}

// reassigned counts one that got another agent as the first didn't answer or went
// away. It is an assignment too.
func (f *figures) reassigned() { f.reassigns.Add(1) }

// lost counts a session whose agent went away and didn't come back in time.
func (f *figures) lost() { f.losses.Add(1) }

// offline counts one that nobody came to in time, or that came outside hours.
func (f *figures) offline() { f.offlines.Add(1) }

// replied takes how long a visitor waited for the first message of an agent.
func (f *figures) replied(after time.Duration) { observe(f.times.FirstResponse, after) }

// closed counts the end of a session. Handled is how long agents had it, 0 where
// none did.
func (f *figures) closed(reason string, handled time.Duration) {
	for i := range reasons {
		if reasons[i] == reason {
			f.closings[i].Add(1)
		}
	}
	if reason == ReasonAbandoned {
		f.abandons.Add(1)
	}
	if handled > 0 {
		observe(f.times.Handling, handled)
	}
}

// rated counts a rating of 1 to 5 stars.
func (f *figures) rated(stars uint8) {
	if 1 <= stars && int(stars) <= len(f.ratings) {
		f.ratings[stars-1].Add(1)
	}
}

func observe(h Histogram, d time.Duration) {
	if h != nil {
		h.Observe(max(d, 0).Seconds())
	}
}

// Counts returns what was counted since the start.
func (d *Desk) Counts() Counts { return d.figures.counts() }

func (f *figures) counts() Counts {
	c := Counts{
		Opened: f.openings.Load(), Assigned: f.assigns.Load(), Reassigned: f.reassigns.Load(), Lost: f.losses.Load(),
		Offline: f.offlines.Load(), Abandoned: f.abandons.Load(), Closed: make(map[string]uint64, len(reasons)),
	}
	for i, reason := range reasons {
		c.Closed[reason] = f.closings[i].Load()
	}
	for i := range c.Ratings {
		c.Ratings[i] = f.ratings[i].Load()
	}
	return c
}
