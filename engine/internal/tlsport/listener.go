package tlsport

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// buffer holds bytes that are on their way: a whole record of TLS.
type buffer [16 << 10]byte

// buffers are those that nobody uses. Who waits for the loop to say something keeps
// none: most connections are silent most of the time.
var buffers = sync.Pool{New: func() any { return new(buffer) }}

// listener reads what a loop says.
type listener struct {
	raw    syscall.RawConn
	read   func(fd uintptr) bool // readSome, made once
	buf    *buffer               // while there is something in it
	n      int
	failed error
}

var errNoSocket = errors.New("not a socket")

func listenTo(loop net.Conn) (*listener, error) {
	socket, ok := loop.(syscall.Conn)
	if !ok {
		return nil, errNoSocket
	}
	raw, err := socket.SyscallConn()
	l := &listener{raw: raw}
	l.read = l.readSome
	return l, err
}

// carry waits until the loop says something, and writes it to the client.
func (l *listener) carry(client net.Conn) error {
	if err := l.raw.Read(l.read); err != nil {
		return err
	}
	defer l.release()
	switch {
	case l.failed != nil:
		return os.NewSyscallError("read", l.failed)
	case l.n == 0:
		return io.EOF
	}
	if err := client.SetWriteDeadline(time.Now().Add(stallTime)); err != nil {
		return err
	}
	_, err := client.Write(l.buf[:l.n])
	return err
}

// readSome reads what is there. Nothing is: then it is called again when that has
// changed, and there is no buffer meanwhile.
func (l *listener) readSome(fd uintptr) bool {
	l.buf = buffers.Get().(*buffer)
	for {
		l.n, l.failed = unix.Read(int(fd), l.buf[:])
		switch {
		case errors.Is(l.failed, unix.EINTR):
			continue
		case errors.Is(l.failed, unix.EAGAIN):
			l.release()
			return false
		}
		return true
	}
}

func (l *listener) release() {
	buffers.Put(l.buf)
	l.buf = nil
}
