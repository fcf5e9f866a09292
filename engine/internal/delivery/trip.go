package delivery

import (
	"sync/atomic"
	"time"
)

// Trip times the way of one run to the last of the sockets that it is for. Each
// reactor that the run is posted to says once that it has handed it over; one
// that never does, because it ends, leaves the trip without an end.
type Trip struct {
	arrived time.Time
	arrive  func(took time.Duration)
	left    atomic.Int32 // reactors that are still to hand it over
}

// NewTrip is for a run that is posted to so many reactors. When the last has
// handed it over, that one calls done with the time since then; done must not
// block.
func NewTrip(since time.Time, reactors int, done func(took time.Duration)) *Trip {
	t := &Trip{arrived: since, arrive: done}
	t.left.Store(int32(reactors))
	return t
}

// Done says that a reactor has handed the run to all its sockets. Any goroutine.
func (t *Trip) Done() {
	if t.left.Add(-1) == 0 {
		t.arrive(time.Since(t.arrived))
	}
}
