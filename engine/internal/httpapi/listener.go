package httpapi

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"gannet/codec"
)

// boundedListener holds at most a fixed number of connections open. At the
// bound it stops accepting: who comes then waits in the kernel's queue, where
// it takes no descriptor of ours.
type boundedListener struct {
	net.Listener
	proxies codec.Proxies // from whom a PROXY header may come
	crowd   *crowd        // by address; nil: they aren't counted
	slots   chan struct{} // a token for each open connection, and one while an Accept waits
	open    atomic.Int64  // connections
	closed  chan struct{}
	close   func() error
}

func newBoundedListener(l net.Listener, bound int, proxies codec.Proxies) *boundedListener {
	b := &boundedListener{Listener: l, proxies: proxies, slots: make(chan struct{}, bound), closed: make(chan struct{})}
	b.close = sync.OnceValue(func() error {
		close(b.closed)
		return l.Close()
	})
	return b
}

// Accept implements net.Listener. Whose address has all that it may have is closed at
// once, or where a proxy has yet to say whose it is, then.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.acceptAny()
		if err != nil {
			return nil, err
		}
		peer, ok := c.RemoteAddr().(*net.TCPAddr)
		switch {
		case ok && l.proxies.Trusts(peer.AddrPort().Addr()):
			c.Conn = &proxiedConn{Conn: c.Conn, admit: func(client netip.Addr) bool { return l.admit(c, client) }}
		case ok && !l.admit(c, peer.AddrPort().Addr()):
			_ = c.Close()
			continue
		}
		return c, nil
	}
}

// admit reports whether there is a place for a client; who is a proxy needs none.
func (l *boundedListener) admit(c *conn, client netip.Addr) bool {
	return l.proxies.Trusts(client) || c.seat.take(client)
}

func (l *boundedListener) acceptAny() (*conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	l.open.Add(1)
	return &conn{Conn: c, leave: sync.OnceFunc(l.leave), seat: seat{crowd: l.crowd}}, nil
}

// Close implements net.Listener. It may be called again.
func (l *boundedListener) Close() error { return l.close() }

func (l *boundedListener) leave() {
	l.open.Add(-1)
	<-l.slots
}
