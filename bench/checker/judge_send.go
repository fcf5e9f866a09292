package checker

// judgeSends looks for what was answered in the log, and for what was refused.
func (c *conversation) judgeSends(v *verdict) {
	c.lost = make(map[string]bool)
	for _, m := range c.messages {
		if in := m.in(c.name); len(in) > 0 && m.refused(c.name) {
			v.add(DirtyRead, c.name, m, m.events(), "seq %d is cid %s of %s, which was refused", in[0], m.cid, m.user)
		}
		if o := m.answered(c.name); o != nil {
			c.judgeAnswer(m, o, v)
		}
	}
}

func (c *conversation) judgeAnswer(m *message, o *operation, v *verdict) {
	a := o.answer
	switch {
	case a.Seq == 0 || a.ID == "":
		v.add(Malformed, c.name, m, []int{o.ended}, "an answer to a send has no place or no id")
	case len(m.places) == 0:
		if !c.log.hidden(a.Seq) {
			c.lost[a.ID] = true
			c.told = append(c.told, a.Seq)
			v.add(Lost, c.name, m, []int{o.asked, o.ended}, "cid %s of %s, answered with seq %d, id %s, is not there", m.cid, m.user, a.Seq, a.ID)
		}
	case len(m.places) == 1 && !m.muddled:
		e := c.log.entries[m.places[0].seq]
		if m.places[0].conv == c.name && (e.Seq != a.Seq || e.ID != a.ID) {
			v.add(DivergentOrder, c.name, m, []int{o.ended, c.log.events[e.Seq]},
				"cid %s of %s, answered with seq %d, id %s, is seq %d, id %s", m.cid, m.user, a.Seq, a.ID, e.Seq, e.ID)
		}
	}
}
