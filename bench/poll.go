package bench

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A poller is one epoll instance and an eventfd to wake it from another
// goroutine. Everything but wake belongs to the loop's goroutine.
type poller struct {
	fd     int
	bell   int
	events [512]unix.EpollEvent
	coarse bool // the kernel has no epoll_pwait2: timeouts are whole milliseconds
}

// bellSlot stands for the eventfd where others have the index of a connection.
const bellSlot = -1

func openPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	p := &poller{fd: fd, bell: bell}
	if err := p.watch(bell, bellSlot, unix.EPOLLIN); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *poller) close() {
	unix.Close(p.bell)
	unix.Close(p.fd)
}

// watch registers a descriptor; its events carry slot.
func (p *poller) watch(fd, slot int, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(slot)}
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &ev)
}

// rewatch changes what is asked of a registered descriptor.
func (p *poller) rewatch(fd, slot int, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(slot)}
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_MOD, fd, &ev)
}

// wake ends a wait, the running or the next one. Any goroutine may call it.
func (p *poller) wake() {
	one := [8]byte{1}
	unix.Write(p.bell, one[:]) // a full counter is a wake-up too
}

func (p *poller) silence() {
	var b [8]byte
	unix.Read(p.bell, b[:])
}

// wait returns the events that came, after timeout at the latest. It goes
// through the scheduler's syscall path, so that a blocked loop gives its
// processor to others.
func (p *poller) wait(timeout time.Duration) []unix.EpollEvent {
	n := p.waitOnce(max(timeout, 0))
	return p.events[:max(n, 0)]
}

func (p *poller) waitOnce(timeout time.Duration) int {
	if p.coarse {
		n, _ := unix.EpollWait(p.fd, p.events[:], int((timeout+time.Millisecond-1)/time.Millisecond))
		return n
	}
	ts := unix.NsecToTimespec(int64(timeout))
	n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
		uintptr(len(p.events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
	switch errno {
	case 0:
		return int(n)
	case unix.ENOSYS:
		p.coarse = true
	}
	return 0
}

// rawRead reads without telling the scheduler: the descriptor doesn't block.
func rawRead(fd int, b []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// rawWrite writes without telling the scheduler: the descriptor doesn't block.
func rawWrite(fd int, b []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
