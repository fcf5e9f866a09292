package chat

import (
	"time"

	"gannet/codec/wire"
)

// bucket is a token bucket that looks at the clock only when it is empty: most
// connections never empty theirs. So what flows in during a pause may come on top
// of what was left before it: up to two bursts at once.
type bucket struct {
	left  float64
	since time.Time // when left was right
}

// take takes a token; where there is none it says how long until there is.
func (b *bucket) take(rate, burst int) (wait time.Duration) {
	if b.left >= 1 {
		b.left--
		return 0
	}
	now := time.Now()
	if b.since.IsZero() {
		b.left = float64(burst)
	} else {
		b.left = min(float64(burst), b.left+now.Sub(b.since).Seconds()*float64(rate))
	}
	b.since = now
	if b.left >= 1 {
		b.left--
		return 0
	}
	return max(1, time.Duration((1-b.left)/float64(rate)*float64(time.Second)))
}

// limited says that a client is too fast. Pings and acks by seq are free: they
// are what the server asked for, and cost next to nothing.
func (ss *Session) limited(r *wire.Request) *wire.Error {
	rate := ss.svc.cfg.MessagesPerSecond
	if rate == 0 || r.Verb == wire.VerbPing || r.Verb == wire.VerbAck && len(r.IDs) == 0 {
		return nil
	}
	if wait := ss.rate.take(rate, ss.svc.cfg.Burst); wait > 0 {
		ss.svc.rateLimited.Add(1)
		return wire.RetryError(wire.ReasonRateLimited, "too many requests; slow down", wait)
	}
	return nil
}
