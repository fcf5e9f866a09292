package httpapi

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"gannet/codec/wire"
)

// rate bounds how many requests a user may make. Each user has a token bucket,
// of which one number is kept: the moment at which it will be full again. A
// request is let through if that moment, moved on by the time one token takes,
// isn't further away than a whole empty bucket takes to fill (the generic cell
// rate algorithm).
//
// A bucket that is full again is one that need not be remembered. So the memory
// is that of the users of the last few moments.
type rate struct {
	token  time.Duration // that one request takes to be allowed again; 0: no bound
	bucket time.Duration // that an empty bucket takes to fill
	most   int           // buckets of a shard that are remembered; 0: any number
	start  time.Time     // moments are counted from here
	seed   maphash.Seed
	shards [64]rateShard
}

type rateShard struct {
	mu      sync.Mutex
	full    map[string]time.Duration // by user: when the bucket is full again
	sweepAt int                      // how many users make it worth to look for full ones
	_       [40]byte                 // one shard to a cache line
}

// minSweep keeps shards with few users from being swept all the time.
const minSweep = 64

// set says how many requests a user may make each second, and how many at once.
// Call it before the first take.
func (r *rate) set(perSecond, burst int) {
	if perSecond > 0 {
		r.fill(time.Second/time.Duration(perSecond), burst, 0)
	}
}

// setPerMinute is set for strangers: as many each minute as at once, and no more than
// most of them are remembered.
func (r *rate) setPerMinute(n, most int) {
	if n > 0 {
		r.fill(time.Minute/time.Duration(n), n, most)
	}
}

func (r *rate) fill(token time.Duration, burst, most int) {
	r.token = token
	r.bucket = r.token * time.Duration(max(1, burst))
	r.most = (most + len(r.shards) - 1) / len(r.shards)
	r.start = time.Now()
	r.seed = maphash.MakeSeed()
	for i := range r.shards {
		r.shards[i].full = make(map[string]time.Duration)
		r.shards[i].sweepAt = minSweep
	}
}

// take lets a request of the user pass, or says when the next one will.
func (r *rate) take(user string, now time.Time) *wire.Error {
	if r.token == 0 {
		return nil
	}
	at := now.Sub(r.start)
	s := &r.shards[maphash.String(r.seed, user)%uint64(len(r.shards))]
	s.mu.Lock()
	full, known := s.full[user]
	next := max(full, at) + r.token
	wait := next - r.bucket - at
	if wait <= 0 {
		if !known {
			user = s.admit(user, at, r.most)
		}
		if known || r.most == 0 || len(s.full) < r.most {
			s.full[user] = next
		} else {
			wait = r.token // there is no room for another one
		}
	}
	s.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return wire.RetryError(wire.ReasonRateLimited, "too many requests", wire.Later(wait))
}

// admit makes room for a user, whose copied name it returns. Looking at all
// buckets is paid for by as many new users.
func (s *rateShard) admit(user string, at time.Duration, most int) string {
	if n := len(s.full); n >= s.sweepAt || most > 0 && n >= most {
		for name, full := range s.full {
			if full <= at {
				delete(s.full, name)
			}
		}
		s.sweepAt = max(minSweep, 2*len(s.full))
	}
	return strings.Clone(user)
}
