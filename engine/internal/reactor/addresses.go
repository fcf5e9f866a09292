package reactor

import (
	"hash/maphash"
	"net/netip"
	"sync"
)

// addressShards is how many maps the addresses are spread over: enough that
// two loops seldom want the same lock.
const addressShards = 64

// addresses counts the sockets of each client address, over all loops. The
// loops call it once when a socket comes and once when it goes, and hold a lock
// for one look into a map.
type addresses struct {
	max    int // sockets of one address, 0: they are not counted
	seed   maphash.Seed
	shards [addressShards]addressShard
}

type addressShard struct {
	mu     sync.Mutex
	counts map[netip.Addr]addressCount

	_ [64]byte // other shards' cache lines stay away
}

// addressCount is the sockets of one address. Those that are refused take no
// place: clients that try again and again would keep the others out.
type addressCount struct{ held, refused int32 }

func newAddresses(most int) *addresses {
	a := &addresses{max: most, seed: maphash.MakeSeed()}
	for i := range a.shards {
		a.shards[i].counts = make(map[netip.Addr]addressCount)
	}
	return a
}

// enter counts a new socket, as refused when the address has all it may have.
// One that is not admitted is not counted: so many others of its address are
// being told that they are refused.
func (a *addresses) enter(ip netip.Addr) (admitted, refused bool) {
	key, counts := a.key(ip)
	if !counts {
		return true, false
	}
	s := a.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.counts[key]
	switch {
	case n.held < int32(a.max):
		n.held++
	case n.refused < overflow:
		n.refused++
		refused = true
	default:
		return false, true
	}
	s.counts[key] = n
	return true, refused
}

// leave takes a socket off the count that enter put it on.
func (a *addresses) leave(ip netip.Addr, refused bool) {
	key, counts := a.key(ip)
	if !counts {
		return
	}
	s := a.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.counts[key]
	if refused {
		n.refused--
	} else {
		n.held--
	}
	if n == (addressCount{}) {
		delete(s.counts, key)
		return
	}
	s.counts[key] = n
}

// key is what sockets are counted by: the IPv4 address, or the /64 of an IPv6
// address, which is what one customer is given at least. Loopback is not
// counted: it is where reverse proxies come from.
func (a *addresses) key(ip netip.Addr) (key netip.Addr, counts bool) {
	ip = ip.Unmap()
	if a.max == 0 || !ip.IsValid() || ip.IsLoopback() {
		return key, false
	}
	if ip.Is4() {
		return ip, true
	}
	prefix, err := ip.WithZone("").Prefix(64)
	return prefix.Addr(), err == nil
}

func (a *addresses) shard(key netip.Addr) *addressShard {
	return &a.shards[maphash.Comparable(a.seed, key)%addressShards]
}
