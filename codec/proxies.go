package codec

import (
	"fmt"
	"net/netip"
	"strings"
)

// Proxies are the peers that are believed about whom they speak for: by a PROXY
// header (see [ParseProxy]) and by X-Forwarded-For. None trusts nobody.
type Proxies []netip.Prefix

// maxHops bounds the proxies that a request may have passed on its way.
const maxHops = 32

// ParseProxies reads a list whose elements are addresses, networks such as
// 10.1.0.0/16, or the word loopback.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		if text == "loopback" {
			p = append(p, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
			continue
		}
		network, ok := parseNetwork(text)
		if !ok {
			return nil, fmt.Errorf("%q is not allowed; allowed is an address, a network such as 10.1.0.0/16 (but not all the world), or loopback", text)
		}
		p = append(p, network)
	}
	return p, nil
}

func parseNetwork(text string) (netip.Prefix, bool) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, false
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	return network.Masked(), network.Bits() > 0 && !network.Addr().Is4In6()
}

// Trusts reports whether addr is one of them.
func (p Proxies) Trusts(addr netip.Addr) bool {
	if len(p) == 0 {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// Client is whom a request comes from, where peer sent it with the given values of
// X-Forwarded-For. Each proxy appends whom it got the request from, so the list is
// read from its end: the first address that is not a proxy of ours is the client,
// and what stands before it is the client's own claim. Of a list that ends sooner,
// or can't be read on, it is the last proxy known.
func (p Proxies) Client(peer netip.Addr, forwarded []string) netip.Addr {
	client := peer
	list := strings.Join(forwarded, ",")
	for hops := 0; hops < maxHops && p.Trusts(client); hops++ {
		list = strings.TrimRight(list, ", \t")
		comma := strings.LastIndexByte(list, ',')
		before, ok := parseHop(trimOWS(list[comma+1:]))
		if !ok {
			break
		}
		client, list = before, list[:max(comma, 0)]
	}
	return client
}

// parseHop reads an address, which may have a port or a zone.
func parseHop(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		at, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = at.Addr()
	}
	return addr.Unmap().WithZone(""), true
}
