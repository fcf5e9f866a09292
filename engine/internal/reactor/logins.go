package reactor

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// logins bounds how many clients get in each second, over all loops: what a login
// costs (a session, a backlog, joining) is spent on those who get one, when
// everybody comes back at once. It is a bucket that holds a second's worth. Who
// isn't known yet takes nothing from it: strangers can't lock others out.
//
// Times are since the start of the reactors.
type logins struct {
	every   time.Duration // from one login to the next, 0: there is no bound
	full    atomic.Int64  // when the bucket is full again
	returns atomic.Int64  // when the last of those who were refused is to return
}

// longestReturn is the most that a client is told to wait, without the chance in it.
const longestReturn = 30 * time.Second

// set gives the bound, 0 for none. It comes before everything else.
func (l *logins) set(perSecond int) {
	if perSecond > 0 {
		l.every = time.Second / time.Duration(perSecond)
	}
}

// take reports whether there is room for one more login.
func (l *logins) take(now time.Duration) bool {
	if l.every == 0 {
		return true
	}
	for {
		full := l.full.Load()
		next := max(full, int64(now)) + int64(l.every)
		if next > int64(now+time.Second) {
			return false
		}
		if l.full.CompareAndSwap(full, next) {
			return true
		}
	}
}

// comeBack is how long a client that was refused is to wait. Each gets a moment of
// its own, one after another at the rate, so that they don't come at once again;
// where there are too many for that, chance spreads them.
func (l *logins) comeBack(now time.Duration) time.Duration {
	for {
		last := l.returns.Load()
		next := min(max(last, int64(now))+int64(l.every), int64(now+longestReturn))
		if !l.returns.CompareAndSwap(last, next) {
			continue
		}
		wait := time.Duration(next) - now
		if wait >= longestReturn {
			return spread(longestReturn)
		}
		return wait + rand.N(time.Second)
	}
}

// spread is d on average, by chance from half of it to half more.
func spread(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d/2 + rand.N(d)
}
