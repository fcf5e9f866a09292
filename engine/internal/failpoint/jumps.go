package failpoint

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
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

// jumps makes a clock jump.
type jumps struct {
	mu    sync.Mutex
	rng   *rand.Rand
	start time.Duration // how far off the clock began
	off   time.Duration // how far off it is
	calls int           // until it jumps again
}

// parseClock reads the value of FAILPOINT_CLOCK; an empty one makes no jumps.
func parseClock(text string) (*jumps, error) {
	if text == "" {
		return nil, nil
	}
	kind, seed, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(seed, 10, 64)
	if kind != "jumps" || err != nil {
		return nil, fmt.Errorf("FAILPOINT_CLOCK: %q: it is jumps:SEED, with a number as the seed", text)
	}
	return newJumps(n), nil
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
