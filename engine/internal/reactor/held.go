package reactor

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxHeld is from how many bytes on, waiting in all connections together, who
	// doesn't read is told apart earlier: clients that don't, many of them, must not
	// take all memory.
	maxHeld = 256 << 20
	// crowdedOutbound is what may wait then for one that takes nothing.
	crowdedOutbound = 64 << 10
	// stuckTime is for how long it may take nothing then.
	stuckTime = time.Second
)

// hold notes how much waits to be read by c.
func (l *loop) hold(c *Conn) {
	if held := int32(c.outBytes); held != c.held {
		l.owner.held.Add(int64(held) - int64(c.held))
		c.held = held
	}
}

// thin looks, while too much waits in all connections together, at those for which
// more than a little does, and closes who has taken nothing since the look before.
// Who reads, be it slowly, stays.
func (l *loop) thin(now time.Duration) {
	if !l.owner.Crowded() || now-l.thinned < stuckTime {
		return
	}
	l.thinned = now
	for _, c := range l.list {
		if c.state == open && c.held > crowdedOutbound && c.stuck() {
			l.dropSlow(c)
		}
	}
}

// stuck reports whether c had as much waiting at the look before, and its client
// has taken nothing of it. The count wraps.
func (c *Conn) stuck() bool {
	taken := c.sent - uint32(unacknowledged(c.sock.Fd()))
	if c.heavy && taken == c.taken {
		return true
	}
	c.heavy, c.taken = true, taken
	return false
}

// unacknowledged is what the kernel has of a socket that the other side hasn't
// taken: it lets go of it in large pieces, long after a slow reader took the first.
func unacknowledged(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}
