package bench

import (
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A loop owns a share of the connections. Its goroutine waits for events,
// reads each readable connection once into one buffer, hands complete frames
// to the connection's handler in place, lets the players write, and ends the
// turn with one write per connection that has something to say.
//
// A loop has no goroutine of its own: [loop.run] occupies the caller's for one
// phase of a run (connect, measure, drain). Between phases its state may be
// looked at by anybody who waited for run to return.
type loop struct {
	clock   clock
	poller  *poller
	now     int64 // the clock when the current event was read
	in      []byte
	conns   []*conn // by slot; nil once closed
	dirty   []*conn // have something in out
	players []player
	faults  faults
	rec     *recorder
	stop    *atomic.Bool // set to end the run early
	nextAsk int64        // when to look for connections that need a keep-alive
}

// A player takes a turn after each batch of events. All its methods run on the
// loop's goroutine.
type player interface {
	turn(now int64)
	wakeAt() int64 // when it wants a turn even without an event; never if only then
}

const (
	readBuffer = 256 << 10
	// longestWait bounds how late a loop notices that its phase is over.
	longestWait = 5 * time.Millisecond
	// A server closes connections it hasn't heard of for 60 s.
	keepAliveAfter = 20 * time.Second
	keepAliveCheck = 2 * time.Second
)

func openLoop(c clock, stop *atomic.Bool) (*loop, error) {
	p, err := openPoller()
	if err != nil {
		return nil, err
	}
	return &loop{clock: c, poller: p, in: make([]byte, readBuffer), rec: newRecorder(), stop: stop}, nil
}

// close ends all connections and frees the descriptors.
func (l *loop) close() {
	l.dropAll()
	l.poller.close()
}

// dropAll ends all connections; their handlers aren't told.
func (l *loop) dropAll() {
	for _, c := range l.conns {
		if c != nil {
			c.drop()
		}
	}
	l.conns = l.conns[:0]
}

// run turns the loop until done says so, the deadline (in the loop's clock) has
// passed or the run is stopped. It reports whether done said so.
func (l *loop) run(done func() bool, deadline int64) bool {
	for !done() {
		l.now = l.clock.now()
		if l.now >= deadline || l.stop.Load() {
			return false
		}
		l.turn(l.poller.wait(l.patience(deadline)))
	}
	return true
}

// patience is how long the loop may sleep.
func (l *loop) patience(deadline int64) time.Duration {
	until := min(deadline, l.now+int64(longestWait))
	for _, p := range l.players {
		until = min(until, p.wakeAt())
	}
	return time.Duration(until - l.now)
}

func (l *loop) turn(events []unix.EpollEvent) {
	for i := range events {
		l.handle(&events[i])
	}
	l.tell(l.clock.now())
	for _, p := range l.players {
		p.turn(l.now)
	}
	l.keepAlive()
	l.flush()
}

// tell sets the time for what happens from here on.
func (l *loop) tell(now int64) {
	l.now = now
	l.rec.at(now)
}

func (l *loop) handle(ev *unix.EpollEvent) {
	slot := int(ev.Fd)
	if slot == bellSlot {
		l.poller.silence()
		return
	}
	c := l.conns[slot]
	if c == nil {
		return // closed earlier in this turn
	}
	if c.phase == phaseConnecting {
		c.connected()
		return
	}
	if ev.Events&unix.EPOLLOUT != 0 {
		c.write()
	}
	if ev.Events&^unix.EPOLLOUT != 0 && c.phase != phaseClosed {
		l.read(c)
	}
}

// read takes what the connection has, at most one buffer full, and hands the
// complete part to the connection. What remains is kept beside the connection.
func (l *loop) read(c *conn) {
	kept := copy(l.in, c.rest)
	n, err := rawRead(c.fd, l.in[kept:])
	if err != nil {
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			c.fail(err)
		}
		return
	}
	if n == 0 {
		c.fail(errEOF)
		return
	}
	l.tell(l.clock.now())
	buf := l.in[:kept+n]
	used, err := c.feed(c, buf)
	if err == nil && used == 0 && len(buf) == len(l.in) {
		err = errTooLong
	}
	if err != nil {
		c.fail(err)
		return
	}
	c.rest = append(c.rest[:0], buf[used:]...)
}

// flush writes out what the turn has queued.
func (l *loop) flush() {
	for i := 0; i < len(l.dirty); i++ { // a failing write may add to the list
		c := l.dirty[i]
		c.dirty = false
		if c.phase != phaseClosed && !c.blocked {
			c.write()
		}
	}
	l.dirty = l.dirty[:0]
}

// keepAlive pings the connections that have been silent for long.
func (l *loop) keepAlive() {
	if l.now < l.nextAsk {
		return
	}
	l.nextAsk = l.now + int64(keepAliveCheck)
	for _, c := range l.conns {
		if c != nil && c.phase == phaseOpen && c.isWebSocket && l.now-c.wrote > int64(keepAliveAfter) {
			c.ping()
		}
	}
}

// add gives the connection a slot. Slots aren't used again: an event of this
// turn may still name the old owner.
func (l *loop) add(c *conn) {
	c.slot = len(l.conns)
	l.conns = append(l.conns, c)
}
