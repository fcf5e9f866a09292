package checker

import "slices"

// A log is the end state of a conversation, as the final pages show it.
type log struct {
	entries map[uint64]*Entry
	events  map[uint64]int    // which event shows it
	ids     map[string]uint64 // of messages
	order   []uint64          // the places, rising
	whole   bool              // it must begin at 1: somebody who may see all has read it
}

// readLog puts the final pages together. Where they differ, the first counts;
// the other is judged as a view. It reports whether there is enough to judge by.
func (c *conversation) readLog(v *verdict) bool {
	c.log = log{entries: make(map[uint64]*Entry), events: make(map[uint64]int), ids: make(map[string]uint64)}
	complete := false
	for i := range c.views {
		w := &c.views[i]
		if w.verb != Final {
			continue
		}
		complete = complete || !w.hasMore
		for j := range w.entries {
			c.log.add(&w.entries[j], w.event)
		}
	}
	for seq := range c.log.entries {
		c.log.order = append(c.log.order, seq)
	}
	slices.Sort(c.log.order)
	if !complete && (len(c.messages) > 0 || len(c.views) > 0) {
		v.add(Malformed, c.name, nil, nil, "no final page tells how the conversation ends")
	}
	return complete
}

func (l *log) add(e *Entry, event int) {
	if l.entries[e.Seq] != nil {
		return
	}
	l.entries[e.Seq] = e
	l.events[e.Seq] = event
	if _, twice := l.ids[e.ID]; !e.Event && !twice {
		l.ids[e.ID] = e.Seq
	}
}

// has reports whether the log has an entry in its place.
func (l *log) has(e *Entry) bool {
	mine := l.entries[e.Seq]
	return mine != nil && mine.ID == e.ID && mine.Event == e.Event
}

// between reports whether the log has any place from low to high.
func (l *log) between(low, high uint64) bool {
	i, _ := slices.BinarySearch(l.order, low)
	return i < len(l.order) && l.order[i] <= high
}

// messages counts them.
func (l *log) messages() (n int) {
	for _, e := range l.entries {
		if !e.Event {
			n++
		}
	}
	return n
}

// last is the last place, 0 if there is none.
func (l *log) last() uint64 {
	if len(l.order) == 0 {
		return 0
	}
	return l.order[len(l.order)-1]
}

// hidden reports whether a place is before all that the final pages show, though
// they needn't show all.
func (l *log) hidden(seq uint64) bool {
	return !l.whole && len(l.order) > 0 && seq < l.order[0]
}
