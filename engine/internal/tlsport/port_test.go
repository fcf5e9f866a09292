package tlsport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

const testKey = "dGhlIHNhbXBsZSBub25jZQ=="

// site is an HTTP server with a port; the loops' ends come out of loops.
type site struct {
	t     *testing.T
	port  *Port
	http  *httptest.Server
	loops chan loopEnd
	fail  error // of Connect
}

// loopEnd is what a loop has of a connection.
type loopEnd struct {
	net.Conn
	from netip.AddrPort
	gone func()
}

// Close implements net.Conn, as loops close.
func (l loopEnd) Close() error {
	err := l.Conn.Close()
	l.gone()
	return err
}

func newSite(t *testing.T, most int) *site {
	s := &site{t: t, loops: make(chan loopEnd, 10)}
	s.port = New(Config{Max: most, Logger: slog.New(slog.DiscardHandler), Connect: func(client netip.AddrPort, gone func()) (net.Conn, error) {
		if s.fail != nil {
			return nil, s.fail
		}
		near, far := socketPair(t)
		s.loops <- loopEnd{far, client, gone}
		return near, nil
	}})
	s.http = httptest.NewTLSServer(s.port)
	t.Cleanup(s.http.Close)
	return s
}

func socketPair(t *testing.T) (near, far net.Conn) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	var ends [2]net.Conn
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "pair")
		if ends[i], err = net.FileConn(file); err != nil {
			t.Error(err)
		}
		file.Close()
		_ = ends[i].SetDeadline(time.Now().Add(patience))
	}
	_ = ends[0].SetDeadline(time.Time{})
	t.Cleanup(func() { ends[1].Close() })
	return ends[0], ends[1]
}

// dial connects a client and sends what it is given.
func (s *site) dial(request []byte) *tls.Conn {
	s.t.Helper()
	c, err := tls.Dial("tcp", s.http.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(request); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func upgrade() []byte { return codec.AppendRequest(nil, "localhost", "/ws?uid=1", testKey, nil, false) }

// connect is dial and the loop's end, with the request taken off.
func (s *site) connect(request []byte) (*tls.Conn, loopEnd) {
	s.t.Helper()
	c := s.dial(request)
	loop := <-s.loops
	for buf := []byte{}; ; {
		part := make([]byte, 64<<10)
		n, err := loop.Read(part)
		if err != nil {
			s.t.Fatal(err)
		}
		buf = append(buf, part[:n]...)
		if req, size, err := codec.ParseRequest(buf); err != nil || size > 0 {
			if err != nil || req.Query != "uid=1" {
				s.t.Fatalf("%+v, %v", req, err)
			}
			if rest := buf[size:]; len(rest) > 0 {
				loop.Conn = &withRest{loop.Conn, rest}
			}
			return c, loop
		}
	}
}

// withRest gives back what was read too early.
type withRest struct {
	net.Conn
	rest []byte
}

func (c *withRest) Read(p []byte) (int, error) {
	if len(c.rest) > 0 {
		n := copy(p, c.rest)
		c.rest = c.rest[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

func (s *site) close(ctx context.Context) error {
	err := s.port.Close(ctx)
	s.http.Close()
	return err
}

// expect reads as many bytes as want has.
func expect(t *testing.T, what string, r io.Reader, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %.40q, %v", what, len(want), got, err)
	}
}

// TestBytesGoBothWays: also those that came with the request, few and many.
func TestBytesGoBothWays(t *testing.T) {
	s := newSite(t, 10)
	client, loop := s.connect(append(upgrade(), "early"...))
	if want := client.LocalAddr().String(); loop.from.String() != want {
		t.Errorf("from %s, want %s", loop.from, want)
	}
	expect(t, "early", loop, []byte("early"))
	for _, size := range []int{1, smallRead - 1, smallRead, smallRead + 1, len(buffer{}), len(buffer{}) + 1, 100_000} {
		text := bytes.Repeat([]byte{byte(size)}, size)
		go func() { _, _ = client.Write(text) }()
		expect(t, "up", loop, text)
		go func() { _, _ = loop.Write(text) }()
		expect(t, "down", client, text)
	}
	client.Close()
	if n, err := loop.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("after the client's end: %d, %v", n, err)
	}
	loop.Close()
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestRequestIsHandedOn: all its fields, repeated ones too.
func TestRequestIsHandedOn(t *testing.T) {
	s := newSite(t, 10)
	request := bytes.Replace(upgrade(), []byte("\r\n\r\n"), []byte("\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n"+
		"Origin: https://a.example.com\r\nAuthorization: Bearer x\r\nSec-WebSocket-Protocol: gannet.v1\r\n\r\n"), 1)
	client := s.dial(request)
	loop := <-s.loops
	part := make([]byte, 64<<10)
	n, err := loop.Read(part)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := codec.ParseRequest(request)
	if err != nil {
		t.Fatal(err)
	}
	got, size, err := codec.ParseRequest(part[:n])
	if err != nil || size != n {
		t.Fatalf("%d of %d, %v", size, n, err)
	}
	if got.Path != want.Path || got.Query != want.Query || got.Host != want.Host || got.Origin != want.Origin || got.Key != want.Key ||
		got.Authorization != want.Authorization || strings.Join(got.Protocols, ",") != "gannet.v1" || strings.Join(got.ForwardedFor, ",") != "192.0.2.1,192.0.2.2" {
		t.Errorf("got %+v, want %+v", got, want)
	}
	client.Close()
	loop.Close()
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestLoopEnds: what it said last arrives, then the end.
func TestLoopEnds(t *testing.T) {
	s := newSite(t, 10)
	client, loop := s.connect(upgrade())
	_, _ = loop.Write([]byte("goodbye"))
	loop.Close()
	if all, err := io.ReadAll(client); string(all) != "goodbye" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	client.Close()
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestNoRoom: who is one too many is told so, and there is room again when one goes;
// so it is when no loop takes it.
func TestNoRoom(t *testing.T) {
	s := newSite(t, 1)
	client, loop := s.connect(upgrade())
	refused := func(what string) {
		t.Helper()
		c := s.dial(upgrade())
		all, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(all, []byte("HTTP/1.1 503 ")) || !bytes.Contains(all, []byte(`"reason":"busy"`)) {
			t.Errorf("%s: %q, %v", what, all, err)
		}
	}
	refused("full")
	client.Close()
	loop.Close()
	s.port.wg.Wait()
	s.fail = errors.New("no loop")
	refused("no loop")
	s.fail = nil
	client, loop = s.connect(upgrade())
	client.Close()
	loop.Close()
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
	if ok := func() bool { _, ok := s.port.enter(); return ok }(); ok {
		t.Error("taken after the end")
	}
}

// TestCloseCuts: when the time is over nobody is waited for.
func TestCloseCuts(t *testing.T) {
	s := newSite(t, 10)
	client, loop := s.connect(upgrade())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the client reads %d, %v", n, err)
	}
	if n, err := loop.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the loop reads %d, %v", n, err)
	}
}

// TestHungUp: a client that takes nothing of what is left is cut soon after the loop
// has closed, however long it could have kept the loop waiting.
func TestHungUp(t *testing.T) {
	s := newSite(t, 10)
	client, loop := s.connect(upgrade())
	loop.fill()
	loop.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience) // far below stallTime
	defer cancel()
	if err := s.close(ctx); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, client); err == nil {
		t.Error("it got all")
	}
}

// fill writes until nobody takes anything any more.
func (l loopEnd) fill() {
	for {
		_ = l.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := l.Write(make([]byte, 64<<10)); err != nil {
			return
		}
	}
}

// TestHungUpEarly: the loop may close, and the port, before the connection has been
// taken over.
func TestHungUpEarly(t *testing.T) {
	client, other := net.Pipe()
	defer other.Close()
	near, loop := socketPair(t)
	p := new(pipe)
	p.hungUp()
	p.cut()
	p.set(client, near)
	for name, end := range map[string]net.Conn{"client": other, "loop": loop} {
		if n, err := end.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	p.hungUp() // changes nothing any more
}

// stalled is a client that takes nothing: a write fails at its deadline, and never
// without one.
type stalled struct {
	net.Conn
	deadline chan time.Time
}

func (c *stalled) SetWriteDeadline(at time.Time) error {
	c.deadline <- at
	return nil
}

func (c *stalled) Write([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// TestStalledClient: who takes nothing for too long is cut, and the loop is told.
func TestStalledClient(t *testing.T) {
	client, other := net.Pipe()
	defer other.Close()
	near, loop := socketPair(t)
	deadlines := make(chan time.Time, 10)
	p := new(pipe)
	p.set(&stalled{client, deadlines}, near)
	done := make(chan struct{})
	go func() { p.run(); close(done) }()
	start := time.Now()
	_, _ = loop.Write([]byte("anybody?"))
	if at := <-deadlines; at.Before(start.Add(stallTime)) {
		t.Errorf("%s is little time", at.Sub(start))
	}
	<-done
	if n, err := loop.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the loop reads %d, %v", n, err)
	}
}

// half notes that its writing side was closed.
type half struct {
	net.Conn
	closed chan struct{}
}

func (c *half) CloseWrite() error {
	close(c.closed)
	return nil
}

// TestGoodbye: at the loop's end TLS is ended as it should be, before the connection
// is cut.
func TestGoodbye(t *testing.T) {
	client, other := net.Pipe()
	near, loop := socketPair(t)
	closed := make(chan struct{})
	p := new(pipe)
	p.set(&half{client, closed}, near)
	done := make(chan struct{})
	go func() { p.run(); close(done) }()
	loop.Close()
	<-closed
	other.Close()
	<-done
}

// Nothing but an upgrade is expected; a recorder can't be taken over.
func TestNoTakingOver(t *testing.T) {
	s := newSite(t, 1)
	r := httptest.NewRequest(http.MethodGet, "/ws", nil)
	s.port.ServeHTTP(httptest.NewRecorder(), r)
	if loop := <-s.loops; loop.from.String() != r.RemoteAddr {
		t.Errorf("from %s", loop.from)
	}
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
}
