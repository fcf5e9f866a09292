package checker

// judgeViews compares everything that was shown with the log, and with what its
// sender sent.
func (c *conversation) judgeViews(v *verdict) {
	for i := range c.views {
		w := &c.views[i]
		for j := range w.entries {
			c.judgeEntry(&w.entries[j], w, v)
		}
	}
}

func (c *conversation) judgeEntry(e *Entry, w *view, v *verdict) {
	switch {
	case c.log.has(e):
		if !e.Event {
			c.judgeContent(e, w, v)
		}
	case c.lost[e.ID] && !e.Event, c.log.hidden(e.Seq):
	case c.log.entries[e.Seq] != nil:
		other := c.log.entries[e.Seq]
		v.add(DivergentOrder, c.name, e.Seq, []int{w.event, c.log.events[e.Seq]},
			"%s was shown id %s at seq %d, where %s is", w.user, e.ID, e.Seq, other.ID)
	case !e.Event && c.log.ids[e.ID] > 0:
		c.told = append(c.told, e.Seq)
		v.add(DivergentOrder, c.name, e.Seq, []int{w.event, c.log.events[c.log.ids[e.ID]]},
			"%s was shown id %s at seq %d; it is at seq %d", w.user, e.ID, e.Seq, c.log.ids[e.ID])
	default:
		c.told = append(c.told, e.Seq)
		v.add(DirtyRead, c.name, e.Seq, []int{w.event}, "%s was shown seq %d, id %s, which is not there in the end", w.user, e.Seq, e.ID)
	}
}

func (c *conversation) judgeContent(e *Entry, w *view, v *verdict) {
	m := c.owners[e.Seq]
	switch {
	case m == nil: // a phantom, and told
	case e.From != m.user:
		v.add(ContentMismatch, c.name, e.Seq, []int{w.event}, "seq %d is of %s; %s was shown it as of %s", e.Seq, m.user, w.user, e.From)
	case !e.Recalled && !m.said(c.name, e.Content):
		v.add(ContentMismatch, c.name, e.Seq, []int{m.attempts[0].asked, w.event},
			"seq %d: %s sent %q, %s was shown %q", e.Seq, m.user, m.attempts[0].ask.Content, w.user, e.Content)
	}
}
