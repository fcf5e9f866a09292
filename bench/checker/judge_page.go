package checker

// judgePages looks for what pages leave out: holes, and what was there before
// they were asked for, at their ends.
func (c *conversation) judgePages(v *verdict) {
	for i := range c.views {
		w := &c.views[i]
		if w.verb != Deliver && c.judgeRise(w, v) {
			c.judgeEnds(w, v)
		}
	}
}

// judgeRise reports whether the entries of a page rise, one by one.
func (c *conversation) judgeRise(w *view, v *verdict) bool {
	for i := 1; i < len(w.entries); i++ {
		a, b := w.entries[i-1].Seq, w.entries[i].Seq
		switch {
		case b <= a:
			v.add(Disorder, c.name, w.event, []int{w.event}, "in a page for %s seq %d comes after seq %d", w.user, b, a)
			return false
		case b > a+1 && c.log.between(a+1, b-1):
			v.add(Gap, c.name, w.event, []int{w.event}, "a page for %s has seq %d and then seq %d", w.user, a, b)
			return false
		}
	}
	return true
}

// judgeEnds compares a page's ends with what was known when it was asked for, if
// its reader was surely a member.
func (c *conversation) judgeEnds(w *view, v *verdict) {
	since, sure := c.membership(w.user).in(w.begun, w.at)
	known, some := c.known.before(w.begun)
	if !sure || !some {
		return
	}
	low := w.after + 1
	if since >= 0 {
		low = max(low, c.begun.after(since))
	}
	from, to := w.missing(low, known.value)
	if from > to || !c.log.between(from, to) {
		return
	}
	if seen, some := c.seen.before(w.begun); some && seen.value >= from {
		v.add(Vanished, c.name, w.event, []int{seen.event, w.event},
			"%s asked for a page after seq %d had been seen; it lacks seq %d to %d", w.user, seen.value, from, to)
		return
	}
	v.add(StaleRead, c.name, w.event, []int{known.event, w.event},
		"%s asked for a page after seq %d had been answered; it lacks seq %d to %d", w.user, known.value, from, to)
}
