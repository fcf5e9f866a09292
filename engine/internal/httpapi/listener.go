package httpapi

import (
	"net"
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

// Accept implements net.Listener.
func (l *boundedListener) Accept() (net.Conn, error) {
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
	if peer, ok := c.RemoteAddr().(*net.TCPAddr); ok && l.proxies.Trusts(peer.AddrPort().Addr()) {
		c = &proxiedConn{Conn: c}
	}
	return &conn{Conn: c, leave: sync.OnceFunc(l.leave)}, nil
}

// Close implements net.Listener. It may be called again.
func (l *boundedListener) Close() error { return l.close() }

func (l *boundedListener) leave() {
	l.open.Add(-1)
	<-l.slots
}
