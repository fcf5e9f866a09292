package reactor

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// reservation keeps a TCP address while the reactors bind to it, each with
// SO_REUSEPORT. That option would let another process' listener on the same
// address go unnoticed, and halve the connections with it; so the address is
// first taken without it. The socket never listens.
type reservation struct {
	fd   int
	addr *net.TCPAddr
}

// reserve takes the address, with a free port in place of port 0.
func reserve(address string) (*reservation, error) {
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	if tcp.IP == nil && !hasIPv6() {
		tcp.IP = net.IPv4zero
	}
	r := &reservation{addr: tcp}
	if err := r.bind(); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return r, nil
}

func (r *reservation) bind() error {
	sa, family := sockaddr(r.addr)
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if err := take(fd, sa, r.addr.Port == 0); err != nil {
		_ = unix.Close(fd)
		return err
	}
	r.fd = fd
	return r.readPort()
}

// take binds so that listeners elsewhere are in the way, but connections that
// an earlier process left behind (TIME_WAIT) and our reactors are not. With a
// port yet to be found SO_REUSEADDR comes afterwards: before, the kernel might
// pick one that another reservation has.
func take(fd int, sa unix.Sockaddr, anyPort bool) error {
	if !anyPort {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(fd, sa); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
}

func (r *reservation) readPort() error {
	sa, err := unix.Getsockname(r.fd)
	if err != nil {
		r.release()
		return os.NewSyscallError("getsockname", err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		r.addr.Port = sa.Port
	case *unix.SockaddrInet6:
		r.addr.Port = sa.Port
	}
	return nil
}

func (r *reservation) release() { _ = unix.Close(r.fd) }

func sockaddr(addr *net.TCPAddr) (unix.Sockaddr, int) {
	if ip := addr.IP.To4(); ip != nil {
		return &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte(ip)}, unix.AF_INET
	}
	sa := &unix.SockaddrInet6{Port: addr.Port}
	copy(sa.Addr[:], addr.IP.To16())
	if ifi, err := net.InterfaceByName(addr.Zone); err == nil {
		sa.ZoneId = uint32(ifi.Index)
	}
	return sa, unix.AF_INET6
}

func hasIPv6() bool {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EAFNOSUPPORT) {
		return false
	}
	_ = unix.Close(fd)
	return true
}
