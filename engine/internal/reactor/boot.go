package reactor

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// keepAlive is after how much silence TCP itself asks whether the peer is still
// there: long, since the idle timeout is what usually finds out.
const keepAlive = 3 * time.Minute

// boot is what a loop needs to come up: its end of the doorbell, which gnet
// takes over as the loop's first socket, and the outlet to the others.
type boot struct {
	engine  gnet.Engine
	bell    net.Conn
	sockets *sockets
	up      chan struct{} // closed when the loop has its bell
	ended   chan struct{} // closed when gnet's Run has returned
	err     error         // why, set before ended is closed
}

// run starts the loop and returns when it can be posted to.
func (l *loop) run(addr string) error {
	near, far, err := bellPair()
	if err != nil {
		return fmt.Errorf("reactor %d: doorbell: %w", l.index, err)
	}
	l.inbox.bell = near // before there is anybody who rings
	l.boot.bell = far
	sockets, err := openSockets(l.inbox.ring)
	if err != nil {
		l.inbox.close()
		_ = far.Close()
		return fmt.Errorf("reactor %d: %w", l.index, err)
	}
	l.outlet, l.boot.sockets = sockets, sockets
	l.boot.up, l.boot.ended = make(chan struct{}), make(chan struct{})
	go l.serve(addr)
	select {
	case <-l.boot.up:
		return nil
	case <-l.boot.ended:
		l.inbox.close()
		_ = far.Close()
		return fmt.Errorf("reactor %d: listen on %s: %w", l.index, addr, l.boot.err)
	}
}

// serve is the goroutine that waits for gnet to end.
func (l *loop) serve(addr string) {
	err := gnet.Run(l, "tcp://"+addr,
		gnet.WithNumEventLoop(1),
		gnet.WithReusePort(true),
		gnet.WithReuseAddr(true),
		gnet.WithTCPKeepAlive(keepAlive),
		gnet.WithTCPNoDelay(gnet.TCPNoDelay),
		gnet.WithTicker(true),
		gnet.WithLogger(gnetLogger{l.cfg.Logger}),
	)
	if l.boot.err == nil {
		l.boot.err = err
	}
	l.inbox.close()
	l.boot.sockets.close()
	close(l.boot.ended)
	l.owner.ended(l)
}

// enroll gives the loop its end of the doorbell.
func (b *boot) enroll(l *loop) error {
	ctx := gnet.NewNetConnContext(gnet.NewContext(context.Background(), l), b.bell)
	result, err := b.engine.Register(ctx)
	if err != nil {
		return err
	}
	return (<-result).Err
}

// bellPair returns the two ends of a doorbell: a descriptor to write to, and
// the socket that then has bytes.
func bellPair() (near int, far net.Conn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, nil, os.NewSyscallError("socketpair", err)
	}
	if far, err = connOf(fds[1]); err != nil {
		_ = unix.Close(fds[0])
		return -1, nil, err
	}
	return fds[0], far, nil
}
