package reactor

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// arrive opens a socket from the given address and sends an upgrade request.
// It returns the connection, nil if it was closed at once, and the answer.
func (l *testLoop) arrive(ip string) (*Conn, string) {
	s := &fakeSocket{in: upgrade()}
	c, answer := l.open(s, netip.AddrPortFrom(netip.MustParseAddr(ip), 1234))
	if c == nil {
		return nil, string(answer)
	}
	l.read(c)
	l.flush()
	return c, string(s.wrote)
}

// count is how many addresses are on the books.
func (a *addresses) count() (n int) {
	for i := range a.shards {
		n += len(a.shards[i].counts)
	}
	return n
}

// isTooMany recognises the refusal, with a time to come back in that is about 10 s.
func isTooMany(answer string) bool {
	const body = `{"code":429,"reason":"rate_limited","msg":"too many connections from this address","retry_after_ms":`
	_, rest, ok := strings.Cut(answer, body)
	wait, err := strconv.Atoi(strings.TrimSuffix(rest, "}"))
	return ok && err == nil && wait >= 5000 && wait <= 15000
}

// TestMaxPerAddress: an address has its places, told ones take none, and who
// goes makes room.
func TestMaxPerAddress(t *testing.T) {
	l := newTestLoop(Config{MaxPerAddress: 2})
	var held []*Conn
	for _, ip := range []string{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"} {
		c, answer := l.arrive(ip)
		if !strings.HasPrefix(answer, "HTTP/1.1 101 ") {
			t.Fatalf("%s: %q", ip, answer)
		}
		held = append(held, c)
	}
	refused, answer := l.arrive("192.0.2.1")
	if !strings.HasPrefix(answer, "HTTP/1.1 429 ") || !isTooMany(answer) {
		t.Fatalf("got %q", answer)
	}
	l.closed(held[0])
	again, answer := l.arrive("192.0.2.1")
	if !strings.HasPrefix(answer, "HTTP/1.1 101 ") {
		t.Fatalf("no room after one went: %q", answer)
	}
	for _, c := range append(held[1:], refused, again) {
		l.closed(c)
	}
	if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
		t.Errorf("%d addresses and %d sockets left", n, l.owner.sockets.Load())
	}
	if n := l.count.rejected[indexOf(rejectStatuses[:], 429)].Load(); n != 1 {
		t.Errorf("counted %d", n)
	}
}

// TestPerAddressOverflow: far above an address' limit nothing is listened to.
func TestPerAddressOverflow(t *testing.T) {
	l := newTestLoop(Config{MaxPerAddress: 1})
	var conns []*Conn
	for range 1 + overflow {
		c, _ := l.arrive("192.0.2.1")
		conns = append(conns, c)
	}
	if c, answer := l.arrive("192.0.2.1"); c != nil || !isTooMany(answer) {
		t.Fatalf("listened to: %q", answer)
	}
	if n := l.count.refused.Load(); n != 1 {
		t.Errorf("refused %d", n)
	}
	for _, c := range conns {
		l.closed(c)
	}
	if n := l.owner.addresses.count(); n != 0 || l.owner.sockets.Load() != 0 {
		t.Errorf("%d addresses and %d sockets left", n, l.owner.sockets.Load())
	}
}

// TestAddressKey: which addresses are counted as one.
func TestAddressKey(t *testing.T) {
	a := newAddresses(1)
	for ip, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::",
		"2001:db8:1:3::1":      "2001:db8:1:3::",
		"fe80::1%eth0":         "fe80::",
		"127.0.0.1":            "",
		"127.8.8.8":            "",
		"::1":                  "",
		"::ffff:127.0.0.1":     "",
	} {
		key, counts := a.key(netip.MustParseAddr(ip))
		if counts != (want != "") || counts && key.String() != want {
			t.Errorf("%s: %v %v, want %q", ip, key, counts, want)
		}
	}
	if _, counts := newAddresses(0).key(netip.MustParseAddr("192.0.2.1")); counts {
		t.Error("counted without a limit")
	}
}

// TestAddressesTogether: loops that count at the same time never let more in.
func TestAddressesTogether(t *testing.T) {
	a := newAddresses(5)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				ip := netip.MustParseAddr(fmt.Sprintf("192.0.2.%d", i%3))
				admitted, refused := a.enter(ip)
				key, _ := a.key(ip)
				s := a.shard(key)
				s.mu.Lock()
				if n := s.counts[key]; n.held > 5 || n.held < 0 || n.refused < 0 {
					t.Errorf("%+v", n)
				}
				s.mu.Unlock()
				if admitted {
					a.leave(ip, refused)
				}
			}
		})
	}
	wg.Wait()
	if n := a.count(); n != 0 {
		t.Errorf("%d addresses left", n)
	}
}
