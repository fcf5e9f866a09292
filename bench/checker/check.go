package checker

// Check judges a history, in time O(n log n) of its events and entries. The
// final pages must have been read after everything else had ended.
func Check(events []Event) Report {
	v := newVerdict()
	operations := pair(events, v)
	v.report.Operations = len(operations)
	all := split(events, operations)
	judged := all[:0:0]
	for _, c := range all {
		if c.readLog(v) {
			c.claim(v)
			judged = append(judged, c)
		}
	}
	for _, c := range all {
		for _, m := range c.messages {
			m.judgeAnswers(v)
			m.judgePlaces(v)
		}
	}
	syncs := syncTimes(operations)
	for _, c := range judged {
		c.judge(syncs, v)
	}
	return v.done()
}

// judge lets every judge look at a conversation whose places have been claimed.
// Some leave out what an earlier one has told.
func (c *conversation) judge(syncs map[uint64][]int64, v *verdict) {
	v.report.Conversations++
	v.report.Messages += c.log.messages()
	c.learn()
	c.judgeSends(v)
	c.judgeViews(v)
	c.judgeLog(v)
	c.judgeTime(v)
	c.judgePages(v)
	c.judgePushes(syncs, v)
	c.judgeRecalls(v)
	c.judgeMembers(v)
	c.judgeCursors(v)
}
