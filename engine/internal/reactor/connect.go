package reactor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// brought is the context of a socket that [Reactors.Connect] brings: whose it is, and
// who wants to know of its end.
type brought struct {
	client netip.AddrPort
	gone   func()
}

var errEnded = errors.New("the reactors have ended")

// Connect makes a connection without a listener and returns the client's end of it:
// for who has the client's bytes from elsewhere, such as out of TLS. To the reactors
// it is a connection from the given address. When they have closed their end, and it
// counts no more, a loop calls gone, which must not wait. It costs two descriptors, and
// one more until it returns. Any goroutine may call it.
func (r *Reactors) Connect(client netip.AddrPort, gone func()) (net.Conn, error) {
	near, far, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("connect to a reactor: %w", err)
	}
	l := r.quietest()
	ctx := gnet.NewNetConnContext(gnet.NewContext(context.Background(), &brought{client, gone}), far)
	result, err := l.boot.engine.Register(ctx)
	if err != nil {
		_ = far.Close()
	} else {
		select {
		case done := <-result:
			err = done.Err
		case <-l.boot.ended:
			err = errEnded
		}
	}
	if err != nil {
		_ = near.Close()
		return nil, fmt.Errorf("connect to reactor %d: %w", l.index, err)
	}
	return near, nil
}

// quietest is the loop with the fewest connections.
func (r *Reactors) quietest() *loop {
	least := r.loops[0]
	for _, l := range r.loops[1:] {
		if l.count.connections.Load() < least.count.connections.Load() {
			least = l
		}
	}
	return least
}

// socketPair returns the two ends of a connection within this process.
func socketPair() (near, far net.Conn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	if near, err = connOf(fds[0]); err != nil {
		_ = unix.Close(fds[1])
		return nil, nil, err
	}
	if far, err = connOf(fds[1]); err != nil {
		_ = near.Close()
		return nil, nil, err
	}
	return near, far, nil
}

// connOf takes a socket over.
func connOf(fd int) (net.Conn, error) {
	file := os.NewFile(uintptr(fd), "socket pair")
	defer file.Close()
	return net.FileConn(file)
}
