package checker

import (
	"cmp"
	"maps"
	"slices"
)

// A conversation is what a history says of one.
type conversation struct {
	name     string
	messages []*message
	recalls  []*operation
	cursors  []*operation // verb Read
	joins    []*operation // these two may have happened
	leaves   []*operation
	views    []view

	log     log
	owners  map[uint64]*message    // whose each place of the log is
	known   peaks                  // when a place was known to somebody: seen or answered
	seen    peaks                  // when it was seen
	begun   troughs                // when a message began: its place. What began later is placed later
	members map[string]*membership // who has joined or left
	lost    map[string]bool        // ids that were answered and are not in the log
	told    []uint64               // places the log lacks, of which a violation tells already
}

// split sorts a history by conversation.
func split(events []Event, operations []*operation) []*conversation {
	messages := make(map[cidKey]*message)
	all := make(map[string]*conversation)
	of := func(name string) *conversation {
		c := all[name]
		if c == nil {
			c = &conversation{name: name}
			all[name] = c
		}
		return c
	}
	for _, o := range operations {
		of(o.ask.Conv).take(o, messages)
	}
	for i := range events {
		if e := &events[i]; e.Phase == Push {
			c := of(e.Conv)
			c.views = append(c.views, pushed(e, i))
		}
	}
	for _, c := range all {
		slices.SortStableFunc(c.views, func(a, b view) int { return cmp.Compare(a.at, b.at) })
	}
	names := slices.Sorted(maps.Keys(all))
	sorted := make([]*conversation, len(names))
	for i, n := range names {
		sorted[i] = all[n]
	}
	return sorted
}

// take adds an operation.
func (c *conversation) take(o *operation, messages map[cidKey]*message) {
	switch o.ask.Verb {
	case Send:
		c.takeSend(o, messages)
	case Recall:
		c.recalls = append(c.recalls, o)
	case Read:
		c.cursors = append(c.cursors, o)
	case Join:
		if o.phase != Fail {
			c.joins = append(c.joins, o)
		}
	case Leave:
		if o.phase != Fail {
			c.leaves = append(c.leaves, o)
		}
	case History, Sync, Final:
		if o.phase == OK {
			c.views = append(c.views, page(o))
		}
	}
}

func (c *conversation) takeSend(o *operation, messages map[cidKey]*message) {
	k := keyOf(o)
	m := messages[k]
	if m == nil {
		m = &message{user: k.user, cid: k.cid}
		messages[k] = m
	}
	here := func(o *operation) bool { return o.ask.Conv == c.name }
	if !slices.ContainsFunc(m.attempts, here) {
		c.messages = append(c.messages, m)
	}
	m.attempts = append(m.attempts, o)
}

// membership is that of a user.
func (c *conversation) membership(user string) *membership {
	if m := c.members[user]; m != nil {
		return m
	}
	return always
}

// learn works out what the judges ask for: when places were known, and who was a
// member.
func (c *conversation) learn() {
	var seen, known, begun []mark
	for i := range c.views {
		w := &c.views[i]
		if top := c.highest(w); top > 0 {
			seen = append(seen, mark{w.at, top, w.event})
		}
	}
	for _, m := range c.messages {
		for _, seq := range m.in(c.name) {
			begun = append(begun, mark{m.begun(c.name), seq, m.attempts[0].asked})
			if o := m.answered(c.name); o != nil && o.answer.Seq == seq {
				known = append(known, mark{o.done, seq, o.ended})
			}
		}
	}
	c.known = newPeaks(append(known, seen...))
	c.seen, c.begun = newPeaks(seen), newTroughs(begun)
	c.learnMembers()
	for i := range c.views {
		if w := &c.views[i]; w.verb == Final && c.membership(w.user).settled(w.begun) {
			c.log.whole = true
		}
	}
}

// highest is the largest place that a view shows as the log has it.
func (c *conversation) highest(w *view) (top uint64) {
	for i := range w.entries {
		if e := &w.entries[i]; e.Seq > top && c.log.has(e) {
			top = e.Seq
		}
	}
	return top
}

func (c *conversation) learnMembers() {
	joins, leaves, sends := make(map[string][]*operation), make(map[string][]*operation), make(map[string][]*operation)
	for _, o := range c.joins {
		joins[o.subject()] = append(joins[o.subject()], o)
	}
	for _, o := range c.leaves {
		leaves[o.subject()] = append(leaves[o.subject()], o)
	}
	for _, m := range c.messages {
		if leaves[m.user] != nil {
			sends[m.user] = append(sends[m.user], m.effective(c.name)...)
		}
	}
	c.members = make(map[string]*membership)
	for user := range leaves {
		c.members[user] = newMembership(joins[user], leaves[user], sends[user], c.placed())
	}
	for user := range joins {
		if c.members[user] == nil {
			c.members[user] = newMembership(joins[user], nil, nil, nil)
		}
	}
}

// placed returns when a send had its effect at the latest: when it was answered,
// or its message or a later one was seen.
func (c *conversation) placed() func(*operation) int64 {
	seqs := make(map[*operation]uint64)
	for _, m := range c.messages {
		if in := m.in(c.name); len(in) > 0 {
			for _, o := range m.attempts {
				seqs[o] = slices.Max(in)
			}
		}
	}
	return func(o *operation) int64 {
		if seq := seqs[o]; seq > 0 {
			return min(o.done, c.known.reached(seq))
		}
		return o.done
	}
}
