package reactor

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// descriptor is a socket that is only written to.
type descriptor struct {
	socket
	fd int
}

func (d descriptor) Fd() int { return d.fd }

// pair returns a connection and the socket at its other end.
func pair(t *testing.T, serial uint64) (*Conn, int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = unix.Close(fds[0]), unix.Close(fds[1]) })
	return &Conn{serial: serial, sock: descriptor{fd: fds[0]}}, fds[1]
}

// watched is an outlet and where it rings.
func watched(t *testing.T) (*sockets, chan struct{}) {
	t.Helper()
	rings := make(chan struct{}, 1000)
	s, err := openSockets(func() { rings <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	<-rings // the one before it waits
	return s, rings
}

// fill writes until the socket takes no more, and returns how much it took.
func fill(t *testing.T, s *sockets, c *Conn) (all int) {
	t.Helper()
	for {
		n, err := s.writev(c, [][]byte{make([]byte, 10_000), make([]byte, 10_000)})
		if err != nil {
			t.Fatal(err)
		}
		if all += n; n == 0 {
			return all
		}
	}
}

// empty reads n bytes.
func empty(t *testing.T, fd, n int) {
	t.Helper()
	buf := make([]byte, 64<<10)
	for n > 0 {
		m, err := unix.Read(fd, buf)
		if err != nil {
			t.Fatal(os.NewSyscallError("read", err))
		}
		n -= m
	}
}

// TestOutlet: a full socket takes nothing and is no error; once it takes bytes again
// the loop is rung, however often that happens, and told which it is.
func TestOutlet(t *testing.T) {
	s, rings := watched(t)
	for _, serial := range []uint64{7, 1<<63 + 1<<31 + 5} {
		c, far := pair(t, serial)
		for range 3 {
			n := fill(t, s, c)
			if err := s.await(c); err != nil {
				t.Fatal(err)
			}
			if got := s.ready(make([]uint64, 0, 10)); len(got) != 0 || len(rings) != 0 {
				t.Fatalf("%v are ready, rung %d times", got, len(rings))
			}
			empty(t, far, n)
			<-rings
			if got := s.ready(make([]uint64, 0, 10)); len(got) != 1 || got[0] != serial {
				t.Fatalf("%v are ready", got)
			}
			if got := s.ready(make([]uint64, 0, 10)); len(got) != 0 {
				t.Fatalf("%v are ready again", got)
			}
			for len(rings) > 0 {
				<-rings
			}
		}
	}
}

// TestOutletWhileReady: a socket that takes bytes by the time it is awaited is told,
// too, and so is one more while the loop hasn't looked at the first.
func TestOutletWhileReady(t *testing.T) {
	s, rings := watched(t)
	for serial := range uint64(3) {
		c, _ := pair(t, serial)
		if err := s.await(c); err != nil {
			t.Fatal(err)
		}
		<-rings
	}
	if got := s.ready(make([]uint64, 0, 2)); len(got) != 2 {
		t.Errorf("%v are ready, want 2 of them", got)
	}
	if got := s.ready(make([]uint64, 0, 2)); len(got) != 1 {
		t.Errorf("%v are ready, want the third", got)
	}
}

// TestOutletBroken: a socket that nobody is behind is an error, and one that was
// awaited is told.
func TestOutletBroken(t *testing.T) {
	s, rings := watched(t)
	c, far := pair(t, 1)
	fill(t, s, c)
	if err := s.await(c); err != nil {
		t.Fatal(err)
	}
	if err := unix.Shutdown(far, unix.SHUT_RDWR); err != nil {
		t.Fatal(err)
	}
	<-rings
	if got := s.ready(make([]uint64, 0, 1)); len(got) != 1 {
		t.Errorf("%v are ready", got)
	}
	if _, err := s.write(c, []byte("x")); err == nil {
		t.Error("no error")
	}
	if err := s.await(&Conn{sock: descriptor{fd: -1}}); err == nil {
		t.Error("no error")
	}
}
