package httpapi

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"gannet/codec"
)

// proxiedConn is a connection from a proxy that is trusted: before the client's
// bytes there may be a PROXY header, which says where the client is. It is read when
// the server first asks for the address or for bytes, which it does on the
// connection's own goroutine.
type proxiedConn struct {
	net.Conn
	admit   func(client netip.Addr) bool // is asked whether a client may stay
	preface sync.Once
	client  net.Addr // whom the header named; nil: nobody
	unnamed bool     // there was a header, and it named nobody
	err     error    // of reading the header

	rest []byte // came with the header; owned by who reads
}

var errCrowded = errors.New("too many connections from this address")

// RemoteAddr implements net.Conn. It waits for the header.
func (c *proxiedConn) RemoteAddr() net.Addr {
	c.preface.Do(c.readPreface)
	if c.client != nil {
		return c.client
	}
	return c.Conn.RemoteAddr()
}

// Read implements net.Conn.
func (c *proxiedConn) Read(p []byte) (int, error) {
	c.preface.Do(c.readPreface)
	switch {
	case len(c.rest) > 0:
		n := copy(p, c.rest)
		if c.rest = c.rest[n:]; len(c.rest) == 0 {
			c.rest = nil
		}
		return n, nil
	case c.err != nil:
		return 0, c.err
	}
	return c.Conn.Read(p)
}

// readPreface reads the header, if there is one, in the time that a request's header
// may take. Afterwards the server sets deadlines of its own.
func (c *proxiedConn) readPreface() {
	if c.err = c.Conn.SetReadDeadline(time.Now().Add(headerTimeout)); c.err != nil {
		return
	}
	client, size := c.readHeader()
	c.rest, c.unnamed = c.rest[size:], size > 0 && !client.IsValid()
	if client.IsValid() {
		c.client = net.TCPAddrFromAddrPort(client)
		if !c.admit(client.Addr()) {
			c.rest, c.err = nil, errCrowded
		}
	}
	if c.err == nil {
		c.err = c.Conn.SetReadDeadline(time.Time{})
	}
}

// readHeader reads until it is clear what the header says, and how long it is, or
// that there is none.
func (c *proxiedConn) readHeader() (client netip.AddrPort, size int) {
	part := make([]byte, 512)
	for {
		n, err := c.Conn.Read(part)
		c.rest = append(c.rest, part[:n]...)
		client, size, bad := codec.ParseProxy(c.rest)
		switch {
		case errors.Is(bad, codec.ErrNoProxy):
			c.err = err
			return client, 0
		case bad != nil:
			c.rest, c.err = nil, bad
			return client, 0
		case size > 0 || err != nil:
			c.err = err
			return client, size
		}
	}
}

// vouched lets requests through without X-Forwarded-For where a proxy has said that it
// speaks for nobody: one that passes on bytes then passes on the client's own list.
func vouched(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := socketOf(r.Context()); c != nil {
			if p, ok := c.Conn.(*proxiedConn); ok && p.unnamed {
				r.Header.Del("X-Forwarded-For")
			}
		}
		h.ServeHTTP(w, r)
	})
}
