package sequencer

import "testing"

// An id tells when it was given.
func TestIDTime(t *testing.T) {
	s := idSource{node: 1023}
	for _, now := range []int64{idEpoch, idEpoch + 1, 1_800_000_000_123} {
		if got := IDTime(s.next(now)); got != now {
			t.Errorf("given at %d, says %d", now, got)
		}
	}
}
