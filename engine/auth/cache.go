package auth

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"
)

const (
	cacheSets      = 1 << 14 // × cacheWays tokens are remembered: 64 Ki
	cacheWays      = 4
	maxCachedBytes = 1 << 10 // longer tokens are checked anew each time, so that memory stays bounded
)

// cache remembers verified tokens, because a full check takes 10 to 100 µs and
// an HTTP client sends its token with every request.
//
// It is a set-associative table of atomic pointers: a token's hash picks a
// set, and the set's few ways are compared with the whole token. So a look-up
// takes no lock and allocates nothing, and the table can't grow. An old entry
// is simply overwritten; an expired one is never answered. Only tokens with a
// good signature get in, hence a stranger can push nobody out.
type cache struct {
	seed maphash.Seed
	mask uint64
	sets [][cacheWays]atomic.Pointer[cached]
}

// cached is never changed after it was stored.
type cached struct {
	hash    uint64
	expires int64 // Unix ns
	token   string
	id      Identity
}

// newCache makes a table of n sets, n being a power of two.
func newCache(n int) *cache {
	return &cache{seed: maphash.MakeSeed(), mask: uint64(n - 1), sets: make([][cacheWays]atomic.Pointer[cached], n)}
}

// get returns the identity of a token that was put and hasn't expired at now.
func (c *cache) get(token string, now time.Time) (Identity, bool) {
	if len(token) > maxCachedBytes {
		return Identity{}, false
	}
	hash := maphash.String(c.seed, token)
	set := &c.sets[hash&c.mask]
	for i := range set {
		e := set[i].Load()
		if e == nil || e.hash != hash || e.token != token {
			continue
		}
		if now.UnixNano() >= e.expires {
			set[i].CompareAndSwap(e, nil)
			return Identity{}, false
		}
		return e.id, true
	}
	return Identity{}, false
}

// put remembers a verified token until it expires or its place is needed. It
// keeps a copy of token.
func (c *cache) put(token string, id Identity) {
	if len(token) > maxCachedBytes {
		return
	}
	hash := maphash.String(c.seed, token)
	e := &cached{hash: hash, expires: unixNano(id.Expires), token: strings.Clone(token), id: id}
	set := &c.sets[hash&c.mask]
	set[victim(set, hash)].Store(e)
}

// victim picks a free way of a set, or else the one that expires first.
func victim(set *[cacheWays]atomic.Pointer[cached], hash uint64) int {
	first, at := int64(1<<63-1), 0
	for i := range set {
		e := set[i].Load()
		if e == nil || e.hash == hash {
			return i
		}
		if e.expires < first {
			first, at = e.expires, i
		}
	}
	return at
}

// unixNano is t.UnixNano without the wrap-round after the year 2262.
func unixNano(t time.Time) int64 {
	const last = 1<<63 - 1
	if t.Unix() >= last/int64(time.Second) {
		return last
	}
	return t.UnixNano()
}
