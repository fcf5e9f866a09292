package bench

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

// phase says how far a connection has come.
type phase uint8

const (
	phaseConnecting phase = iota // TCP handshake
	phaseUpgrading               // waiting for 101
	phaseGreeting                // waiting for the welcome
	phaseOpen
	phaseClosed
)

// A handler hears of one connection. Its methods run on the loop's goroutine.
type handler interface {
	opened(c *conn)            // from here on it may be written to
	message(c *conn, p []byte) // one text message; p dies when it returns
	closed(c *conn, err error) // it ended without our wish
}

// A bulkHandler can take frames that equal bytes already checked. It is asked
// before the frames are looked at one by one, and shown each of those.
type bulkHandler interface {
	bulk(buf []byte) (used int)
	seen(frame []byte)
}

// A conn is one connection of the generator. Owned by its loop.
type conn struct {
	loop        *loop
	fd          int
	slot        int
	phase       phase
	isWebSocket bool
	dirty       bool // in loop.dirty
	blocked     bool // the socket is full: wait for EPOLLOUT
	feed        func(c *conn, buf []byte) (used int, err error)
	handler     handler
	bulk        bulkHandler // nil if the handler isn't one
	rest        []byte      // beginning of something whose end hasn't come
	out         []byte      // out[outFrom:] is to be written
	outFrom     int
	wrote       int64   // when it last wrote, in the loop's clock
	mask        [4]byte // of its frames
	up          *upgrade
}

var (
	errEOF     = errors.New("the server closed the connection")
	errTooLong = errors.New("a frame is longer than the read buffer")
)

// text queues one text message; it leaves at the end of the turn.
func (c *conn) text(payload []byte) {
	c.out = codec.AppendMaskedFrame(c.out, codec.OpText, c.mask, payload)
	c.mark()
}

func (c *conn) ping() {
	c.out = codec.AppendMaskedFrame(c.out, codec.OpPing, c.mask, nil)
	c.mark()
}

// raw queues bytes that are no frame.
func (c *conn) raw(b []byte) {
	c.out = append(c.out, b...)
	c.mark()
}

func (c *conn) mark() {
	if !c.dirty {
		c.dirty = true
		c.loop.dirty = append(c.loop.dirty, c)
	}
}

// write writes what is queued and asks for EPOLLOUT if some of it remains.
func (c *conn) write() {
	for c.outFrom < len(c.out) {
		n, err := rawWrite(c.fd, c.out[c.outFrom:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if errors.Is(err, unix.EAGAIN) {
			c.block(true)
			return
		}
		if err != nil {
			c.fail(err)
			return
		}
		c.outFrom += n
	}
	c.wrote = c.loop.now
	c.out, c.outFrom = c.out[:0], 0
	c.block(false)
}

func (c *conn) block(blocked bool) {
	if c.blocked == blocked {
		return
	}
	c.blocked = blocked
	events := uint32(unix.EPOLLIN)
	if blocked {
		events |= unix.EPOLLOUT
	}
	if err := c.loop.poller.rewatch(c.fd, c.slot, events); err != nil {
		c.fail(err)
	}
}

// fail ends the connection and tells its handler.
func (c *conn) fail(err error) {
	if c.phase == phaseClosed {
		return
	}
	c.drop()
	c.handler.closed(c, err)
}

// drop ends the connection at once. The reset spares both sides a port in
// TIME_WAIT, of which a run over thousands of connections would leave too many.
func (c *conn) drop() {
	if c.phase == phaseClosed {
		return
	}
	c.phase = phaseClosed
	c.loop.conns[c.slot] = nil
	linger := unix.Linger{Onoff: 1}
	unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &linger)
	unix.Close(c.fd)
}

// feedFrames hands the complete frames in buf to the handler, in place.
func feedFrames(c *conn, buf []byte) (used int, err error) {
	if c.bulk != nil {
		used = c.bulk.bulk(buf)
	}
	for {
		f, n := splitFrame(buf[used:])
		if n == 0 || c.phase == phaseClosed {
			return used, nil
		}
		if f.first == finText {
			c.handler.message(c, f.payload)
			if c.bulk != nil {
				c.bulk.seen(buf[used : used+n])
			}
		} else if err := c.otherFrame(f); err != nil {
			return used, err
		}
		used += n
	}
}

// otherFrame deals with everything but a whole text message.
func (c *conn) otherFrame(f frame) error {
	switch {
	case f.first == 0x80|byte(codec.OpPing):
		c.out = codec.AppendMaskedFrame(c.out, codec.OpPong, c.mask, f.payload)
		c.mark()
		return nil
	case f.first == 0x80|byte(codec.OpPong):
		return nil
	case f.first == 0x80|byte(codec.OpClose):
		code, reason, err := codec.ParseClose(f.payload)
		if err != nil {
			return fmt.Errorf("malformed close frame: %w", err)
		}
		return fmt.Errorf("the server closed the connection with %d %s", code, reason)
	}
	return fmt.Errorf("unexpected frame, first byte %#x", f.first)
}
