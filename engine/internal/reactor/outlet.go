package reactor

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// outlet is how a loop writes to its connections' sockets. They are gnet's, which
// reads from them but doesn't write: it would copy what a socket doesn't take into
// a buffer for each connection, and tell nobody when that is sent.
type outlet interface {
	// write and writev hand a socket what it takes: nothing when it is full.
	write(c *Conn, b []byte) (int, error)
	writev(c *Conn, pieces [][]byte) (int, error)

	// await has ready tell once when the full socket of c takes bytes again.
	await(c *Conn) error

	// ready appends the serials of connections that were awaited, up to the
	// slice's capacity. It doesn't wait.
	ready(serials []uint64) []uint64
}

// sockets is the outlet to real ones. Which of them are full is known to an epoll
// of its own, since gnet has no call for it. The loop looks into it in its turns;
// a goroutine that is parked on the epoll's descriptor rings the loop for a turn.
type sockets struct {
	epoll  int
	file   *os.File // the same, for Go's poller
	events [readyConns]unix.EpollEvent
	ended  chan struct{} // closed when the goroutine has ended
}

// openSockets starts the goroutine that calls ring when a socket that is awaited
// takes bytes again.
func openSockets(ring func()) (*sockets, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // else Go's poller doesn't take it
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	s := &sockets{epoll: fd, file: os.NewFile(uintptr(fd), "outlet"), ended: make(chan struct{})}
	raw, err := s.file.SyscallConn()
	if err == nil {
		err = s.file.SetReadDeadline(time.Time{}) // fails if Go's poller hasn't taken it
	}
	if err != nil {
		_ = s.file.Close()
		return nil, fmt.Errorf("watch full sockets: %w", err)
	}
	go func() {
		defer close(s.ended)
		// The function is called for each change, and once before. What it says keeps
		// the call going until the file is closed: none is missed between two calls.
		_ = raw.Read(func(uintptr) bool {
			ring()
			return false
		})
	}()
	return s, nil
}

// close comes after the loop's end.
func (s *sockets) close() {
	_ = s.file.Close()
	<-s.ended
}

func (s *sockets) write(c *Conn, b []byte) (int, error) {
	return taken(unix.Write(c.sock.Fd(), b))
}

func (s *sockets) writev(c *Conn, pieces [][]byte) (int, error) {
	return taken(unix.Writev(c.sock.Fd(), pieces))
}

// taken makes nothing taken of a socket that is full.
func taken(n int, err error) (int, error) {
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return 0, nil
	}
	return 0, os.NewSyscallError("write", err)
}

// await arms the socket for one event. The first time it isn't known yet; closing
// it makes it unknown.
func (s *sockets) await(c *Conn) error {
	event := unix.EpollEvent{
		Events: unix.EPOLLOUT | unix.EPOLLONESHOT,
		Fd:     int32(uint32(c.serial)), Pad: int32(uint32(c.serial >> 32)),
	}
	err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_MOD, c.sock.Fd(), &event)
	if errors.Is(err, unix.ENOENT) {
		err = unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, c.sock.Fd(), &event)
	}
	if err != nil {
		return fmt.Errorf("await a full socket: %w", os.NewSyscallError("epoll_ctl", err))
	}
	return nil
}

func (s *sockets) ready(serials []uint64) []uint64 {
	most := min(len(s.events), cap(serials)-len(serials))
	n, _ := unix.EpollWait(s.epoll, s.events[:most], 0) // it doesn't wait, so nothing interrupts it
	for i := range s.events[:max(n, 0)] {
		e := &s.events[i]
		serials = append(serials, uint64(uint32(e.Fd))|uint64(uint32(e.Pad))<<32)
	}
	return serials
}
