package httpapi

import (
	"net/http"
	"net/netip"
)

// maxAddresses bounds the addresses that are remembered as having asked of late.
const maxAddresses = 1 << 18

// addressOf is where a request comes from, as far as it tells clients apart: of
// IPv6 the first half, since whoever has one address there has 2^64. The word of a
// proxy counts where it is trusted.
func (s *Server) addressOf(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "" // of no connection that we know; they share one
	}
	return neighbours(s.proxies.Client(at.Addr().Unmap(), r.Header["X-Forwarded-For"])).String()
}

// neighbours is what stands for all addresses that may be one client's.
func neighbours(addr netip.Addr) netip.Addr {
	addr = addr.WithZone("")
	if addr.Is6() {
		addr = netip.PrefixFrom(addr, 64).Masked().Addr()
	}
	return addr
}
