package checker

// A membership is what a history says of one user's being in a conversation.
// Who isn't said to have joined is taken for a member from the beginning.
type membership struct {
	leaves peaks   // when leaves began that may have happened: when they ended
	left   troughs // when leaves began that were answered: when they ended
	joins  peaks   // when joins began that may have happened: when they ended
	joined troughs // when joins began that were answered: when they ended
	lets   peaks   // as joins, with the user's sends, by which a server may let the user in
}

// always is a member who never came and never goes.
var always = &membership{}

// newMembership takes the joins, leaves and sends of one user that may have
// happened. placed says when a send can have had its effect at the latest.
func newMembership(joins, leaves, sends []*operation, placed func(*operation) int64) *membership {
	var m membership
	var joined, left, lets []mark
	for _, o := range joins {
		if o.phase == OK {
			joined = append(joined, mark{o.begun, uint64(o.done), o.ended})
		}
		lets = append(lets, mark{o.begun, uint64(o.done), o.ended})
	}
	m.joins = newPeaks(append([]mark(nil), lets...))
	for _, o := range sends {
		lets = append(lets, mark{o.begun, uint64(placed(o)), o.ended})
	}
	m.lets = newPeaks(lets)
	m.joined = newTroughs(joined)
	var leaving []mark
	for _, o := range leaves {
		if o.phase == OK {
			left = append(left, mark{o.begun, uint64(o.done), o.ended})
		}
		leaving = append(leaving, mark{o.begun, uint64(o.done), o.ended})
	}
	m.leaves, m.left = newPeaks(leaving), newTroughs(left)
	return &m
}

// in reports whether the user was a member all the time from begun to ended, and
// the time since when; what was begun later must be shown. since is negative
// for who was a member from the beginning.
func (m *membership) in(begun, ended int64) (since int64, sure bool) {
	since = -1
	if leave, some := m.leaves.before(ended); some {
		since = int64(leave.value)
	} else if _, some := m.joins.before(ended); !some {
		return since, true
	}
	join := m.joined.after(since)
	if join >= uint64(begun) {
		return 0, false
	}
	return int64(join), true
}

// out returns the leave after which the user can't have been a member at any
// moment until ended: the one that was answered first of those that began after
// the last thing that may have let the user in. It must have been answered before
// begun. The mark is when.
func (m *membership) out(begun, ended int64) (answered mark, sure bool) {
	since := int64(-1)
	if let, some := m.lets.before(ended); some {
		since = int64(let.value)
	}
	leave, some := m.left.lowest(since)
	answered = mark{at: int64(leave.value), event: leave.event}
	return answered, some && answered.at < begun
}

// settled reports whether the user was a member from the beginning on and no
// leave had begun by then.
func (m *membership) settled(at int64) bool {
	since, sure := m.in(at, at)
	return sure && since < 0
}
