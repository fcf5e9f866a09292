package delivery

import (
	"testing"
	"testing/synctest"
	"time"
)

// A trip ends once, with the last reactor.
func TestTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []time.Duration
		trip := NewTrip(time.Now(), 3, func(took time.Duration) { ends = append(ends, took) })
		for range 3 {
			if len(ends) > 0 {
				t.Fatalf("ended early: %v", ends)
			}
			time.Sleep(time.Second)
			trip.Done()
		}
		if len(ends) != 1 || ends[0] != 3*time.Second {
			t.Errorf("ends %v", ends)
		}
	})
}
