package checker

import "slices"

// A stream is what one connection was sent of a conversation.
type stream struct {
	last  uint64 // the place up to which it came
	now   uint64 // the place that came last
	syncs int    // how many syncs of the connection had begun or ended then
	shown map[uint64]bool
}

// syncTimes are the moments at which syncs of connections began and ended. A
// connection may go back then, in every conversation.
func syncTimes(operations []*operation) map[uint64][]int64 {
	times := make(map[uint64][]int64)
	for _, o := range operations {
		if o.ask.Verb != Sync {
			continue
		}
		times[o.ask.Conn] = append(times[o.ask.Conn], o.begun)
		if o.answer != nil {
			times[o.ask.Conn] = append(times[o.ask.Conn], o.answer.At)
		}
	}
	for _, t := range times {
		slices.Sort(t)
	}
	return times
}

// judgePushes looks at the order of the entries that each connection was sent.
// What it was shown already may come again.
func (c *conversation) judgePushes(syncs map[uint64][]int64, v *verdict) {
	streams := make(map[uint64]*stream)
	for i := range c.views {
		w := &c.views[i]
		if w.conn == 0 || w.verb != Deliver && w.verb != Sync {
			continue
		}
		s := streams[w.conn]
		if s == nil {
			s = &stream{shown: make(map[uint64]bool)}
			streams[w.conn] = s
		}
		n, _ := slices.BinarySearch(syncs[w.conn], w.at)
		if n != s.syncs {
			s.syncs, s.last, s.now = n, 0, 0
		}
		for j := range w.entries {
			if seq := w.entries[j].Seq; w.verb == Deliver && !s.shown[seq] {
				c.judgePush(w, s, seq, v)
				s.last = max(s.last, seq)
			}
			s.now = w.entries[j].Seq
			s.shown[s.now] = true
		}
	}
}

func (c *conversation) judgePush(w *view, s *stream, seq uint64, v *verdict) {
	settled := c.membership(w.user).settled(w.at)
	switch {
	case s.last == 0:
	case seq < s.now && settled:
		v.add(Disorder, c.name, w.event, []int{w.event}, "connection %d of %s was sent seq %d after seq %d", w.conn, w.user, seq, s.now)
	case seq < s.last: // what happened while the user was out comes with what comes again
	case settled:
		if missed := c.missed(w.user, s, seq); missed > 0 {
			v.add(Gap, c.name, w.event, []int{w.event}, "connection %d of %s was sent seq %d and then seq %d, without %d", w.conn, w.user, s.last, seq, missed)
		}
	}
}

// missed is the first place between a stream's last and seq with a message of
// somebody else that the connection wasn't shown in any way, 0 if there is none.
// A connection isn't sent what came by itself, so its user's own are passed over.
func (c *conversation) missed(user string, s *stream, seq uint64) uint64 {
	i, _ := slices.BinarySearch(c.log.order, s.last+1)
	for ; i < len(c.log.order) && c.log.order[i] < seq; i++ {
		if e := c.log.entries[c.log.order[i]]; !e.Event && e.From != user && !s.shown[e.Seq] {
			return e.Seq
		}
	}
	return 0
}
