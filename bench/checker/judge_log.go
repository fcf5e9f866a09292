package checker

import "slices"

// judgeLog looks for places that nobody has. Those of which something else was
// told are left out.
func (c *conversation) judgeLog(v *verdict) {
	slices.Sort(c.told)
	c.told = slices.Compact(c.told)
	next := uint64(1)
	if !c.log.whole && len(c.log.order) > 0 {
		next = c.log.order[0]
	}
	for _, seq := range c.log.order {
		if seq > next && c.toldBetween(next, seq) < seq-next {
			v.add(Gap, c.name, seq, []int{c.log.events[seq]}, "seq %d to %d are not there in the end", next, seq-1)
		}
		next = seq + 1
	}
}

// toldBetween counts the places from low to below high that were told.
func (c *conversation) toldBetween(low, high uint64) uint64 {
	first, _ := slices.BinarySearch(c.told, low)
	end, _ := slices.BinarySearch(c.told, high)
	return uint64(end - first)
}

// judgeTime looks for messages placed below what was there before they were
// begun.
func (c *conversation) judgeTime(v *verdict) {
	for _, m := range c.messages {
		in := m.in(c.name)
		if len(in) != 1 {
			continue
		}
		if k, some := c.known.before(m.begun(c.name)); some && k.value >= in[0] {
			v.add(RealTimeOrder, c.name, m, []int{k.event, m.attempts[0].asked},
				"cid %s of %s is seq %d, and was begun when seq %d was there", m.cid, m.user, in[0], k.value)
		}
	}
}
