package checker

// A view is what one observer was shown at once: a push, or the answer to a
// history, sync or final.
type view struct {
	verb    Verb
	user    string
	conn    uint64
	begun   int64 // when it was asked for; of a push, when it came
	at      int64 // when it came
	event   int   // its place in the history
	after   uint64
	before  uint64 // 0: no bound
	hasMore bool
	entries []Entry
}

func pushed(e *Event, i int) view {
	return view{verb: Deliver, user: e.User, conn: e.Conn, begun: e.At, at: e.At, event: i, entries: e.Entries}
}

// page is the view that an answered operation gave. What the answer says of its
// bounds counts beside what was asked for.
func page(o *operation) view {
	return view{
		verb: o.ask.Verb, user: o.ask.User, conn: o.ask.Conn, begun: o.begun, at: o.done, event: o.ended,
		after: max(o.ask.After, o.answer.After), before: max(o.ask.Before, o.answer.Before),
		hasMore: o.answer.HasMore, entries: o.answer.Entries,
	}
}

// backwards reports whether pages go from the newest entry to older ones.
func (w *view) backwards() bool { return w.verb == History }

// missing returns the places from low to high that the view ought to have at its
// ends and hasn't. low > high: none.
func (w *view) missing(low, high uint64) (from, to uint64) {
	if w.before > 0 {
		high = min(high, w.before-1)
	}
	if len(w.entries) == 0 {
		if w.hasMore {
			return 1, 0
		}
		return low, high
	}
	first, last := w.entries[0].Seq, w.entries[len(w.entries)-1].Seq
	if last < high && (w.backwards() || !w.hasMore) {
		return max(last+1, low), high
	}
	if first > low && (!w.backwards() || !w.hasMore) {
		return low, min(first-1, high)
	}
	return 1, 0
}
