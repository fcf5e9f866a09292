package chat

import (
	"time"

	"gannet/codec/wire"
)

// bucket bounds a rate, with bursts: a token bucket kept as the one time at which
// it will be full again (the generic cell rate algorithm of ITU-T I.371).
type bucket time.Duration

// take takes a token at a time that never goes back; where there is none it says
// how long until there is.
func (b *bucket) take(now time.Duration, rate, burst int) (wait time.Duration) {
	each := time.Second / time.Duration(rate)
	full := max(time.Duration(*b), now) + each
	if wait = full - now - time.Duration(burst)*each; wait > 0 {
		return wait
	}
	*b = bucket(full)
	return 0
}

// limited says that a client is too fast. Pings and acks by seq are free: they
// are what the server asked for, and cost next to nothing.
func (ss *Session) limited(r *wire.Request) *wire.Error {
	rate := ss.svc.cfg.MessagesPerSecond
	if rate == 0 || r.Verb == wire.VerbPing || r.Verb == wire.VerbAck && len(r.IDs) == 0 {
		return nil
	}
	if wait := ss.rate.take(time.Since(ss.svc.start), rate, ss.svc.cfg.Burst); wait > 0 {
		ss.svc.rateLimited.Add(1)
		return wire.RetryError(wire.ReasonRateLimited, "too many requests; slow down", wire.Later(wait))
	}
	return nil
}
