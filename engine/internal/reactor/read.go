package reactor

import (
	"errors"
	"time"

	"gannet/codec"
)

// read works on what has come in for a connection, which may be in any state.
func (l *loop) read(c *Conn) {
	l.readBy = c
	if c.state == reading {
		l.readHead(c)
	}
	switch {
	case c.deaf:
		if c.sock.InboundBuffered() > 0 {
			_, _ = c.sock.Discard(-1)
		}
	case c.state == asking:
		l.wait(c)
	case c.state == open || c.state == closing:
		l.readFrames(c)
	}
	l.readBy = nil
}

// wait lets bytes lie until the handler has accepted c, within bounds.
func (l *loop) wait(c *Conn) {
	if c.sock.InboundBuffered() > l.cfg.MaxMessage+headRoom {
		l.count.flooded.Add(1)
		c.drop()
	}
}

// readFrames decodes what is there and hands the messages over.
func (l *loop) readFrames(c *Conn) {
	n := c.sock.InboundBuffered()
	if n == 0 || n < c.need {
		return
	}
	buf, err := c.sock.Peek(n)
	if err != nil {
		return
	}
	used, messages := l.decode(c, buf)
	if messages > 0 {
		l.count.messages.Add(uint64(messages))
		l.handler.TurnEnd(c)
	}
	if used > 0 {
		_, _ = c.sock.Discard(used)
	}
}

// decode takes frames off buf until it holds no whole one any more.
func (l *loop) decode(c *Conn, buf []byte) (used, messages int) {
	c.need = 0
	for used < len(buf) && !c.hangUp {
		msg, n, err := c.reader.Next(buf[used:])
		if err != nil {
			l.breach(c, err)
			return len(buf), messages
		}
		if n == 0 {
			c.need = codec.Need(buf[used:])
			break
		}
		used += n
		if l.handle(c, msg) {
			messages++
		}
	}
	return used, messages
}

// handle acts on one message or control frame and reports whether it went to
// the handler. After a close frame was sent only the client's matters.
func (l *loop) handle(c *Conn, msg codec.Message) bool {
	switch {
	case msg.Op == codec.OpClose:
		l.answerClose(c, msg.Payload)
	case c.state != open:
	case msg.Op == codec.OpText || msg.Op == codec.OpBinary:
		l.handler.Message(c, msg.Payload)
		return true
	case msg.Op == codec.OpPing:
		l.answerPing(c, msg.Payload)
	}
	return false
}

// maxPings is how many pings a connection may send in a second. They are free of
// the limits that requests have: keeping a connection alive must not be refused.
const maxPings = 100

func (l *loop) answerPing(c *Conn, payload []byte) {
	if second := uint16(l.now() / time.Second); second != c.pingTime {
		c.pings, c.pingTime = 0, second
	}
	if c.pings++; c.pings > maxPings {
		c.fail(codec.ClosePolicy, "too many pings")
		return
	}
	c.Send(codec.AppendFrame(nil, codec.OpPong, payload)) // RFC 6455 §5.5.3
}

// answerClose ends the closing handshake: the client's close frame is answered
// unless it is itself an answer, and the server closes the socket first
// (RFC 6455 §5.5.1 and §7.1.1).
func (l *loop) answerClose(c *Conn, payload []byte) {
	code, _, _ := codec.ParseClose(payload) // the reader has judged it
	if c.state == open {
		c.Close(code, "")
		c.code = code
	}
	c.drop()
}

// breach closes with what the codec says; codec errors always are CloseErrors.
func (l *loop) breach(c *Conn, err error) {
	fault := &codec.CloseError{Code: codec.CloseProtocolError}
	errors.As(err, &fault)
	if c.state == closing {
		c.drop()
		return
	}
	c.fail(fault.Code, fault.Reason)
}
