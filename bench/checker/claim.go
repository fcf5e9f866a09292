package checker

// claim finds the message of each place of the log: by cid or id if it can, else
// by what it says. What is left over is a phantom.
func (c *conversation) claim(v *verdict) {
	c.owners = make(map[uint64]*message, len(c.log.order))
	byCID, byID := make(map[[2]string]*message), make(map[string]*message)
	for _, m := range c.messages {
		if m.cid != "" {
			byCID[[2]string{m.user, m.cid}] = m
		}
		for _, o := range m.attempts {
			if o.phase == OK && o.ask.Conv == c.name && o.answer.ID != "" {
				byID[o.answer.ID] = m
			}
		}
	}
	var rest []*Entry
	for _, seq := range c.log.order {
		e := c.log.entries[seq]
		m := byID[e.ID]
		if e.CID != "" {
			m = byCID[[2]string{e.From, e.CID}]
		}
		switch {
		case e.Event:
		case m != nil:
			c.own(e, m)
		case e.CID != "":
			c.phantom(e, v)
		default:
			rest = append(rest, e)
		}
	}
	c.claimByContent(rest, v)
}

func (c *conversation) own(e *Entry, m *message) {
	c.owners[e.Seq] = m
	m.places = append(m.places, place{c.name, e.Seq})
}

func (c *conversation) phantom(e *Entry, v *verdict) {
	v.add(Phantom, c.name, e.Seq, []int{c.log.events[e.Seq]}, "seq %d, id %s from %s: nobody sent it", e.Seq, e.ID, e.From)
}

// saying is a content of a user.
type saying struct{ user, content string }

// claimByContent finds the messages of entries of which neither cid nor id is
// known: their sends were never answered.
func (c *conversation) claimByContent(rest []*Entry, v *verdict) {
	if len(rest) == 0 {
		return
	}
	candidates := c.candidates()
	var blank []*Entry
	contents := c.contentsBefore(rest)
	for _, e := range rest {
		content, known := contents[e.ID]
		if !known {
			blank = append(blank, e)
			continue
		}
		if m := candidates[saying{e.From, content}].choose(); m != nil {
			c.own(e, m)
		} else {
			c.phantom(e, v)
		}
	}
	c.claimBlank(blank, v)
}

// contentsBefore finds what entries said: in the log, or, if it was taken back,
// where it was seen earlier.
func (c *conversation) contentsBefore(rest []*Entry) map[string]string {
	contents, gone := make(map[string]string), make(map[string]bool)
	for _, e := range rest {
		if e.Recalled {
			gone[e.ID] = true
		} else {
			contents[e.ID] = e.Content
		}
	}
	if len(gone) == 0 {
		return contents
	}
	for i := range c.views {
		for j := range c.views[i].entries {
			if e := &c.views[i].entries[j]; gone[e.ID] && !e.Event && !e.Recalled {
				contents[e.ID] = e.Content
			}
		}
	}
	return contents
}

// candidates are the messages that say the same.
type candidates struct {
	open     []*message // they may be there, and weren't answered
	answered []*message
	other    *message // one that is there already, or was refused
}

func (c *conversation) candidates() map[saying]*candidates {
	all := make(map[saying]*candidates)
	for _, m := range c.messages {
		for i, o := range m.attempts {
			if o.ask.Conv != c.name || i > 0 && o.ask.Content == m.attempts[i-1].ask.Content {
				continue
			}
			k := saying{m.user, o.ask.Content}
			if all[k] == nil {
				all[k] = &candidates{}
			}
			all[k].add(m, c.name)
		}
	}
	return all
}

func (s *candidates) add(m *message, conv string) {
	switch {
	case m.refused(conv):
		if s.other == nil {
			s.other = m
		}
	case len(m.places) > 0:
		s.other = m
	case m.answered(conv) != nil:
		s.answered = append(s.answered, m)
	default:
		s.open = append(s.open, m)
	}
}

// choose takes the likeliest: one that may be there and isn't yet, else one that
// was answered with another place, else one that is there already, else one that
// was refused.
func (s *candidates) choose() *message {
	if s == nil {
		return nil
	}
	for _, queue := range []*[]*message{&s.open, &s.answered} {
		for len(*queue) > 0 {
			m := (*queue)[0]
			*queue = (*queue)[1:]
			if len(m.places) == 0 {
				s.other = m
				return m
			}
		}
	}
	return s.other
}

// claimBlank gives entries whose content nobody ever saw to messages of their
// senders that may be there.
func (c *conversation) claimBlank(blank []*Entry, v *verdict) {
	if len(blank) == 0 {
		return
	}
	open := make(map[string][]*message)
	for _, m := range c.messages {
		if len(m.places) == 0 && !m.refused(c.name) && m.answered(c.name) == nil {
			open[m.user] = append(open[m.user], m)
		}
	}
	for _, e := range blank {
		mine := open[e.From]
		if len(mine) == 0 {
			c.phantom(e, v)
			continue
		}
		c.own(e, mine[0])
		open[e.From] = mine[1:]
	}
}
