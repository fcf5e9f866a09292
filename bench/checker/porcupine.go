package checker

import (
	"time"

	"github.com/anishathalye/porcupine"
)

// Verdict is what Linearizable finds.
type Verdict string

// TimedOut says that the time didn't suffice: neither was shown.
const (
	Linear    Verdict = "linear"
	NotLinear Verdict = "not linear"
	TimedOut  Verdict = "timed out"
)

// Linearizable reports whether one conversation of a history could have been
// served one step after another, each while its operation was under way: a send
// puts its message at the end, at the latest when somebody knew of it; a page
// shows what is there. It looks at order and time only. The search may be exponential: it is for small histories. It gives
// up after timeout; 0 is none.
func Linearizable(events []Event, conv string, timeout time.Duration) Verdict {
	v := newVerdict()
	for _, c := range split(events, pair(events, v)) {
		if c.name != conv || !c.readLog(v) {
			continue
		}
		c.claim(v)
		c.learn()
		steps, ok := c.steps()
		if !ok || !v.report.OK() {
			return NotLinear
		}
		return search(steps, timeout)
	}
	if v.report.OK() {
		return Linear // nothing was said in it
	}
	return NotLinear
}

func search(steps []porcupine.Operation, timeout time.Duration) Verdict {
	switch porcupine.CheckOperationsTimeout(model, steps, timeout) {
	case porcupine.Ok:
		return Linear
	case porcupine.Illegal:
		return NotLinear
	}
	return TimedOut
}

// A step puts an entry at a place, or sees how long the log is.
type step struct {
	put       uint64 // the place; 0: it sees
	low, high uint64 // between these the log is long
}

// model is a log of which only the length changes: which entry is at which place
// is known, for every client was told the same.
var model = porcupine.Model{
	Init: func() any { return uint64(0) },
	Step: func(state, input, _ any) (bool, any) {
		length, s := state.(uint64), input.(step)
		if s.put == 0 {
			return s.low <= length && length <= s.high, length
		}
		return s.put == length+1, length + 1
	},
}

// steps translates a conversation. ok is false where what was shown or answered
// isn't what the log has.
func (c *conversation) steps() (all []porcupine.Operation, ok bool) {
	for i := range c.views {
		w := &c.views[i]
		for j := range w.entries {
			if !c.log.has(&w.entries[j]) {
				return nil, false
			}
		}
		if s := c.sees(w); w.verb != Deliver {
			all = append(all, porcupine.Operation{Input: s, Call: w.begun, Return: w.at})
		}
	}
	for _, m := range c.messages {
		if !c.agrees(m) {
			return nil, false
		}
	}
	begun := int64(0)
	for i, seq := range c.log.order {
		if m := c.owners[seq]; m != nil {
			begun = max(begun, m.begun(c.name))
		}
		known := c.known.reached(seq)
		if seq != uint64(i)+1 || begun > known {
			return nil, false
		}
		all = append(all, porcupine.Operation{Input: step{put: seq}, Call: begun, Return: known})
	}
	return all, true
}

// agrees reports whether a message is there at most once, and where it was
// answered to be.
func (c *conversation) agrees(m *message) bool {
	in := m.in(c.name)
	for _, o := range m.effective(c.name) {
		if o.phase == OK && (len(in) == 0 || o.answer.Seq != in[0] || o.answer.ID != c.log.entries[in[0]].ID) {
			return false
		}
	}
	return len(in) == 0 || len(in) == 1 && !m.refused(c.name)
}

// sees is how long the log must have been for a page to be as it is.
func (c *conversation) sees(w *view) step {
	s := step{low: c.highest(w), high: none}
	since, sure := c.membership(w.user).in(w.begun, w.at)
	if !sure || since >= 0 && len(w.entries) == 0 || w.hasMore && (!w.backwards() || len(w.entries) == 0) {
		return s
	}
	if w.before == 0 || s.low+1 < w.before {
		s.high = max(s.low, w.after)
	}
	return s
}

// none is a place that no entry has.
const none = ^uint64(0)
