package reactor

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	proxyproto "github.com/pires/go-proxyproto"

	"gannet/codec"
)

func proxies(t testing.TB, list ...string) codec.Proxies {
	t.Helper()
	p, err := codec.ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// forwarded is an upgrade request with fields X-Forwarded-For.
func forwarded(values ...string) []byte {
	var fields []byte
	for _, v := range values {
		fields = fmt.Appendf(fields, "X-Forwarded-For: %s\r\n", v)
	}
	request := upgrade()
	return slices.Concat(request[:len(request)-2], fields, []byte("\r\n"))
}

// preface is a PROXY header as another implementation writes it.
func preface(t testing.TB, version byte, client string) []byte {
	t.Helper()
	from := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(client))
	b, err := proxyproto.HeaderProxyFromAddrs(version, from, &net.TCPAddr{IP: from.IP, Port: 9502}).Format()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bring opens a socket from ip, on which the given bytes come.
func (l *testLoop) bring(ip string, in ...[]byte) (*Conn, *fakeSocket) {
	s := new(fakeSocket)
	c, answer := l.open(s, netip.AddrPortFrom(netip.MustParseAddr(ip), 1234))
	if c == nil {
		s.wrote = answer
		return nil, s
	}
	for _, part := range in {
		s.in = append(s.in, part...)
		l.read(c)
	}
	l.flush()
	return c, s
}

func (s *fakeSocket) accepted() bool { return bytes.HasPrefix(s.wrote, []byte("HTTP/1.1 101 ")) }

// TestProxiedAddress: whom a connection belongs to, by whatever way it is said, and
// that nobody but the proxies is believed.
func TestProxiedAddress(t *testing.T) {
	v1, v2 := preface(t, 1, "203.0.113.9:4711"), preface(t, 2, "[2001:db8::9]:4711")
	throughProxy := preface(t, 1, "10.0.0.7:4711") // which is one too
	nobody := []byte("PROXY UNKNOWN\r\n")
	for name, c := range map[string]struct {
		from string
		in   [][]byte
		want string
	}{
		"nobody's word":        {"192.0.2.1", [][]byte{upgrade()}, "192.0.2.1:1234"},
		"a client's claim":     {"192.0.2.1", [][]byte{forwarded("203.0.113.1")}, "192.0.2.1:1234"},
		"version 1":            {"10.0.0.1", [][]byte{v1, upgrade()}, "203.0.113.9:4711"},
		"version 2":            {"10.0.0.1", [][]byte{v2, upgrade()}, "[2001:db8::9]:4711"},
		"in one piece":         {"10.0.0.1", [][]byte{slices.Concat(v2, upgrade())}, "[2001:db8::9]:4711"},
		"in many pieces":       {"10.0.0.1", append(slices.Collect(slices.Chunk(v2, 1)), upgrade()), "[2001:db8::9]:4711"},
		"the proxy itself":     {"10.0.0.1", [][]byte{nobody, upgrade()}, "10.0.0.1:1234"},
		"no word":              {"10.0.0.1", [][]byte{upgrade()[:1], upgrade()[1:]}, "10.0.0.1:1234"},
		"a field":              {"10.0.0.1", [][]byte{forwarded("198.51.100.1, 203.0.113.1")}, "203.0.113.1:0"},
		"two fields":           {"10.0.0.1", [][]byte{forwarded("203.0.113.1", "10.0.0.8")}, "203.0.113.1:0"},
		"garbage":              {"10.0.0.1", [][]byte{forwarded("no address")}, "10.0.0.1:1234"},
		"header and claim":     {"10.0.0.1", [][]byte{v1, forwarded("198.51.100.1")}, "203.0.113.9:4711"},
		"nobody and a claim":   {"10.0.0.1", [][]byte{nobody, forwarded("198.51.100.1")}, "10.0.0.1:1234"},
		"header of a next one": {"10.0.0.1", [][]byte{throughProxy, forwarded("198.51.100.1")}, "198.51.100.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTestLoop(Config{MaxPerAddress: 5, Proxies: proxies(t, "10.0.0.0/8")})
			conn, s := l.bring(c.from, c.in...)
			if got := conn.RemoteAddr().String(); got != c.want || !s.accepted() {
				t.Errorf("got %s, want %s; answer %.40q", got, c.want, s.wrote)
			}
			want := 1
			if strings.HasPrefix(c.want, "10.") {
				want = 0 // a proxy isn't counted
			}
			if n := l.owner.addresses.count(); n != want {
				t.Errorf("%d addresses on the books", n)
			}
			l.closed(conn)
			if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
				t.Errorf("%d addresses and %d sockets left", n, l.owner.sockets.Load())
			}
		})
	}
}

// TestPrefaceRefused: a header from who may not send one, and a bad one.
func TestPrefaceRefused(t *testing.T) {
	good := preface(t, 1, "203.0.113.9:4711")
	for name, c := range map[string]struct {
		from string
		in   [][]byte
	}{
		"from a client":    {"192.0.2.1", [][]byte{slices.Concat(good, upgrade())}},
		"2 from a client":  {"192.0.2.1", [][]byte{slices.Concat(preface(t, 2, "203.0.113.9:4711"), upgrade())}},
		"malformed":        {"10.0.0.1", [][]byte{slices.Concat([]byte("PROXY TCP4 1 2 3 4\r\n"), upgrade())}},
		"a second one":     {"10.0.0.1", [][]byte{slices.Concat(good, good, upgrade())}},
		"a second, later":  {"10.0.0.1", [][]byte{good, good, upgrade()}},
		"binary, then one": {"10.0.0.1", [][]byte{slices.Concat(preface(t, 2, "203.0.113.9:4711"), good, upgrade())}},
	} {
		l := newTestLoop(Config{MaxPerAddress: 5, Proxies: proxies(t, "10.0.0.0/8")})
		conn, s := l.bring(c.from, c.in...)
		if !bytes.HasPrefix(s.wrote, []byte("HTTP/1.1 400 ")) {
			t.Errorf("%s: %.40q", name, s.wrote)
		}
		l.closed(conn)
		if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
			t.Errorf("%s: %d addresses and %d sockets left", name, n, l.owner.sockets.Load())
		}
	}
}

// TestMaxPerAddressBehindProxy: the clients of a proxy are counted one by one, those
// that are refused take no place, and all of it is forgotten when they go.
func TestMaxPerAddressBehindProxy(t *testing.T) {
	l := newTestLoop(Config{MaxPerAddress: 2, Proxies: proxies(t, "10.0.0.0/8", "loopback")})
	var conns []*Conn
	come := func(from, client string) *fakeSocket {
		t.Helper()
		c, s := l.bring(from, forwarded(client))
		if c == nil {
			t.Fatalf("%s for %s: closed at once", from, client)
		}
		conns = append(conns, c)
		return s
	}
	for _, from := range []string{"10.0.0.1", "127.0.0.1"} {
		if !come(from, "203.0.113.1").accepted() || !come(from, "203.0.113.2").accepted() {
			t.Fatal("refused within the limit")
		}
	}
	for i := range overflow + 5 { // the last five aren't even on the books
		if s := come("10.0.0.1", "203.0.113.1"); !bytes.HasPrefix(s.wrote, []byte("HTTP/1.1 429 ")) {
			t.Fatalf("%d: %.40q", i, s.wrote)
		}
	}
	l.closed(conns[0])
	conns = conns[1:]
	if !come("10.0.0.1", "203.0.113.1").accepted() {
		t.Error("no room after one went")
	}
	for _, c := range conns {
		l.closed(c)
	}
	if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
		t.Errorf("%d addresses and %d sockets left", n, l.owner.sockets.Load())
	}
}

// TestBehindProxyWhenFull: who is above the limit of all connections is told so.
func TestBehindProxyWhenFull(t *testing.T) {
	l := newTestLoop(Config{MaxPerAddress: 2, Proxies: proxies(t, "10.0.0.0/8")})
	l.owner.limit = 1
	first, _ := l.bring("10.0.0.1", forwarded("203.0.113.1"))
	second, s := l.bring("10.0.0.1", forwarded("203.0.113.1"))
	if !bytes.HasPrefix(s.wrote, []byte("HTTP/1.1 503 ")) {
		t.Errorf("%.40q", s.wrote)
	}
	l.closed(first)
	l.closed(second)
	if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
		t.Errorf("%d addresses and %d sockets left", n, l.owner.sockets.Load())
	}
}

// TestPrefaceOnASocket: the same with real ones, with and without a header.
func TestPrefaceOnASocket(t *testing.T) {
	addrs := make(chan string, 3)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) { addrs <- c.RemoteAddr().Addr().String(); c.Accept("") }
	r := serve(t, Config{Reactors: 1, Proxies: proxies(t, "loopback")}, h)
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{slices.Concat(preface(t, 2, "203.0.113.9:4711"), upgrade()), "203.0.113.9"},
		{slices.Concat(preface(t, 1, "[2001:db8::9]:4711"), upgrade()), "2001:db8::9"},
		{upgrade(), "127.0.0.1"},
	} {
		client := dialRaw(t, r)
		client.write(append(c.in, masked(codec.OpText, "hello")...))
		if resp := client.response(); resp.Status != 101 {
			t.Fatalf("status %d", resp.Status)
		}
		if got := <-addrs; got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if got := client.text(); got != "hello" {
			t.Errorf("got %q", got)
		}
	}
}
