package client

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"gannet/codec"
)

// link is one connection after its handshake. One goroutine reads it, one
// writes it; anybody may queue frames.
type link struct {
	nc       net.Conn
	patience time.Duration // silence after which the server counts as gone
	opened   time.Time
	wake     chan struct{} // tells the writer that something is queued
	done     chan struct{} // closed when the link is over

	// owned by the reading goroutine
	reader codec.Reader
	buf    []byte // what was read; buf[at:] is not decoded yet
	at     int
	asked  time.Duration // after which the server said to come back

	mu      sync.Mutex
	out     []byte // frames to be written
	closing bool   // our close frame is queued; deadlines stay as they are
	over    bool   // done is closed
	err     error  // why
}

const (
	readSize   = 16 << 10
	keepSize   = 1 << 20         // a larger read buffer is let go once it is empty
	maxPongs   = 1 << 20         // bytes queued, above which pings are not answered
	closeGrace = 1 * time.Second // for the server to answer our close frame
)

// newKey returns a masking key that nobody can foresee, RFC 6455 §5.3: the
// top-level functions of math/rand/v2 draw from a ChaCha8 stream with a random
// seed.
func newKey() (key [4]byte) {
	binary.LittleEndian.PutUint32(key[:], rand.Uint32())
	return key
}

// send queues a frame. A link that is over takes it and drops it.
func (l *link) send(op codec.Op, payload []byte) {
	l.mu.Lock()
	if !l.closing {
		l.out = codec.AppendMaskedFrame(l.out, op, newKey(), payload)
	}
	l.mu.Unlock()
	l.poke()
}

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// bye queues a close frame as the last one and leaves the server a moment to
// answer it, RFC 6455 §7.1.2.
func (l *link) bye(code uint16, reason string) {
	l.mu.Lock()
	if !l.closing {
		l.out = codec.AppendMaskedClose(l.out, newKey(), code, reason)
		l.closing = true
		l.nc.SetDeadline(time.Now().Add(closeGrace))
	}
	l.mu.Unlock()
	l.poke()
}

// end closes the connection. The first error is the one that counts.
func (l *link) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	l.over, l.err = true, err
	close(l.done)
	l.nc.Close()
}

// cause returns why the link is over.
func (l *link) cause() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// extend sets a deadline a while from now, except on a link that is closing.
func (l *link) extend(set func(time.Time) error, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closing {
		set(time.Now().Add(d))
	}
}

// take returns the queued frames and leaves old as the room for the next.
func (l *link) take(old []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.out
	l.out = old[:0]
	return out
}

// flush writes what is queued. spare is the room of the last flush.
func (l *link) flush(spare []byte) ([]byte, error) {
	out := l.take(spare)
	if len(out) == 0 {
		return out, nil
	}
	l.extend(l.nc.SetWriteDeadline, l.patience)
	_, err := l.nc.Write(out)
	return out, err
}

// next returns the next text or binary message. Its payload is good until the
// next call.
func (l *link) next() ([]byte, error) {
	for {
		msg, n, err := l.reader.Next(l.buf[l.at:])
		if err != nil {
			return nil, l.refuse(err)
		}
		if n == 0 {
			if err := l.fill(); err != nil {
				return nil, err
			}
			continue
		}
		l.at += n
		switch msg.Op {
		case codec.OpText, codec.OpBinary:
			return msg.Payload, nil
		case codec.OpPing:
			l.pong(msg.Payload)
		case codec.OpClose:
			return nil, l.closed(msg.Payload)
		}
	}
}

// fill reads more, into room enough for the frame under way.
func (l *link) fill() error {
	l.buf = l.buf[:copy(l.buf, l.buf[l.at:])]
	l.at = 0
	if len(l.buf) == 0 && cap(l.buf) > keepSize {
		l.buf = nil
	}
	if need := codec.Need(l.buf); need > cap(l.buf) {
		grown := make([]byte, len(l.buf), max(need, readSize))
		copy(grown, l.buf)
		l.buf = grown
	}
	l.extend(l.nc.SetReadDeadline, l.patience)
	n, err := l.nc.Read(l.buf[len(l.buf):cap(l.buf)])
	l.buf = l.buf[:len(l.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// pong answers a ping, RFC 6455 §5.5.2.
func (l *link) pong(payload []byte) {
	l.mu.Lock()
	full := len(l.out) > maxPongs
	l.mu.Unlock()
	if !full {
		l.send(codec.OpPong, payload)
	}
}

// closed answers the server's close frame and returns what it said.
func (l *link) closed(payload []byte) error {
	code, reason, err := codec.ParseClose(payload)
	if err != nil {
		return l.refuse(err)
	}
	l.bye(code, "")
	return &codec.CloseError{Code: code, Reason: reason}
}

// refuse tells the server what it did wrong.
func (l *link) refuse(err error) error {
	if fault, ok := err.(*codec.CloseError); ok {
		l.bye(fault.Code, fault.Reason)
	}
	return err
}

// isClosing reports whether the close frame is queued, or has left.
func (l *link) isClosing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closing
}
