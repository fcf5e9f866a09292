package checker

// A sight is a place as one user saw it.
type sight struct {
	user string
	seq  uint64
}

// judgeMembers looks for what was shown to users who were out: messages that
// were begun after their leave had been answered, and all entries above.
func (c *conversation) judgeMembers(v *verdict) {
	for i := range c.views {
		w := &c.views[i]
		leave, out := c.membership(w.user).out(w.begun, w.at)
		if !out {
			continue
		}
		bound := c.begun.after(leave.at)
		for j := range w.entries {
			if e := &w.entries[j]; e.Seq >= bound && c.log.has(e) {
				v.add(ExMemberRead, c.name, sight{w.user, e.Seq}, []int{leave.event, w.event},
					"%s was out and was shown seq %d, which was begun afterwards", w.user, e.Seq)
			}
		}
	}
}
