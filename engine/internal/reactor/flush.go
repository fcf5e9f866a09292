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
}

func (l *loop) flushConn(c *Conn) {
	if len(c.out) > 0 {
		l.write(c)
	}
	switch {
	case c.state == gone:
	case c.hangUp:
		l.hangUp(c)
	case c.lingers:
		l.shut(c)
	case c.state == open && l.weigh(c):
		l.dropSlow(c)
	}
}

// write hands all that is queued to gnet, which sends it or copies the rest.
func (l *loop) write(c *Conn) {
	out, size := c.out, c.outBytes
	c.out, c.outBytes = nil, 0
	c.sent += uint32(size)
	l.count.bytesOut.Add(uint64(size))
	l.count.writes.Add(1)
	switch {
	case len(out) == 1:
		_, _ = c.sock.Write(out[0])
	case size <= copyLimit:
		_, _ = c.sock.Write(l.joined(out))
	default:
		l.writeVector(c, out)
	}
	clear(out)
	if len(l.spare) < maxSpare && cap(out) <= 64 {
		l.spare = append(l.spare, out[:0])
	}
}

func (l *loop) joined(pieces [][]byte) []byte {
	l.scratch = l.scratch[:0]
	for _, p := range pieces {
		l.scratch = append(l.scratch, p...)
	}
	return l.scratch
}

// writeVector sends without copying. gnet changes the list, which is why it
// must be nobody else's.
func (l *loop) writeVector(c *Conn, out [][]byte) {
	for len(out) > 0 && c.state != gone {
		n := min(len(out), maxVector)
		_, _ = c.sock.Writev(out[:n])
		out = out[n:]
	}
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

// shut closes the sending side once all is sent, so that a client that still
// sends reads the answer and the end behind it, and not a reset connection.
func (l *loop) shut(c *Conn) {
	if c.sock.OutboundBuffered() == 0 {
		_ = unix.Shutdown(c.sock.Fd(), unix.SHUT_WR)
	}
}

// dropSlow closes a connection that reads too slowly. The close frame waits
// behind what is buffered: a client that goes on reading will see it.
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
