package codec

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	proxyproto "github.com/pires/go-proxyproto"
)

// binaryProxy is a header of version 2.
func binaryProxy(command, family byte, rest string) string {
	return proxySignature + string([]byte{command, family, byte(len(rest) >> 8), byte(len(rest))}) + rest
}

const (
	fourAddresses = "\xc0\x00\x02\x01\xc6\x33\x64\x02\x04\xd2\x01\xbb" // 192.0.2.1:1234 to 198.51.100.2:443
	extensions    = "\x01\x00\x02h2\x04\x00\x00"
)

var sixAddresses = "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01" + "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x02" + "\x04\xd2\x01\xbb"

// Headers that are well-formed, with the source they name, "" for none.
var proxyHeaders = map[string]string{
	"PROXY TCP4 192.0.2.1 198.51.100.2 1234 443\r\n":             "192.0.2.1:1234",
	"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n": "255.255.255.255:65535",
	"PROXY TCP4 192.0.2.1 198.51.100.2 0 0\r\n":                  "192.0.2.1:0",
	"PROXY TCP6 2001:db8::1 2001:db8::2 1234 443\r\n":            "[2001:db8::1]:1234",
	"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 1234 443\r\n":       "192.0.2.1:1234",
	"PROXY UNKNOWN\r\n": "",
	"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n":                         "",
	"PROXY UNKNOWN " + strings.Repeat("x", maxProxyLine-len("PROXY UNKNOWN \r\n")) + "\r\n": "",
	binaryProxy(0x21, 0x11, fourAddresses):                                                  "192.0.2.1:1234",
	binaryProxy(0x21, 0x11, fourAddresses+extensions):                                       "192.0.2.1:1234",
	binaryProxy(0x21, 0x21, sixAddresses):                                                   "[2001:db8::1]:1234",
	binaryProxy(0x21, 0x21, sixAddresses+strings.Repeat("x", maxProxyRest-36)):              "[2001:db8::1]:1234",
	binaryProxy(0x21, 0x00, ""):                                                             "",
	binaryProxy(0x21, 0x12, fourAddresses):                                                  "", // UDP
	binaryProxy(0x21, 0x31, strings.Repeat("x", proxyUnix)):                                 "",
	binaryProxy(0x20, 0x00, ""):                                                             "",
	binaryProxy(0x20, 0x11, fourAddresses):                                                  "", // the proxy's own
	binaryProxy(0x20, 0xff, "any"):                                                          "",
}

// What follows the header is the client's; where the header ends doesn't depend on
// how it came.
func TestParseProxy(t *testing.T) {
	for header, want := range proxyHeaders {
		all := []byte(header + "GET / HTTP/1.1\r\n")
		for cut := range all {
			src, n, err := ParseProxy(all[:cut])
			switch {
			case err != nil:
				t.Fatalf("%q cut at %d: %v", header, cut, err)
			case cut < len(header) && (n != 0 || src.IsValid()):
				t.Fatalf("%q cut at %d: %v, %d", header, cut, src, n)
			case cut >= len(header) && (n != len(header) || src.IsValid() != (want != "") || src.IsValid() && src.String() != want):
				t.Fatalf("%q cut at %d: %v, %d; want %q", header, cut, src, n, want)
			}
		}
	}
}

func TestParseProxyRefuses(t *testing.T) {
	for _, header := range []string{
		"PROXY \r\n", "PROXY  TCP4 192.0.2.1 198.51.100.2 1234 443\r\n", "PROXY UNKNOWNS\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1234\r\n", "PROXY TCP4 192.0.2.1 198.51.100.2 1234 443 1\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1234 443\n", "PROXY TCP4 192.0.2.1 198.51.100.2 1234 443 \r\n",
		"PROXY TCP4 192.0.2.01 198.51.100.2 1234 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.2 01234 443\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.2 +1234 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1234 65536\r\n", "PROXY TCP4 192.0.2.1 x 1234 443\r\n",
		"PROXY TCP4 2001:db8::1 2001:db8::2 1234 443\r\n", "PROXY TCP6 192.0.2.1 198.51.100.2 1234 443\r\n",
		"PROXY TCP6 fe80::1%eth0 fe80::2 1234 443\r\n", "PROXY UDP4 192.0.2.1 198.51.100.2 1234 443\r\n",
		"PROXY UNKNOWN " + strings.Repeat("x", maxProxyLine),
		binaryProxy(0x11, 0x11, fourAddresses), binaryProxy(0x22, 0x11, fourAddresses), binaryProxy(0x31, 0x11, fourAddresses),
		binaryProxy(0x21, 0x13, fourAddresses), binaryProxy(0x21, 0x41, sixAddresses), binaryProxy(0x21, 0x01, ""),
		binaryProxy(0x21, 0x11, fourAddresses[:11]), binaryProxy(0x21, 0x21, sixAddresses[:35]),
		binaryProxy(0x21, 0x31, fourAddresses), binaryProxy(0x20, 0x00, strings.Repeat("x", maxProxyRest+1)),
	} {
		if src, n, err := ParseProxy([]byte(header)); err == nil || err == ErrNoProxy || n != 0 || src.IsValid() {
			t.Errorf("%q: %v, %d, %v", header, src, n, err)
		}
	}
	for _, other := range []string{"GET / HTTP/1.1\r\n", "POST ", "PROXY\t", "PROXY\r\n", "PROXX", "\r\n\r\n\x00\r\nQUIT\r", "\r\nGET", "\x16\x03\x01", "proxy TCP4"} {
		if src, n, err := ParseProxy([]byte(other)); err != ErrNoProxy || n != 0 || src.IsValid() {
			t.Errorf("%q: %v, %d, %v", other, src, n, err)
		}
	}
}

// What another implementation writes is understood.
func TestParseProxyOfOthers(t *testing.T) {
	for _, source := range []string{"192.0.2.1:1234", "[2001:db8::1]:1234", "127.0.0.1:65535"} {
		for version := range byte(2) {
			from := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(source))
			to := &net.TCPAddr{IP: from.IP, Port: 443}
			header := proxyproto.HeaderProxyFromAddrs(version+1, from, to)
			if version == 1 {
				if err := header.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_ALPN, Value: []byte("h2")}, {Type: proxyproto.PP2_TYPE_NOOP}}); err != nil {
					t.Fatal(err)
				}
			}
			b, err := header.Format()
			if err != nil {
				t.Fatal(err)
			}
			src, n, err := ParseProxy(append(b, "rest"...))
			if err != nil || n != len(b) || src.String() != source {
				t.Errorf("%q: %v, %d, %v", b, src, n, err)
			}
		}
	}
	local := &proxyproto.Header{Version: 2, Command: proxyproto.LOCAL, TransportProtocol: proxyproto.UNSPEC}
	b, err := local.Format()
	if err != nil {
		t.Fatal(err)
	}
	if src, n, err := ParseProxy(b); err != nil || n != len(b) || src.IsValid() {
		t.Errorf("%q: %v, %d, %v", b, src, n, err)
	}
}

// How a header was cut changes nothing, and what the other implementation says of a
// well-formed one is what we say.
func FuzzParseProxy(f *testing.F) {
	for header := range proxyHeaders {
		f.Add([]byte(header+"GET"), uint16(20))
	}
	f.Add([]byte("PROXY TCP4 1.2.3.4 x"), uint16(3))
	f.Fuzz(func(t *testing.T, buf []byte, cut uint16) {
		src, n, err := ParseProxy(buf)
		switch {
		case n < 0 || n > len(buf) || n > proxyFixed+maxProxyRest:
			t.Fatalf("%d of %d bytes", n, len(buf))
		case n == 0 && src.IsValid(), err != nil && n != 0, src.IsValid() && (src.Addr().Zone() != "" || src.Addr().Is4In6()):
			t.Fatalf("%v, %d, %v", src, n, err)
		}
		part := buf[:min(int(cut), len(buf))]
		if _, m, early := ParseProxy(part); (m > 0 || early != nil) && (m != n || !errors.Is(early, err)) {
			t.Fatalf("%d bytes: %d, %v; all: %d, %v", len(part), m, early, n, err)
		}
		if n > 0 {
			compareProxy(t, buf[:n], src)
		}
	})
}

// compareProxy has the other implementation read a header. It is stricter with
// extensions and with what is of no use to us, so only its successes count.
func compareProxy(t *testing.T, header []byte, src netip.AddrPort) {
	other, err := proxyproto.Read(bufio.NewReader(bytes.NewReader(header)))
	if err != nil {
		return
	}
	tcp, ok := other.SourceAddr.(*net.TCPAddr)
	if !ok || other.Command == proxyproto.LOCAL {
		if src.IsValid() {
			t.Fatalf("%q: %v, and nobody for the other", header, src)
		}
		return
	}
	theirs := tcp.AddrPort()
	if theirs = netip.AddrPortFrom(theirs.Addr().Unmap(), theirs.Port()); theirs != src {
		t.Fatalf("%q: %v, and %v for the other", header, src, theirs)
	}
}
