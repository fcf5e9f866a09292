package reactor

import (
	"gannet/engine/internal/delivery"
)

const (
	// turnEntries and turnConns bound how much of the inbox one turn carries
	// out: entries, and connections that have to be written to.
	turnEntries = 1024
	turnConns   = 256
	// keepEntries is the longest batch whose memory is used again.
	keepEntries = 16 << 10
)

// turn is one look into the inbox.
func (l *loop) turn() {
	l.inbox.answer()
	more := l.unblock()
	if l.due.Swap(false) {
		l.tick(l.now())
	}
	l.refill()
	l.carryOut()
	l.fanSlice(sliceCost)
	l.readAccepted()
	l.flush()
	if more || l.done < len(l.batch) || !l.fan.empty() || len(l.ready) > 0 {
		l.inbox.ring()
		return
	}
	l.rest()
}

// refill takes what is in the inbox when all that was taken is carried out.
func (l *loop) refill() {
	if l.done < len(l.batch) {
		return
	}
	clear(l.batch)
	if cap(l.batch) > keepEntries {
		l.batch = nil
	}
	l.batch, l.done = l.inbox.take(l.batch), 0
}

// carryOut works on the batch, within the bounds of a turn.
func (l *loop) carryOut() {
	start := l.done
	for l.done < len(l.batch) && l.done-start < turnEntries && len(l.dirty) < turnConns {
		e := &l.batch[l.done]
		l.done++
		if e.do != nil {
			e.do()
		} else {
			l.carry(&e.post)
		}
	}
	if n := l.done - start; n > 0 {
		l.inbox.length.Add(-int64(n))
	}
}

// carry does what one post says.
func (l *loop) carry(p *delivery.Post) {
	switch p.Kind {
	case delivery.ToConn:
		if c := l.conns[p.Serial]; c != nil {
			c.Send(p.Frame)
		}
	case delivery.ToUser:
		l.eachMeant(p, func(c *Conn) { l.handler.Deliver(c, p.Run) })
		l.handedOver(p.Run)
	case delivery.NotifyUser:
		except := l.serialOf(p.Except)
		l.eachMeant(p, func(c *Conn) {
			if c.serial != except {
				c.Send(p.Frame)
			}
		})
	case delivery.ToRoom, delivery.NotifyRoom:
		l.toRoom(p)
	case delivery.Enter:
		l.eachMeant(p, func(c *Conn) { l.enter(c, p.Room, p.From) })
	case delivery.Leave:
		l.eachOfUser(p.User, func(c *Conn) { l.leaveRoom(c, p.Room) })
	case delivery.Join:
		l.join(p)
	}
}

// serialOf is the serial of a connection of this reactor, 0 for any other.
func (l *loop) serialOf(id delivery.Conn) uint64 {
	if id.Reactor != l.index {
		return 0
	}
	return id.Serial
}

// join puts a connection into the tables. One that is in them is told again
// where in the log it stands.
func (l *loop) join(p *delivery.Post) {
	c := l.conns[p.Serial]
	if c == nil || c.state != open {
		return
	}
	if !c.joined {
		c.visitor = p.Visitor
		l.joinUser(c)
	}
	l.enterAll(c, p.Rooms)
	l.handler.Joined(c, p.Point)
}

// readAccepted reads for the connections that were accepted outside of a read.
func (l *loop) readAccepted() {
	for i := 0; i < len(l.ready); i++ {
		if c := l.ready[i]; c.state == open {
			l.read(c)
		}
	}
	clear(l.ready)
	l.ready = l.ready[:0]
}

// rest tells those who wait for it that nothing is left to do.
func (l *loop) rest() {
	l.kept.forget()
	idle := l.idle
	l.idle = nil
	for _, fn := range idle {
		fn()
	}
}
