package wire

import (
	"testing"
	"time"
)

// The times lie between half and one and a half of the middle one, all over it,
// and everything else is the same.
func TestSpread(t *testing.T) {
	s := NewSpread(ReasonBusy, "later", time.Second)
	seen := map[time.Duration]bool{}
	low, high := time.Hour, time.Duration(0)
	for range 5000 {
		e := s.Pick()
		if e.Code != 503 || e.Reason != ReasonBusy || e.Msg != "later" {
			t.Fatalf("%+v", e)
		}
		seen[e.RetryAfter] = true
		low, high = min(low, e.RetryAfter), max(high, e.RetryAfter)
	}
	if low != 500*time.Millisecond || high != 1500*time.Millisecond || len(seen) != spreadLen {
		t.Errorf("%d times from %v to %v", len(seen), low, high)
	}
	if n := testing.AllocsPerRun(100, func() { s.Pick() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
