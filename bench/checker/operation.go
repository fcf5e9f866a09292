package checker

import "math"

// never is the end of what has none.
const never = math.MaxInt64

// An operation is an invoke with its outcome.
type operation struct {
	ask, answer  *Event // answer is nil where none is in the history
	asked, ended int    // their places in the history; ended is asked where there is no answer
	phase        Phase  // OK, Fail or Unknown
	begun, done  int64  // by done it has had its effect, or never will; never where that isn't known
}

// pair joins invokes with their outcomes, in the order of the invokes.
func pair(events []Event, v *verdict) []*operation {
	var all []*operation
	byOp := make(map[uint64]*operation)
	for i := range events {
		e := &events[i]
		if e.Phase != Invoke {
			continue
		}
		if first := byOp[e.Op]; first != nil {
			v.add(Malformed, e.Conv, i, []int{first.asked, i}, "operation %d was invoked twice", e.Op)
			continue
		}
		o := &operation{ask: e, asked: i, ended: i, phase: Unknown, begun: e.At, done: never}
		byOp[e.Op] = o
		all = append(all, o)
	}
	for i := range events {
		if e := &events[i]; e.Phase != Invoke && e.Phase != Push {
			byOp[e.Op].end(e, i, v)
		}
	}
	return all
}

// end gives an operation its outcome.
func (o *operation) end(e *Event, i int, v *verdict) {
	switch {
	case o == nil:
		v.add(Malformed, e.Conv, i, []int{i}, "an outcome of operation %d, which was never invoked", e.Op)
	case o.answer != nil:
		v.add(Malformed, e.Conv, i, []int{o.ended, i}, "two outcomes of operation %d", e.Op)
	case o.ask.Verb != e.Verb || o.ask.User != e.User || o.ask.Conv != e.Conv:
		v.add(Malformed, e.Conv, i, []int{o.asked, i}, "the outcome of operation %d is of something else", e.Op)
	case e.At < o.begun:
		v.add(Malformed, e.Conv, i, []int{o.asked, i}, "operation %d ended before it was invoked", e.Op)
	default:
		o.answer, o.ended, o.phase = e, i, e.Phase
		switch {
		case e.Phase != Unknown:
			o.done = e.At
		case e.Over > 0:
			o.done = max(o.begun, e.Over)
		}
	}
}

// subject is whom a join or leave is about.
func (o *operation) subject() string {
	if o.ask.Subject != "" {
		return o.ask.Subject
	}
	return o.ask.User
}
