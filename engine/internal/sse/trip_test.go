package sse

import (
	"testing"
	"time"

	"gannet/engine/internal/delivery"
)

// The way of a run ends when it is in the streams' outboxes.
func TestTrips(t *testing.T) {
	l := newTestLoop(t)
	_, session := l.join("a", delivery.Room{Conv: 7})
	ends, had, delivered := 0, 0, 0
	session.deliver = func(*delivery.Run) { delivered++ }
	timed := func(run *delivery.Run) *delivery.Run {
		run.Trip = delivery.NewTrip(time.Now(), 1, func(time.Duration) { ends, had = ends+1, delivered })
		return run
	}
	l.post(10, toUser("a", timed(textRun(3, 1, 1))), toUser("nobody", timed(textRun(4, 1, 1))), toRoom(timed(textRun(8, 1, 1))), toUser("a", textRun(3, 2, 1)))
	if ends != 3 || had != 2 {
		t.Errorf("%d ends, with %d runs delivered", ends, had)
	}
}
