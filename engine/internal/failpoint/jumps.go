package failpoint

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of the jumps of a clock.
const (
	startJump  = 24 * time.Hour
	jump       = time.Hour
	leastCalls = 200 // between two jumps
	mostCalls  = 600
)

// jumps is a clock that jumps.
type jumps struct {
	mu    sync.Mutex
	rng   *rand.Rand
	start time.Duration // how far off the clock began
	off   time.Duration // how far off it is
	calls int           // until it jumps again
}

func newJumps(seed uint64) *jumps {
	j := &jumps{rng: rand.New(rand.NewPCG(seed, 0))}
	j.start = j.within(startJump)
	j.off, j.calls = j.start, j.pause()
	return j
}

// shift returns what the clock shows at a time.
func (j *jumps) shift(t time.Time) time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.calls--; j.calls < 0 {
		j.off, j.calls = j.start+j.within(jump), j.pause()
	}
	return t.Round(0).Add(j.off) // without the monotonic reading: nobody is to measure with it
}

// within is any duration of at most d, forward or back.
func (j *jumps) within(d time.Duration) time.Duration {
	return time.Duration(j.rng.Int64N(2*int64(d)+1)) - d
}

func (j *jumps) pause() int { return leastCalls + j.rng.IntN(mostCalls-leastCalls+1) }
