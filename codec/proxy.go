package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// ErrNoProxy says that bytes do not begin with a PROXY header.
var ErrNoProxy = errors.New("no PROXY header")

var (
	errProxyLine    = errors.New("malformed PROXY header, version 1")
	errProxyVersion = errors.New("PROXY header of an unknown version or command")
	errProxyFamily  = errors.New("PROXY header of an unknown address family")
	errProxyLength  = errors.New("PROXY header of a wrong length")
)

const (
	proxyLine      = "PROXY "                 // how version 1 begins
	proxySignature = "\r\n\r\n\x00\r\nQUIT\n" // how version 2 begins
	maxProxyLine   = 107                      // with its CR LF
	proxyFixed     = 16                       // what every header of version 2 has
	maxProxyRest   = 4096                     // the addresses and extensions that we read over
	proxyTCP4      = 12                       // bytes of two IPv4 addresses and ports
	proxyTCP6      = 36                       // of two IPv6 addresses and ports
	proxyUnix      = 216                      // of two socket names
)

// ParseProxy reads the header at the start of buf by which a proxy says where the
// connection that it hands on came from: the PROXY protocol, versions 1 and 2
// (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). n is the header's
// size; what follows is the client's. n == 0 without an error means that more bytes
// are needed. Where the proxy speaks for itself, or for a client without an IP
// address, src is not valid. The error is [ErrNoProxy] where buf begins otherwise,
// any other where the header is malformed.
func ParseProxy(buf []byte) (src netip.AddrPort, n int, err error) {
	switch {
	case beginsLike(buf, proxyLine):
		return parseProxyLine(buf)
	case beginsLike(buf, proxySignature):
		return parseProxyBinary(buf)
	}
	return src, 0, ErrNoProxy
}

// beginsLike reports whether buf begins with start, as far as it goes.
func beginsLike(buf []byte, start string) bool {
	n := min(len(buf), len(start))
	return string(buf[:n]) == start[:n]
}

func parseProxyLine(buf []byte) (src netip.AddrPort, n int, err error) {
	end := bytes.IndexByte(buf[:min(len(buf), maxProxyLine)], '\n')
	switch {
	case end < 0 && len(buf) < maxProxyLine:
		return src, 0, nil
	case end < len(proxyLine) || buf[end-1] != '\r':
		return src, 0, errProxyLine
	}
	line := string(buf[len(proxyLine) : end-1])
	if line == "UNKNOWN" || strings.HasPrefix(line, "UNKNOWN ") {
		return src, end + 1, nil
	}
	if src, err = parseProxyFields(line); err != nil {
		return netip.AddrPort{}, 0, err
	}
	return src, end + 1, nil
}

// parseProxyFields reads the fields of a line: family, source, destination, and
// the ports of both.
func parseProxyFields(line string) (src netip.AddrPort, err error) {
	var fields [5]string
	for i := range fields {
		var more bool
		fields[i], line, more = strings.Cut(line, " ")
		if more == (i == len(fields)-1) {
			return src, errProxyLine
		}
	}
	from, okFrom := proxyAddr(fields[0], fields[1])
	_, okTo := proxyAddr(fields[0], fields[2])
	port, okPort := proxyPort(fields[3])
	_, okToPort := proxyPort(fields[4])
	if !okFrom || !okTo || !okPort || !okToPort {
		return src, errProxyLine
	}
	return netip.AddrPortFrom(from, port), nil
}

func proxyAddr(family, text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	switch {
	case err != nil || addr.Zone() != "":
		return addr, false
	case family == "TCP4":
		return addr, addr.Is4()
	}
	return addr.Unmap(), family == "TCP6" && addr.Is6()
}

func proxyPort(text string) (uint16, bool) {
	port, err := strconv.ParseUint(text, 10, 16)
	return uint16(port), err == nil && strconv.FormatUint(port, 10) == text
}

// parseProxyBinary reads version 2. What is wrong is refused at sight.
func parseProxyBinary(buf []byte) (src netip.AddrPort, n int, err error) {
	const version, family, length = 12, 13, 14 // where they stand
	switch {
	case len(buf) > version && buf[version] != 0x20 && buf[version] != 0x21:
		return src, 0, errProxyVersion
	case len(buf) < proxyFixed:
		return src, 0, nil
	}
	size := int(binary.BigEndian.Uint16(buf[length:]))
	if size > maxProxyRest {
		return src, 0, errProxyLength
	}
	n = proxyFixed + size
	local := buf[version] == 0x20 // the proxy's own, such as a health check; the rest says nothing
	if !local {
		if err := judgeProxy(buf[family], size); err != nil {
			return src, 0, err
		}
	}
	switch {
	case len(buf) < n:
		return src, 0, nil
	case local:
		return src, n, nil
	}
	return proxySource(buf[family], buf[proxyFixed:n]), n, nil
}

// judgeProxy reports whether a header of a family has room for its addresses.
func judgeProxy(family byte, size int) error {
	var least int
	switch family {
	case 0x00:
	case 0x11, 0x12:
		least = proxyTCP4
	case 0x21, 0x22:
		least = proxyTCP6
	case 0x31, 0x32:
		least = proxyUnix
	default:
		return errProxyFamily
	}
	if size < least {
		return errProxyLength
	}
	return nil
}

// proxySource is the source among the addresses; only TCP has one that counts.
func proxySource(family byte, b []byte) netip.AddrPort {
	switch family {
	case 0x11:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), binary.BigEndian.Uint16(b[8:]))
	case 0x21:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b)).Unmap(), binary.BigEndian.Uint16(b[32:]))
	}
	return netip.AddrPort{}
}
