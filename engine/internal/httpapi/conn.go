package httpapi

import (
	"context"
	"crypto/tls"
	"net"
)

// conn is an accepted connection. It gives its slot back when it is closed, and
// can gather what net/http writes.
//
// net/http writes through a buffer of 4 KiB, so a page of history takes two
// system calls here, and two more at the client. With one write for all of it
// there are a tenth more pages a second (BenchmarkHistory, 2 cores: 78,000
// instead of 70,000).
type conn struct {
	net.Conn
	leave func()
	seat  seat // among those of its address

	// Owned by the goroutine that serves the connection.
	gathering bool
	gathered  []byte
}

// Answers of these sizes are gathered. Smaller ones surely fit net/http's buffer
// together with their header; for larger ones the copy isn't worth it.
const (
	gatherAbove = 3 << 10
	gatherUpTo  = 32 << 10
)

// Close implements net.Conn.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.seat.leave()
	c.leave()
	return err
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if c.gathering {
		c.gathered = append(c.gathered, p...)
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// gather keeps back what is written from now on.
func (c *conn) gather() { c.gathering = true }

// release writes what was kept back. If that fails, the connection is closed,
// because net/http believes that it was written.
func (c *conn) release() {
	c.gathering = false
	if _, err := c.Conn.Write(c.gathered); err != nil {
		_ = c.Conn.Close()
	}
	c.gathered = c.gathered[:0]
}

// connKey is the context key of a request's connection.
type connKey struct{}

// withConn lets an exchange find its connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf is nil where a request came over no connection of ours, or over TLS.
func connOf(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}

// socketOf is connOf, and below TLS what that goes over.
func socketOf(ctx context.Context) *conn {
	if secure, ok := ctx.Value(connKey{}).(*tls.Conn); ok {
		c, _ := secure.NetConn().(*conn)
		return c
	}
	return connOf(ctx)
}
