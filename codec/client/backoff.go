package client

import (
	"math/rand/v2"
	"time"
)

// Backoff says how long to wait between attempts to reconnect: Min before the
// first, twice as long each time, at most Max. Of each wait the upper half is
// left to chance, so that the clients of a server that failed don't all come
// back at once.
type Backoff struct {
	Min time.Duration // 250 ms
	Max time.Duration // 30 s
}

// delay returns how long to wait before the given attempt, 0 being the first.
// It is never less than what the server asked for.
func (b Backoff) delay(attempt int, asked time.Duration) time.Duration {
	d := b.Min
	for range attempt {
		if d >= b.Max/2 {
			d = b.Max
			break
		}
		d *= 2
	}
	half := max(min(d, b.Max)/2, 1)
	return max(half+rand.N(half+1), asked)
}
