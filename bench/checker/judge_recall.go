package checker

// judgeRecalls looks for content that is shown after it was taken back, and for
// content that is gone though nobody took it back.
func (c *conversation) judgeRecalls(v *verdict) {
	asked, gone := c.takenBack(v)
	for i := range c.views {
		w := &c.views[i]
		for j := range w.entries {
			e := &w.entries[j]
			if e.Event || !e.Recalled || !c.log.has(e) {
				continue
			}
			if begun, some := asked[e.Seq]; !some || begun > w.at {
				v.add(ContentMismatch, c.name, e.Seq, []int{w.event}, "%s was shown seq %d as recalled, and nobody had recalled it", w.user, e.Seq)
			}
			note(gone, e.Seq, mark{w.at, e.Seq, w.event})
		}
	}
	for i := range c.views {
		w := &c.views[i]
		for j := range w.entries {
			if e := &w.entries[j]; w.verb != Deliver && c.shows(e) {
				if g, some := gone[e.Seq]; some && g.at < w.begun {
					v.add(RecalledContent, c.name, e.Seq, []int{g.event, w.event}, "%s was shown the content of seq %d, which was recalled", w.user, e.Seq)
				}
			}
		}
	}
}

// takenBack returns when recalls of places were first asked for, and first
// answered.
func (c *conversation) takenBack(v *verdict) (asked map[uint64]int64, gone map[uint64]mark) {
	asked, gone = make(map[uint64]int64), make(map[uint64]mark)
	for _, o := range c.recalls {
		seq := max(o.ask.Seq, c.log.ids[o.ask.ID])
		if o.phase == Fail {
			continue
		}
		if seq == 0 {
			v.add(Malformed, c.name, o, []int{o.asked}, "a recall of nothing that is known")
			continue
		}
		if begun, some := asked[seq]; !some || o.begun < begun {
			asked[seq] = o.begun
		}
		if o.phase == OK {
			note(gone, seq, mark{o.done, seq, o.ended})
		}
	}
	return asked, gone
}

// note keeps the earliest mark of each place.
func note(marks map[uint64]mark, seq uint64, m mark) {
	if first, some := marks[seq]; !some || m.at < first.at {
		marks[seq] = m
	}
}

// shows reports whether an entry has its message's content, whatever it says of
// itself.
func (c *conversation) shows(e *Entry) bool {
	if e.Event || !c.log.has(e) {
		return false
	}
	m := c.owners[e.Seq]
	return !e.Recalled || e.Content != "" && m != nil && m.said(c.name, e.Content)
}
