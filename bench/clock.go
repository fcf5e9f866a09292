package bench

import (
	"math"
	"time"
)

// A clock counts nanoseconds since a run began. All loops of a run share one,
// so that a time written by one can be subtracted by another.
type clock struct{ start time.Time }

func startClock() clock { return clock{time.Now()} }

func (c clock) now() int64 { return int64(time.Since(c.start)) }

// never is later than every moment of a run.
const never = math.MaxInt64
