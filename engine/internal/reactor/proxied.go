package reactor

import (
	"errors"
	"net/netip"

	"gannet/codec"
)

// readPreface looks for the PROXY header that may come before the upgrade request of
// a connection from a proxy, and reports whether the request can be looked for.
func (l *loop) readPreface(c *Conn) bool {
	buf, err := c.sock.Peek(-1)
	if err != nil {
		return false
	}
	client, n, err := codec.ParseProxy(buf)
	switch {
	case errors.Is(err, codec.ErrNoProxy):
		c.prefaced = true
		return true
	case err != nil:
		c.sendRejection(&refusal{status: 400, reason: "bad_request", msg: err.Error()})
		return false
	case n == 0:
		return false
	}
	if client.IsValid() {
		c.remote = client
	}
	c.prefaced, c.unnamed = true, !client.IsValid()
	_, _ = c.sock.Discard(n)
	return true
}

// place counts c for the address of its client, which is known by now. A proxy that
// doesn't say whom it speaks for is not counted, as loopback isn't. Where it has said
// that it speaks for nobody, what is forwarded is not its word either.
func (l *loop) place(c *Conn, forwarded []string) {
	if c.unnamed {
		forwarded = nil
	}
	peer := c.remote.Addr()
	client := l.cfg.Proxies.Client(peer, forwarded)
	if client != peer {
		c.remote = netip.AddrPortFrom(client, 0)
	}
	if l.cfg.Proxies.Trusts(client) {
		return
	}
	admitted, refused := l.owner.addresses.enter(client)
	c.proxied = !admitted
	if refused {
		c.refused = crowded
	}
}

// countedAs is the address that c is counted for, not valid for none.
func (c *Conn) countedAs() netip.Addr {
	if c.proxied {
		return netip.Addr{}
	}
	return c.remote.Addr()
}
