package reactor

import (
	"net/netip"
	"strings"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// state is how far a connection has come.
type state uint8

const (
	reading state = iota // the upgrade request is not complete
	asking               // the handler was asked and has not answered
	open                 // frames go both ways
	closing              // a close frame or a refusal went out, nothing else will
	gone                 // the socket is closed
)

// socket is what a Conn needs of a gnet.Conn. Writing goes by the loop's outlet.
type socket interface {
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	InboundBuffered() int
	Fd() int
}

// Conn is one client's connection. All of it belongs to the loop that owns it:
// its methods are called in a Handler's methods and in functions that run
// through Reactors.Do or DoConn, nowhere else. ID, User and the like may be
// read there and copied.
type Conn struct {
	// Data is the handler's own; the reactor never looks at it.
	Data any

	loop   *loop
	sock   socket
	serial uint64
	user   string
	device string
	remote netip.AddrPort

	state    state
	joined   bool // in the user table
	visitor  bool // it gets only those posts to its user that say so
	watched  bool // runs to rooms go to the handler
	deflates bool // permessage-deflate was negotiated
	deaf     bool // what comes in is thrown away
	handled  bool // the handler knows it
	stays    bool // it was accepted, and the handler not told that it leaves
	lingers  bool // the sending side is to be shut once all is sent
	dirty    bool // in the loop's dirty list
	hangUp   bool // the socket is to be closed after the next flush
	heavy    bool // thin looked at it: taken is known
	blocked  bool // the socket is full, and awaited
	waits    bool // some of out didn't fit into the socket: all of it is kept
	proxied  bool // a proxy brought it, and it isn't counted for its client's address
	prefaced bool // the proxy's word about the client, where there was one, is read
	unnamed  bool // that word was about nobody

	pings uint16 // that came in the second pingTime
	held  int32  // bytes that waited for the socket after the last flush
	sent  uint32 // bytes the socket took; wraps
	taken uint32 // bytes its client had taken of them when thin last looked; wraps

	refused  *refusal      // over a limit, and to be told so; nil: it may stay
	code     uint16        // close code, for the counters
	pingTime uint16        // the second that pings are of, on the loops' coarse clock
	index    int32         // in the loop's list of connections
	need     int           // bytes that must be there before reading makes sense
	lastRead time.Duration // on the loops' coarse clock

	gone   func()     // is told of the end; nil: nobody is
	hs     *handshake // until accepted
	reader codec.Reader

	out      [][]byte // frames queued in this turn, and those that wait; the list is the loop's while none does
	outBytes int
	seats    []seat // rooms it is in

	nextOfUser, prevOfUser *Conn // others of the same user
}

// ID names the connection.
func (c *Conn) ID() delivery.Conn {
	return delivery.Conn{Reactor: c.loop.index, Serial: c.serial}
}

// User is who was bound, "" before.
func (c *Conn) User() string { return c.user }

// Device is which device was bound.
func (c *Conn) Device() string { return c.device }

// RemoteAddr is where the client connected from, as far as a proxy that is trusted
// ([Config].Proxies) has told; where it told by X-Forwarded-For the port is 0.
func (c *Conn) RemoteAddr() netip.AddrPort { return c.remote }

// Bind says who the connection is. It finds its way to the user's runs only
// by a Join post, after which Bind must not be called.
func (c *Conn) Bind(user, device string) {
	// A part of the upgrade request would keep all of it in memory.
	c.user, c.device = strings.Clone(user), strings.Clone(device)
}

// Open reports whether frames can be sent: the connection was accepted and
// its closing has not begun.
func (c *Conn) Open() bool { return c.state == open }

// SetWatched says whether runs to rooms go to Handler.Deliver instead of
// straight to the client.
func (c *Conn) SetWatched(on bool) { c.watched = on }

// Watched reports what SetWatched set.
func (c *Conn) Watched() bool { return c.watched }

// Send queues complete frames; they leave at the end of the turn. The bytes
// must never change. After the closing began it does nothing.
func (c *Conn) Send(frames []byte) {
	if c.state != open || len(frames) == 0 {
		return
	}
	c.loop.frames++
	if c.deflates {
		frames = deflateFrames(nil, frames)
	}
	c.queue(frames)
}

// SendRun queues those frames of run that are above after and that c did not
// send itself, and returns how many.
func (c *Conn) SendRun(run *delivery.Run, after uint64) int {
	if c.state != open || after >= run.Last() {
		return 0
	}
	if c.deflates {
		run = c.loop.packed.of(run)
	}
	return c.queueRun(run, after, run.Skips(c.ID()))
}

// queueRun queues the frames of run above after, as they are. Sender says that
// run leaves some out for c.
func (c *Conn) queueRun(run *delivery.Run, after uint64, sender bool) int {
	n := int(run.Last() - max(after, run.First-1))
	if sender {
		n = c.queueOthers(run, after)
	} else {
		c.queue(run.After(after))
	}
	c.loop.frames += n
	c.loop.delivered += n
	return n
}

// queueOthers queues the stretches between the frames that c sent itself.
func (c *Conn) queueOthers(run *delivery.Run, after uint64) (n int) {
	me, from := c.ID(), 0
	if after >= run.First {
		from = int(after-run.First) + 1
	}
	for _, skip := range run.Skip {
		if skip.Conn != me || skip.Index < from {
			continue
		}
		n += c.queueStretch(run, from, skip.Index)
		from = skip.Index + 1
	}
	return n + c.queueStretch(run, from, len(run.Ends))
}

// queueStretch queues the frames with from <= index < to.
func (c *Conn) queueStretch(run *delivery.Run, from, to int) int {
	if from >= to {
		return 0
	}
	start := int32(0)
	if from > 0 {
		start = run.Ends[from-1]
	}
	c.queue(run.Frames[start:run.Ends[to-1]])
	return to - from
}

// queue appends bytes to what leaves at the end of the turn, or once the socket
// takes them.
func (c *Conn) queue(b []byte) {
	switch {
	case c.waits:
		c.out = c.loop.kept.add(c.out, b)
	case c.out == nil:
		c.out = append(c.loop.outMemory(), b)
	default:
		c.out = append(c.out, b)
	}
	c.outBytes += len(b)
	c.loop.touch(c)
}

// Pending is how many bytes wait to be sent.
func (c *Conn) Pending() int { return c.outBytes }

// Close begins the closing handshake (RFC 6455 §7.1.2): it queues a close frame
// behind what was sent before and takes c out of the tables, so that nothing
// follows. The socket is closed when the client has answered, or after
// Config.CloseWait. A connection not accepted yet is refused with 503.
func (c *Conn) Close(code uint16, reason string) {
	switch c.state {
	case asking:
		c.Reject(503, "unavailable", reason)
	case reading:
		c.drop()
	case open:
		c.takeLeave()
		c.queue(codec.AppendClose(nil, code, reason))
		c.loop.frames++
		c.leave(code)
	}
}

// fail closes a connection whose peer broke the protocol: nothing it still
// sends is looked at (RFC 6455 §7.1.7).
func (c *Conn) fail(code uint16, reason string) {
	c.Close(code, reason)
	c.deaf, c.lingers = true, true
}

// leave takes c out of the tables and waits for the socket to come to its end.
func (c *Conn) leave(code uint16) {
	c.state, c.code = closing, code
	c.loop.forget(c)
	c.loop.closings.push(c.serial, c.loop.now()+c.loop.cfg.CloseWait)
}

// drop closes the socket at the end of the turn, after what is queued.
func (c *Conn) drop() {
	if c.state == gone || c.hangUp {
		return
	}
	if c.state != closing {
		c.state = closing
		c.loop.forget(c)
	}
	c.hangUp = true
	c.loop.touch(c)
}
