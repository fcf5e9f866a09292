package reactor

import (
	"time"

	"gannet/codec"
)

// rounds is a walk over all connections that takes the time every for one
// round. It goes from the end of the list to its start: when a connection is
// removed, the last one takes its place, and that one was visited already. So
// none is left out, however many come and go.
type rounds struct {
	every time.Duration
	last  time.Duration // when it was last moved on
	debt  float64       // visits that are due, in fractions
	next  int           // the index above the next one to visit
}

// due returns how many of n connections have to be visited now.
func (r *rounds) due(now time.Duration, n int) int {
	r.debt += float64(n) * float64(now-r.last) / float64(r.every)
	r.last = now
	r.debt = min(r.debt, float64(n))
	visits := int(r.debt)
	r.debt -= float64(visits)
	return visits
}

// step returns the next index to visit in a list of n, which is not empty.
func (r *rounds) step(n int) int {
	if r.next <= 0 || r.next > n {
		r.next = n
	}
	r.next--
	return r.next
}

// tick does what time alone demands.
func (l *loop) tick(now time.Duration) {
	l.expire(now)
	l.thin(now)
	l.visit(&l.silence, now, func(c *Conn) { l.listen(c, now) })
	wall := l.owner.start.Add(now)
	l.visit(&l.ticks, now, func(c *Conn) {
		if c.state == open {
			l.handler.Tick(c, wall)
		}
	})
}

func (l *loop) visit(r *rounds, now time.Duration, fn func(c *Conn)) {
	for range r.due(now, len(l.list)) {
		fn(l.list[r.step(len(l.list))])
	}
}

// listen closes a connection of which nothing was heard for too long.
func (l *loop) listen(c *Conn, now time.Duration) {
	if c.state == open && now-c.lastRead >= l.cfg.IdleTimeout {
		c.Close(codec.CloseSilent, "silent")
	}
}

// expire ends the handshakes, opening and closing, that took too long.
func (l *loop) expire(now time.Duration) {
	for {
		serial, ok := l.openings.due(now)
		if !ok {
			break
		}
		if c := l.conns[serial]; c != nil && c.state < open {
			l.count.timedOut.Add(1)
			c.drop()
		}
	}
	for {
		serial, ok := l.closings.due(now)
		if !ok {
			break
		}
		if c := l.conns[serial]; c != nil {
			l.count.cut.Add(1)
			c.drop()
		}
	}
}
