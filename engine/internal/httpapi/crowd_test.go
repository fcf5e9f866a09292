package httpapi

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// tryTLS comes from a client's address, by a proxy, and says whether the server speaks
// to it.
func tryTLS(t *testing.T, s *Server, client string) (*tls.Conn, bool) {
	t.Helper()
	c, err := net.Dial("tcp", s.TLSAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, proxyHeader(t, 2, client)); err != nil {
		t.Fatal(err)
	}
	secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	return secure, secure.HandshakeContext(context.Background()) == nil
}

// TestTLSCrowd: nobody can hold all connections idle. An address has its places, who
// goes makes room, and WebSockets take none.
func TestTLSCrowd(t *testing.T) {
	const most = leastCrowd + 1
	s := newTestServer(&fakeChat{}, true)
	s.proxies = proxies(t, "loopback", "10.0.0.0/8")
	upgraded := make(chan net.Conn, 1)
	s.upgrade = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
		}
		upgraded <- c
	})
	startTLS(t, s, "127.0.0.1:0", 100, most)
	const client, neighbour, stranger = "2001:db8::9", "2001:db8::a", "2001:db8:0:1::9"
	var held []*tls.Conn
	for i := range most {
		c, ok := tryTLS(t, s, client)
		if !ok {
			t.Fatalf("%d are too many", i)
		}
		held = append(held, c)
	}
	for from, want := range map[string]bool{client: false, neighbour: false, stranger: true, "127.0.0.1": true, "10.0.0.9": true} {
		if _, ok := tryTLS(t, s, from); ok != want {
			t.Errorf("%s: %v", from, ok)
		}
	}
	if _, err := io.WriteString(held[0], "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	socket := <-upgraded
	if _, ok := tryTLS(t, s, client); !ok {
		t.Error("a WebSocket takes a place")
	}
	socket.Close()
	if _, ok := tryTLS(t, s, client); ok {
		t.Error("a WebSocket makes room twice")
	}
	held[1].Close()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, ok := tryTLS(t, s, client); ok {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no room after one went")
		}
	}
}

// comers is a listener for those who come from the given addresses, one after another.
type comers struct {
	net.Listener
	from   []string
	closed []string
}

type comer struct {
	net.Conn
	from string
	list *comers
}

func (l *comers) Accept() (net.Conn, error) {
	if len(l.from) == 0 {
		return nil, io.EOF
	}
	c := &comer{from: l.from[0], list: l}
	l.from = l.from[1:]
	return c, nil
}

func (c *comer) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(c.from), 4711))
}

func (c *comer) Close() error {
	c.list.closed = append(c.list.closed, c.from)
	return nil
}

// TestCrowdOfPeers: whose address is known at once is closed at once, and leaves its
// slot to others.
func TestCrowdOfPeers(t *testing.T) {
	l := &comers{from: []string{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2", "127.0.0.1", "127.0.0.1", "10.0.0.1", "10.0.0.1"}}
	b := newBoundedListener(l, 7, proxies(t, "10.0.0.0/8")) // six stay, and one is waited for
	b.crowd = newCrowd(1)
	b.crowd.most = 1
	var came []string
	for {
		c, err := b.Accept()
		if err != nil {
			break
		}
		came = append(came, c.(*conn).Conn.(interface{ source() string }).source())
	}
	if got := strings.Join(came, " "); got != "192.0.2.1 192.0.2.2 127.0.0.1 127.0.0.1 10.0.0.1 10.0.0.1" {
		t.Errorf("came: %s", got)
	}
	if got := strings.Join(l.closed, " "); got != "::ffff:192.0.2.1 192.0.2.1" {
		t.Errorf("closed: %s", got)
	}
	for range 2 { // a proxy that is named by another one
		if !b.admit(&conn{seat: seat{crowd: b.crowd}}, netip.MustParseAddr("10.0.0.2")) {
			t.Error("a proxy is counted")
		}
	}
}

func (c *comer) source() string       { return c.from }
func (c *proxiedConn) source() string { return c.Conn.(*comer).from }

// TestCrowdForgets: of those who have gone nothing is kept, and a limit that is too
// small for a browser is no limit for it.
func TestCrowdForgets(t *testing.T) {
	if newCrowd(0) != nil || newCrowd(1).most != leastCrowd || newCrowd(1000).most != 1000 {
		t.Error("wrong bounds")
	}
	c := newCrowd(leastCrowd)
	s := seat{crowd: c}
	if !s.take(netip.MustParseAddr("192.0.2.1")) || len(c.counts) != 1 {
		t.Errorf("%v", c.counts)
	}
	s.leave()
	s.leave()
	if len(c.counts) != 0 || s.take(netip.MustParseAddr("192.0.2.1")) {
		t.Errorf("after the end: %v", c.counts)
	}
}
