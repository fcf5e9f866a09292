package checker

// judgeCursors looks for read cursors that go back or pass the end.
func (c *conversation) judgeCursors(v *verdict) {
	unsettled := c.unsettled()
	reached := make(map[string][]mark)
	for _, o := range c.cursors {
		if o.phase != OK {
			continue
		}
		if at := c.reached(o, unsettled); at > 0 {
			reached[o.ask.User] = append(reached[o.ask.User], mark{o.done, at, o.ended})
		}
	}
	highest := make(map[string]peaks)
	for user, marks := range reached {
		highest[user] = newPeaks(marks)
	}
	for _, o := range c.cursors {
		if o.phase == OK && (o.answer.Seq > 0 || o.ask.Seq == 0) {
			c.judgeCursor(o, highest[o.ask.User], v)
		}
	}
}

func (c *conversation) judgeCursor(o *operation, highest peaks, v *verdict) {
	now, user := o.answer.Seq, o.ask.User
	if now > c.log.last() || now >= c.begun.after(o.done) {
		v.add(CursorBeyond, c.name, o, []int{o.ended}, "%s is told to have read up to seq %d, which isn't there yet", user, now)
	}
	if _, left := c.membership(user).leaves.before(o.done); left {
		return // who comes back may begin anew
	}
	if h, some := highest.before(o.begun); some && now < h.value {
		v.add(CursorBack, c.name, o, []int{h.event, o.ended}, "%s had read up to seq %d, and then up to seq %d", user, h.value, now)
	}
}

// reached is how far the cursor has come for good when an operation on it was
// answered. A look may have shown a change that wasn't answered yet: it counts
// only while nothing of its user that has an unknown outcome may be under way.
func (c *conversation) reached(o *operation, unsettled map[string]peaks) uint64 {
	asked := o.ask.Seq
	if asked == 0 {
		if u, some := unsettled[o.ask.User].before(o.done); some && u.value >= uint64(o.begun) {
			return 0
		}
		return o.answer.Seq
	}
	if known, some := c.known.before(o.begun); !some || known.value < asked {
		asked = 0 // beyond the end, perhaps: it went less far
	}
	return max(asked, o.answer.Seq)
}

// unsettled is when operations of each user began that may move the cursor and
// have an unknown outcome: when they were over.
func (c *conversation) unsettled() map[string]peaks {
	marks := make(map[string][]mark)
	note := func(user string, o *operation) {
		if o.phase == Unknown {
			marks[user] = append(marks[user], mark{o.begun, uint64(o.done), o.asked})
		}
	}
	for _, m := range c.messages {
		for _, o := range m.attempts {
			note(m.user, o)
		}
	}
	for _, o := range c.cursors {
		if o.ask.Seq > 0 {
			note(o.ask.User, o)
		}
	}
	for _, o := range c.joins {
		note(o.subject(), o)
	}
	for _, o := range c.leaves {
		note(o.subject(), o)
	}
	all := make(map[string]peaks, len(marks))
	for user, of := range marks {
		all[user] = newPeaks(of)
	}
	return all
}
