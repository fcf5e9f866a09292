package sequencer

// evict forgets some conversations that nobody needs, once there are too many.
// The sequencer goroutine calls it when the batch is empty, so that storage has
// all there is to know of them, and never inside a send or a command, which may
// hold one.
func (s *Sequencer) evict() {
	const most = 4096 // at a time, so that the pause stays short
	over := len(s.convs) - s.cfg.MaxConversations
	if over <= 0 || s.evictions.rests() {
		return
	}
	seen, freed := 0, 0
	for _, c := range s.convs {
		if seen == most || freed == over {
			break
		}
		seen++
		if c.idle() {
			s.forget(c)
			freed++
		}
	}
	s.evictions.looked(seen, freed)
}

// idle reports whether storage has all there is to know of c and nobody who is
// connected has it in their list.
func (c *conv) idle() bool {
	return c.last == c.head.Published() && (c.group == nil || c.group.pinned == 0)
}

// backOff makes evictions rarer while they find little: a memory full of groups
// that are needed is not to be searched after every commit.
type backOff struct {
	rest int // commits until the next look
	next int // how many it will be if that finds little again
}

const (
	fewSeen = 256 // what is looked at in no time, however often
	maxRest = 64
)

// rests counts a commit and reports whether to leave it at that.
func (b *backOff) rests() bool {
	if b.rest == 0 {
		return false
	}
	b.rest--
	return true
}

func (b *backOff) looked(seen, freed int) {
	if seen <= fewSeen || freed >= seen/16 {
		*b = backOff{}
		return
	}
	b.rest = max(1, b.next)
	b.next = min(2*b.rest, maxRest)
}
