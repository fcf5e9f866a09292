package webhook

import (
	"math/rand/v2"
	"time"
)

const (
	quickTries   = 3 // at once, after about 1 s and after about 2 s
	firstDelay   = time.Second
	maxRetryWait = time.Hour // that a receiver may ask for
)

// delay is how long to wait after so many failures in a row: about twice as long
// as after one less, up to most.
func delay(failures int, most time.Duration) time.Duration {
	d := firstDelay << min(failures-1, 20)
	return min(jittered(d), most)
}

// jittered spreads those who wait: three quarters of d up to five.
func jittered(d time.Duration) time.Duration { return d*3/4 + rand.N(d/2) }
