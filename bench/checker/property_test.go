package checker

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPromisesKept: whatever a server does that keeps its promises is found good,
// and linearizable.
func TestPromisesKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := simulate(t)
		if r := Check(events); !r.OK() {
			t.Fatalf("%v", r.Violations)
		}
		for _, conv := range []string{"single_a:b", "group_g"} {
			if v := Linearizable(events, conv, 10*time.Second); v != Linear {
				t.Fatalf("%s is %s", conv, v)
			}
		}
	})
}
