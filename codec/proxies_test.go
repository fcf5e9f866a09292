package codec

import (
	"net/netip"
	"strings"
	"testing"
)

func mustProxies(t testing.TB, list ...string) Proxies {
	t.Helper()
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParseProxies(t *testing.T) {
	p := mustProxies(t, "10.1.0.0/16", "192.0.2.1", "2001:db8::/32", "loopback", "::ffff:192.0.2.9")
	for addr, want := range map[string]bool{
		"10.1.255.255": true, "::ffff:10.1.2.3": true, "10.2.0.0": false,
		"192.0.2.1": true, "192.0.2.2": false, "192.0.2.9": true,
		"2001:db8:1::1": true, "2001:db9::1": false, "2001:db8::1%eth0": true,
		"127.9.9.9": true, "::1": true, "::2": false,
	} {
		if p.Trusts(netip.MustParseAddr(addr)) != want {
			t.Errorf("%s: not %v", addr, want)
		}
	}
	if mustProxies(t).Trusts(netip.MustParseAddr("127.0.0.1")) || p.Trusts(netip.Addr{}) {
		t.Error("nobody is trusted")
	}
	for _, bad := range []string{"", "10.1.0.0/33", "0.0.0.0/0", "::/0", "example.com", "fe80::1%eth0", "::ffff:10.0.0.0/104", "Loopback", " 10.1.0.1"} {
		if _, err := ParseProxies([]string{"10.1.0.0/16", bad}); err == nil || !strings.Contains(err.Error(), `"`+bad+`"`) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestClient: a client is believed nothing, and a proxy only about who came to it.
func TestClient(t *testing.T) {
	p := mustProxies(t, "10.0.0.0/8", "2001:db8:ffff::/48")
	for _, c := range []struct {
		peer, list, want string
	}{
		{"192.0.2.7", "203.0.113.1", "192.0.2.7"}, // whoever comes himself
		{"10.0.0.1", "", "10.0.0.1"},
		{"10.0.0.1", "203.0.113.1", "203.0.113.1"},
		{"10.0.0.1", "198.51.100.1, 203.0.113.1", "203.0.113.1"}, // the first is the client's claim
		{"10.0.0.1", "198.51.100.1 ,203.0.113.1,10.0.0.2 , 10.0.0.3", "203.0.113.1"},
		{"10.0.0.1", "198.51.100.1|203.0.113.1|10.0.0.2", "203.0.113.1"}, // | begins another field
		{"10.0.0.1", "198.51.100.1|203.0.113.1, |", "203.0.113.1"},
		{"10.0.0.1", "203.0.113.1:4711", "203.0.113.1"},
		{"10.0.0.1", "2001:db8::5", "2001:db8::5"},
		{"10.0.0.1", "[2001:db8::5]", "2001:db8::5"},
		{"10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"},
		{"10.0.0.1", "fe80::5%eth0", "fe80::5"},
		{"10.0.0.1", "::ffff:203.0.113.1", "203.0.113.1"},
		{"::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"},
		{"2001:db8:ffff::1", "203.0.113.1", "203.0.113.1"},
		{"10.0.0.1", "203.0.113.1, unknown", "10.0.0.1"},
		{"10.0.0.1", "203.0.113.1, _hidden, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "203.0.113.1, 10.0.0.2/8", "10.0.0.1"},
		{"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"10.0.0.1", " , ,", "10.0.0.1"},
		{"10.0.0.1", "203.0.113.1" + strings.Repeat(", 10.0.0.2", maxHops-1), "203.0.113.1"},
		{"10.0.0.1", "203.0.113.1" + strings.Repeat(", 10.0.0.2", maxHops), "10.0.0.2"},
	} {
		got := p.Client(netip.MustParseAddr(c.peer), strings.Split(c.list, "|"))
		if got.Unmap() != netip.MustParseAddr(c.want) {
			t.Errorf("%s, %q: %v, want %s", c.peer, c.list, got, c.want)
		}
	}
	if got := p.Client(netip.MustParseAddr("10.0.0.1"), nil); got.String() != "10.0.0.1" {
		t.Errorf("without a list: %v", got)
	}
}

// Connections that no proxy brings cost no memory.
func TestTrustsAllocates(t *testing.T) {
	p, peer := mustProxies(t, "10.0.0.0/8"), netip.MustParseAddr("192.0.2.7")
	if n := testing.AllocsPerRun(100, func() {
		if p.Trusts(peer) {
			t.Error("trusted")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a client puts before the address that our proxy saw never matters.
func FuzzClient(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.1", "x")
	f.Add("", ",,")
	p := mustProxies(f, "10.0.0.0/8")
	f.Fuzz(func(t *testing.T, claim, other string) {
		peer, client := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("203.0.113.1")
		if got := p.Client(peer, []string{other, claim + ", 203.0.113.1"}); got != client {
			t.Fatalf("%q, %q: %v", other, claim, got)
		}
		if got := p.Client(client, []string{other, claim}); got != client {
			t.Fatalf("%q, %q: %v", other, claim, got)
		}
	})
}
