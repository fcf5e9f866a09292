package reactor

// readyConns is how many connections whose sockets take bytes again one turn
// writes to: half of what it writes to at most.
const readyConns = turnConns / 2

// block keeps what the socket didn't take: all but the first n bytes that are
// queued. Until the socket takes bytes again nothing is written to it.
func (l *loop) block(c *Conn, n int) {
	i := 0
	for n >= len(c.out[i]) {
		n -= len(c.out[i])
		i++
	}
	c.outBytes -= sizeOf(c.out[:i]) + n
	if c.waits {
		clear(c.out[:i])
		c.out = c.out[i:]
		c.out[0] = c.out[0][n:]
	} else {
		out := c.out
		c.out, c.waits = l.kept.all(out[i:], n), true
		l.takeBack(out)
	}
	c.blocked = true
	l.blocked++
	if err := l.outlet.await(c); err != nil {
		l.cfg.Logger.Error("reactor", "error", err)
		l.abandon(c)
	}
}

// unblock takes connections whose sockets take bytes again into the turn, and
// reports whether there may be more of them.
func (l *loop) unblock() (more bool) {
	if l.blocked == 0 {
		return false
	}
	l.readied = l.outlet.ready(l.readied[:0])
	for _, serial := range l.readied {
		if c := l.conns[serial]; c != nil { // once for each time it is awaited
			c.blocked = false
			l.blocked--
			l.touch(c)
		}
	}
	return len(l.readied) == readyConns
}

// lastWrite hands over what the socket of a connection that is about to be closed
// takes of what waits. More can't be done for it.
func (l *loop) lastWrite(c *Conn) {
	if c.waits && len(c.out) > 0 {
		_, _ = l.send(c)
	}
	if c.blocked {
		c.blocked = false
		l.blocked--
	}
}
