package reactor

import "gannet/engine/internal/delivery"

const (
	// sliceCost is how much fan-out one turn does. A connection costs 1, and 1
	// more for every 8 KiB that it is sent.
	sliceCost = 128
	costShift = 13
	// walkBytes is up to how many bytes of queued runs one walk takes along:
	// enough to make writes worth it, few enough to stay in the cache.
	walkBytes = 64 << 10
	// mergeFrom is from how many members on runs are put together beforehand,
	// once for all, instead of for each connection as it is written to.
	mergeFrom = 8
	// maxFanOutBytes is from how many bytes of queued runs on a reactor says
	// that it is backlogged.
	maxFanOutBytes = 64 << 20
)

// fanOut is the queue of the rooms that have something left to be done. Each
// gets a slice in its turn, so that a large room does not hold up a small one.
type fanOut struct {
	queue []*room
	head  int
}

func (f *fanOut) empty() bool { return f.head == len(f.queue) }

func (f *fanOut) push(rm *room) {
	if f.head > 64 && f.head > len(f.queue)/2 {
		n := copy(f.queue, f.queue[f.head:])
		clear(f.queue[n:])
		f.queue, f.head = f.queue[:n], 0
	}
	f.queue = append(f.queue, rm)
}

func (f *fanOut) pop() *room {
	rm := f.queue[f.head]
	f.queue[f.head] = nil
	f.head++
	return rm
}

// item is one post to a room.
type item struct {
	run    *delivery.Run // or
	frame  []byte
	except uint64 // serial of the connection that frame is not for, 0: nobody
	limit  int    // members below this index were in the room when it was posted
}

func (it *item) size() int {
	if it.run != nil {
		return len(it.run.Frames)
	}
	return len(it.frame)
}

// toRoom queues a post to a room.
func (l *loop) toRoom(p *delivery.Post) {
	rm := l.rooms[p.Room]
	if rm == nil {
		l.handedOver(p.Run)
		return
	}
	it := item{run: p.Run, frame: p.Frame, except: l.serialOf(p.Except), limit: len(rm.members)}
	rm.queue = append(rm.queue, it)
	l.count.fanOut.Add(1)
	l.count.fanOutBytes.Add(int64(it.size()))
	if !rm.busy {
		rm.busy = true
		l.fan.push(rm)
	}
}

// fanSlice does one turn's share of the fan-out: as much as costs the budget.
func (l *loop) fanSlice(budget int) {
	for budget > 0 && !l.fan.empty() {
		rm := l.fan.pop()
		if !rm.walk.active() {
			rm.begin()
			l.markSenders(rm)
		}
		budget -= l.step(rm, budget)
		if rm.walk.next == rm.walk.end {
			l.finish(rm)
		}
		if rm.busy {
			l.fan.push(rm)
		}
	}
}

// step visits members until the budget is used up or the walk is over, and
// returns what it cost.
func (l *loop) step(rm *room, budget int) int {
	w := &rm.walk
	for spent := 0; ; spent += w.cost {
		if w.next == w.end || spent >= budget {
			return max(1, spent)
		}
		w.next++
		l.call(rm, w.next-1)
	}
}

// call brings the walk's segments to the member with index i.
func (l *loop) call(rm *room, i int) {
	m := &rm.members[i]
	sender := m.sender
	m.sender = false
	for s := range rm.walk.segments {
		seg := &rm.walk.segments[s]
		c := m.conn
		switch {
		case c == nil || c.state != open:
			return
		case i >= seg.limit:
		case seg.run == nil:
			if c.serial != seg.except {
				c.sendShared(seg)
			}
		case seg.run.Last() <= m.at:
		case c.watched:
			l.deliver(m, seg.items)
		default:
			c.queueRun(seg.runFor(c), m.at, sender)
			m.at = seg.run.Last()
		}
	}
}

// deliver brings runs to a member that may be watched.
func (l *loop) deliver(m *member, items []item) {
	for i := range items {
		c, run := m.conn, items[i].run
		switch {
		case c == nil || c.state != open:
			return
		case run.Last() <= m.at:
			continue
		case c.watched:
			l.handler.Deliver(c, run)
		default:
			c.SendRun(run, m.at)
		}
		m.at = max(m.at, run.Last())
	}
}

// settle brings to one member what was posted to the room and has not reached
// it yet.
func (l *loop) settle(rm *room, i int) {
	if w := &rm.walk; w.active() && i >= w.next && i < w.end {
		l.call(rm, i)
	}
	m := &rm.members[i]
	for q := range rm.queue {
		it := &rm.queue[q]
		switch {
		case m.conn == nil:
			return
		case i >= it.limit:
		case it.run == nil:
			if m.conn.serial != it.except {
				m.conn.Send(it.frame)
			}
		default:
			l.deliver(m, rm.queue[q:q+1])
		}
	}
}

// finish ends a walk, and the room's being busy if nothing else is queued.
func (l *loop) finish(rm *room) {
	l.count.fanOut.Add(-int64(len(rm.walk.items)))
	l.count.fanOutBytes.Add(-int64(rm.walk.size))
	for i := range rm.walk.items {
		l.handedOver(rm.walk.items[i].run)
	}
	rm.walk.end, rm.walk.next = 0, 0
	rm.walk.clear()
	rm.busy = len(rm.queue) > 0
	if rm.gaps > 0 && (!rm.busy || rm.gaps > len(rm.members)/4) {
		rm.closeGaps()
	}
	if !rm.busy {
		l.dropEmpty(rm)
	}
}

// markSenders marks the members that sent something of the walk themselves. It
// spares the others the search; a mark too many does no harm.
func (l *loop) markSenders(rm *room) {
	for i := range rm.walk.items {
		run := rm.walk.items[i].run
		if run == nil {
			continue
		}
		for _, skip := range run.Skip {
			if skip.Conn.Reactor == l.index {
				rm.mark(l.conns[skip.Conn.Serial])
			}
		}
	}
}

func (rm *room) mark(c *Conn) {
	if c == nil {
		return
	}
	if s := c.seatIn(rm.conv); s >= 0 {
		rm.members[c.seats[s].index].sender = true
	}
}
