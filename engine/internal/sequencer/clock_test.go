package sequencer

import (
	"testing"

	"pgregory.net/rapid"
)

// Ids rise whatever the clock does, in whatever way the node is numbered after
// a restart.
func TestIDsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := idSource{node: rapid.Uint64Range(0, 1023).Draw(t, "node")}
		now := int64(idEpoch + 1000)
		t.Repeat(map[string]func(*rapid.T){
			"tick":   func(t *rapid.T) { now += rapid.Int64Range(0, 3).Draw(t, "ms") },
			"step":   func(t *rapid.T) { now += rapid.Int64Range(-5000, 5000).Draw(t, "ms") },
			"before": func(*rapid.T) { now = idEpoch - 1 },
			"restart": func(t *rapid.T) {
				s = idSource{node: rapid.Uint64Range(0, 1023).Draw(t, "node"), last: s.last}
			},
			"": func(t *rapid.T) {
				for range rapid.SampledFrom([]int{1, 3, 5000}).Draw(t, "n") {
					before := s.last
					if id := s.next(now); id <= before || id>>63 != 0 {
						t.Fatalf("%d after %d", id, before)
					}
					if node := s.last >> idCountBits & (1<<idNodeBits - 1); node != s.node {
						t.Fatalf("node %d, not %d", node, s.node)
					}
				}
			},
		})
	})
}

func TestIDHoldsTime(t *testing.T) {
	s := idSource{node: 5}
	if id := s.next(idEpoch + 77); id != 77<<22|5<<12 {
		t.Errorf("%x", id)
	}
	if id := s.next(idEpoch + 77); id != 77<<22|5<<12|1 {
		t.Errorf("%x", id)
	}
}

func TestDay(t *testing.T) {
	for ms, want := range map[int64]uint16{0: 0, 86_399_999: 0, 86_400_000: 1, 1_764_000_000_000: 20416} {
		if got := day(ms); got != want {
			t.Errorf("day(%d) = %d", ms, got)
		}
	}
}
