package reactor

import (
	"golang.org/x/sys/unix"

	"gannet/codec"
	"gannet/engine/internal/failpoint"
)

const (
	// copyLimit is up to how many bytes several frames are copied together
	// for one write: cheaper than a vector of many short pieces.
	copyLimit = 64 << 10
	// maxVector is the most pieces one writev takes (IOV_MAX).
	maxVector = 1024
	// maxSpare is how many lists of frames are kept for later turns.
	maxSpare = 1024
)

// touch notes that something is to be done for c at the end of the turn.
func (l *loop) touch(c *Conn) {
	if !c.dirty {
		c.dirty = true
		l.dirty = append(l.dirty, c)
	}
}

// flush ends a turn: every connection that something was queued for gets it in
// one write. A write that fails closes its connection before it returns, and
// the handler may then send to others: the list may grow meanwhile.
func (l *loop) flush() {
	l.countFrames() // before anybody can have read them
	for i := 0; i < len(l.dirty); i++ {
		c := l.dirty[i]
		c.dirty = false
		if c.state != gone {
			l.flushConn(c)
		}
		if i+1 < len(l.dirty) {
			failpoint.Hit(failpoint.MidFanOut)
		}
	}
	clear(l.dirty)
	l.dirty = l.dirty[:0]
	l.countFrames()
	l.endTrips()
}

func (l *loop) flushConn(c *Conn) {
	if len(c.out) > 0 && !c.blocked {
		l.write(c)
	}
	if c.state == gone {
		return
	}
	l.hold(c)
	switch {
	case c.hangUp:
		l.hangUp(c)
	case c.lingers:
		l.shut(c)
	case c.state == open && c.outBytes > l.cfg.MaxOutbound:
		l.dropSlow(c)
	}
}

// write hands over all that is queued. What the socket doesn't take waits for it.
func (l *loop) write(c *Conn) {
	n, err := l.send(c)
	switch {
	case err != nil:
		l.abandon(c)
	case n < c.outBytes:
		l.block(c, n)
	default:
		l.sentAll(c)
	}
}

// send hands over what the socket takes of all that is queued, and returns how
// much that was.
func (l *loop) send(c *Conn) (n int, err error) {
	l.count.writes.Add(1)
	switch {
	case len(c.out) == 1:
		n, err = l.outlet.write(c, c.out[0])
	case c.outBytes <= copyLimit:
		n, err = l.outlet.write(c, l.joined(c.out))
	case c.waits:
		n, err = l.sendPieces(c)
	default:
		n, err = l.sendVector(c)
	}
	c.sent += uint32(n)
	l.count.bytesOut.Add(uint64(n))
	return n, err
}

// sentAll ends the queue of a connection that has none left.
func (l *loop) sentAll(c *Conn) {
	if c.waits {
		c.waits = false // and the list was cut from the front
	} else {
		l.takeBack(c.out)
	}
	c.out, c.outBytes = nil, 0
}

// abandon closes a connection whose socket is broken.
func (l *loop) abandon(c *Conn) {
	c.out, c.outBytes = nil, 0
	l.hangUp(c)
}

func (l *loop) joined(pieces [][]byte) []byte {
	l.scratch = l.scratch[:0]
	for _, p := range pieces {
		l.scratch = append(l.scratch, p...)
	}
	return l.scratch
}

// sendVector sends without copying.
func (l *loop) sendVector(c *Conn) (sent int, err error) {
	for out := c.out; len(out) > 0; {
		count := min(len(out), maxVector)
		size := sizeOf(out[:count])
		n, err := l.outlet.writev(c, out[:count])
		if sent += n; err != nil || n < size {
			return sent, err
		}
		out = out[count:]
	}
	return sent, nil
}

// sendPieces sends pieces of at most copyLimit: how much the socket takes of what
// has waited for it isn't known, and a long vector for a few of its bytes is a waste.
func (l *loop) sendPieces(c *Conn) (sent int, err error) {
	for out := c.out; len(out) > 0; {
		count, size := 1, len(out[0])
		for count < len(out) && size+len(out[count]) <= copyLimit {
			size += len(out[count])
			count++
		}
		piece := out[0]
		if count > 1 {
			piece = l.joined(out[:count])
		}
		n, err := l.outlet.write(c, piece)
		if sent += n; err != nil || n < size {
			return sent, err
		}
		out = out[count:]
	}
	return sent, nil
}

func sizeOf(pieces [][]byte) (n int) {
	for _, p := range pieces {
		n += len(p)
	}
	return n
}

// outMemory returns an empty list for a connection to queue in.
func (l *loop) outMemory() [][]byte {
	if n := len(l.spare); n > 0 {
		out := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return out
	}
	return make([][]byte, 0, 4)
}

// takeBack keeps a list that outMemory gave out.
func (l *loop) takeBack(out [][]byte) {
	clear(out)
	if len(l.spare) < maxSpare && cap(out) <= 64 {
		l.spare = append(l.spare, out[:0])
	}
}

// shut closes the sending side once all is sent, so that a client that still
// sends reads the answer and the end behind it, and not a reset connection.
func (l *loop) shut(c *Conn) {
	if c.outBytes == 0 {
		_ = unix.Shutdown(c.sock.Fd(), unix.SHUT_WR)
	}
}

// dropSlow closes a connection that reads too slowly. The close frame waits
// behind what is queued: a client that goes on reading will see it.
func (l *loop) dropSlow(c *Conn) {
	l.count.slow.Add(1)
	c.Close(codec.CloseSlowConsumer, "slow consumer")
}

func (l *loop) countFrames() {
	if l.frames > 0 {
		l.count.frames.Add(uint64(l.frames))
		l.frames = 0
	}
	if l.delivered > 0 {
		l.count.delivered.Add(uint64(l.delivered))
		l.delivered = 0
	}
}
