package failpoint

import (
	"strings"
	"testing"
	"time"
)

// The clock begins up to a day off and jumps by up to an hour around that, now
// and then, forward and back; the same seed makes the same jumps.
func TestJumps(t *testing.T) {
	now := time.Now()
	starts := map[bool]int{}
	for seed := range uint64(50) {
		j, again := newJumps(seed), newJumps(seed)
		starts[j.start > 0]++
		if j.start.Abs() > startJump {
			t.Fatalf("begins %v off", j.start)
		}
		forward, back, since, last := 0, 0, 0, now.Add(j.start)
		for range 5000 {
			at := j.shift(now)
			if other := again.shift(now); !at.Equal(other) {
				t.Fatalf("%v and %v from one seed", at, other)
			}
			if off := at.Sub(now.Round(0)) - j.start; off.Abs() > jump {
				t.Fatalf("%v off", off)
			}
			since++
			switch d := at.Compare(last); {
			case d == 0:
				continue
			case d > 0:
				forward++
			default:
				back++
			}
			if since < leastCalls || since > mostCalls+1 {
				t.Fatalf("jumps after %d calls", since)
			}
			since, last = 0, at
		}
		if forward == 0 || back == 0 {
			t.Errorf("seed %d: %d jumps forward, %d back", seed, forward, back)
		}
	}
	if starts[true] == 0 || starts[false] == 0 {
		t.Errorf("starts that are late: %v", starts)
	}
}

func TestParseClock(t *testing.T) {
	if c, err := parseClock(""); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := parseClock("jumps:7"); err != nil || c.(*jumps).start != newJumps(7).start {
		t.Errorf("%v, %v", c, err)
	}
	for _, text := range []string{"jumps", "jumps:", "jumps:x", "jumps:-1", "drifts:1", "file", "file:"} {
		if _, err := parseClock(text); err == nil || !strings.Contains(err.Error(), "it is jumps:SEED") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
