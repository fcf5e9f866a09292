package reactor

import (
	"errors"
	"slices"
	"time"

	"gannet/codec"
)

// handshake is what is kept of an upgrade request until it is answered.
type handshake struct {
	req     *codec.Request
	deflate *codec.Deflate
}

// noTakeover makes one compressed frame fit every connection, and spares each
// connection the memory of a window.
var noTakeover = codec.DeflatePolicy{ServerNoContextTakeover: true, ClientNoContextTakeover: true}

// headRoom is what a client may send beyond one message before it is accepted.
const headRoom = 8 << 10

// readHead looks for the upgrade request and asks the handler about it.
func (l *loop) readHead(c *Conn) {
	if c.proxied && !c.prefaced && !l.readPreface(c) {
		return
	}
	buf, err := c.sock.Peek(-1)
	if err != nil {
		return
	}
	req, n, err := codec.ParseRequest(buf)
	switch {
	case err != nil:
		c.refuse(err)
		return
	case n == 0:
		return
	}
	_, _ = c.sock.Discard(n)
	c.hs = &handshake{req: req}
	if l.cfg.Deflate {
		c.hs.deflate, _ = codec.NegotiateDeflate(req.Extensions, noTakeover)
	}
	c.state = asking
	if c.proxied {
		l.place(c, req.ForwardedFor)
	}
	switch {
	case l.owner.stopping.Load():
		c.sendRejection(shuttingDown)
	case c.refused != nil:
		c.sendRejection(c.refused)
	default:
		c.handled = true
		l.handler.Open(c, req)
	}
}

// Offered is the first of the client's subprotocols that the server has too,
// "" if there is none (RFC 6455 §4.2.2). It is known until c is accepted.
func (c *Conn) Offered() string {
	if c.hs == nil {
		return ""
	}
	for _, p := range c.hs.req.Protocols {
		if slices.Contains(c.loop.cfg.Protocols, p) {
			return p
		}
	}
	return ""
}

// Accept answers the upgrade request with the given subprotocol, which must be
// one of the client's, or "" for none; the first frames leave with the answer.
// It reports whether c was still waiting for it.
func (c *Conn) Accept(protocol string, first ...[]byte) bool {
	if c.state != asking {
		return false
	}
	hs := c.hs
	c.reader.Reset(codec.ReaderConfig{MaxMessage: c.loop.cfg.MaxMessage, Deflate: hs.deflate})
	c.hs, c.state, c.need = nil, open, 0
	c.deflates, c.stays = hs.deflate != nil, true
	c.loop.count.accepted.Add(1)
	c.queue(codec.AppendAccept(nil, hs.req, protocol, hs.deflate))
	for _, frames := range first {
		c.Send(frames)
	}
	c.loop.resume(c)
	return true
}

// Reject answers the upgrade request with an HTTP error and closes. With a 503 the
// client is told when to try again.
func (c *Conn) Reject(status int, reason, msg string) {
	if c.state != asking {
		return
	}
	why := &refusal{status: status, reason: reason, msg: msg}
	if status == 503 {
		why.retryAfter = retryBusy
	}
	c.sendRejection(why)
}

// refuse answers a request that is none.
func (c *Conn) refuse(err error) {
	fault := &codec.HandshakeError{Status: 400, Reason: "bad_request"}
	errors.As(err, &fault)
	c.sendRejection(&refusal{status: fault.Status, reason: fault.Reason, msg: fault.Msg})
}

// Login takes one of the logins that there may be each second ([Config].MaxLogins).
// It is for clients that are known to be who they say. Where none is left it says
// how long c is to stay away, which is another time for each.
func (c *Conn) Login() (wait time.Duration, ok bool) {
	owner := c.loop.owner
	if owner.logins.take(time.Since(owner.start)) {
		return 0, true
	}
	c.loop.count.postponed.Add(1)
	return owner.logins.comeBack(time.Since(owner.start)), false
}

// Postpone answers the upgrade request of a client for which there was no
// [Conn.Login] left.
func (c *Conn) Postpone(reason, msg string, wait time.Duration) {
	if c.state == asking {
		c.answerRejection(&refusal{503, reason, msg, wait})
	}
}

func (c *Conn) sendRejection(why *refusal) {
	c.loop.count.countReject(why.status)
	c.answerRejection(why.spread())
}

func (c *Conn) answerRejection(why *refusal) {
	c.hs, c.deaf, c.lingers = nil, true, true
	c.queue(codec.AppendReject(nil, why.status, why.reason, why.msg, why.retryAfter))
	c.leave(0)
}
