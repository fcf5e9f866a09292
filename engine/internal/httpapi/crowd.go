package httpapi

import (
	"net/netip"
	"sync"
)

// leastCrowd is how many connections an address may have in any case: a browser that
// speaks HTTP/1.1 opens six at a time, and asks for its WebSocket over one more.
const leastCrowd = 16

// crowd counts the connections of each address. Those that became WebSockets are not
// among them: the loops count these. Loopback addresses, and proxies that don't say
// whose a connection is, are not counted.
type crowd struct {
	most int

	mu     sync.Mutex
	counts map[netip.Addr]int
}

// newCrowd is nil, which counts nothing, where an address may have any number.
func newCrowd(perAddress int) *crowd {
	if perAddress == 0 {
		return nil
	}
	return &crowd{most: max(perAddress, leastCrowd), counts: make(map[netip.Addr]int)}
}

// seat is the place of one connection in a crowd. Its methods may be called by any
// goroutine.
type seat struct {
	crowd *crowd     // nil: it needs none
	addr  netip.Addr // that it is counted for; not valid: none
	left  bool
}

// take counts the connection for its client, and reports whether there was a place.
func (s *seat) take(client netip.Addr) bool {
	if client = client.Unmap(); s.crowd == nil || client.IsLoopback() {
		return true
	}
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	key := neighbours(client)
	if s.left || s.crowd.counts[key] >= s.crowd.most {
		return false
	}
	s.crowd.counts[key]++
	s.addr = key
	return true
}

// leave takes the connection off the count. It may be called again.
func (s *seat) leave() {
	if s.crowd == nil {
		return
	}
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	s.left = true
	if !s.addr.IsValid() {
		return
	}
	if s.crowd.counts[s.addr]--; s.crowd.counts[s.addr] == 0 {
		delete(s.crowd.counts, s.addr)
	}
	s.addr = netip.Addr{}
}
