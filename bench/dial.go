package bench

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

// A dial says where and as what to connect.
type dial struct {
	to      *net.TCPAddr
	source  net.IP  // address to connect from; nil: the system's choice
	host    string  // Host field
	target  string  // path and query of the upgrade
	greeted bool    // the server sends a welcome first
	handler handler // of the connection
	// feed, if set, takes the bytes as they come; there is no upgrade then.
	feed func(c *conn, buf []byte) (used int, err error)
}

// An upgrade is what a connection keeps until its WebSocket handshake is over.
type upgrade struct {
	host, target, key string
	greeted           bool
}

// dial begins a connection. The handler hears of its fate.
func (l *loop) dial(d dial) error {
	fd, err := connectSocket(d.to, d.source)
	if err != nil {
		return err
	}
	c := &conn{loop: l, fd: fd, handler: d.handler, feed: d.feed}
	if d.feed == nil {
		c.isWebSocket = true
		c.up = &upgrade{host: d.host, target: d.target, greeted: d.greeted}
	}
	rand.Read(c.mask[:])
	c.slot = len(l.conns)
	if err := l.poller.watch(fd, c.slot, unix.EPOLLOUT); err != nil {
		unix.Close(fd)
		return fmt.Errorf("epoll: %w", err)
	}
	l.add(c)
	return nil
}

// connectSocket opens a non-blocking socket and begins to connect it.
func connectSocket(to *net.TCPAddr, source net.IP) (int, error) {
	family := unix.AF_INET
	if to.IP.To4() == nil {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("socket: %w (each connection takes a descriptor; see `ulimit -n`)", err)
	}
	if err := connectFD(fd, to, source); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("connect %s: %w", to, err)
	}
	return fd, nil
}

func connectFD(fd int, to *net.TCPAddr, source net.IP) error {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	if source != nil {
		// The port is then chosen by connect, which knows the whole 4-tuple.
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		if err := unix.Bind(fd, sockaddr(source, 0)); err != nil {
			return err
		}
	}
	err := unix.Connect(fd, sockaddr(to.IP, to.Port))
	if errors.Is(err, unix.EINPROGRESS) {
		return nil
	}
	return err
}

func sockaddr(ip net.IP, port int) unix.Sockaddr {
	if v4 := ip.To4(); v4 != nil {
		return &unix.SockaddrInet4{Port: port, Addr: [4]byte(v4)}
	}
	return &unix.SockaddrInet6{Port: port, Addr: [16]byte(ip.To16())}
}

// connected goes on once the TCP handshake is over, one way or the other.
func (c *conn) connected() {
	code, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	if err == nil {
		err = c.loop.poller.rewatch(c.fd, c.slot, unix.EPOLLIN)
	}
	if err != nil {
		c.fail(err)
		return
	}
	if c.up == nil {
		c.phase = phaseOpen
		c.handler.opened(c)
		return
	}
	c.phase, c.feed = phaseUpgrading, feedUpgrade
	c.up.key = newKey()
	c.raw(codec.AppendRequest(nil, c.up.host, c.up.target, c.up.key, nil, false))
}

// newKey makes a Sec-WebSocket-Key (RFC 6455 §4.1).
func newKey() string {
	var nonce [16]byte
	rand.Read(nonce[:])
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// feedUpgrade waits for the answer to the upgrade.
func feedUpgrade(c *conn, buf []byte) (int, error) {
	resp, n, err := codec.ParseResponse(buf, c.up.key)
	if err != nil {
		body := bytes.TrimSpace(buf)
		err = fmt.Errorf("upgrade refused: %w (%.200q)", err, body)
		if resp != nil {
			err = refused(resp.Status, err)
		}
		return 0, err
	}
	if resp == nil {
		return 0, nil
	}
	greeted := c.up.greeted
	c.up, c.out = nil, nil // idle connections needn't keep the request
	if !greeted {
		c.open()
		used, err := feedFrames(c, buf[n:])
		return n + used, err
	}
	c.phase, c.feed = phaseGreeting, feedGreeting
	used, err := feedGreeting(c, buf[n:])
	return n + used, err
}

// feedGreeting waits for the welcome.
func feedGreeting(c *conn, buf []byte) (int, error) {
	f, n := splitFrame(buf)
	if n == 0 {
		return 0, nil
	}
	if f.first != finText {
		return n, c.otherFrame(f)
	}
	m, err := decodeMessage(f.payload)
	if err != nil {
		return 0, err
	}
	if m.Type != "system" || m.Event != "welcome" {
		return 0, fmt.Errorf("no welcome, but %.200q", f.payload)
	}
	c.open()
	used, err := feedFrames(c, buf[n:])
	return n + used, err
}

func (c *conn) open() {
	c.phase, c.feed = phaseOpen, feedFrames
	c.wrote = c.loop.now
	c.handler.opened(c)
}
