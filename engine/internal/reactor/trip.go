package reactor

import "gannet/engine/internal/delivery"

// handedOver notes that nobody is left here who is to get a run; nil is none. What
// was queued is written at the end of the turn.
func (l *loop) handedOver(run *delivery.Run) {
	if run != nil && run.Trip != nil {
		l.trips = append(l.trips, run.Trip)
	}
}

// endTrips ends the ways of the runs that were handed over in this turn.
func (l *loop) endTrips() {
	for _, t := range l.trips {
		t.Done()
	}
	clear(l.trips)
	l.trips = l.trips[:0]
}
