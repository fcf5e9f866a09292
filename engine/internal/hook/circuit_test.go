package hook

import (
	"testing"
	"time"
)

var begin = time.Unix(1_800_000_000, 0)

// drive opens a circuit that was never used at a time.
func drive(t *testing.T, c *circuit, at time.Time) {
	t.Helper()
	for i := range maxFailures {
		p, wait := c.enter(at)
		if wait != 0 || p.trial {
			t.Fatalf("question %d: %v, wait %v", i, p, wait)
		}
		want := still
		if i == maxFailures-1 {
			want = opened
		}
		if got := c.leave(p, at, false); got != want {
			t.Fatalf("question %d: %v, want %v", i, got, want)
		}
	}
}

func TestCircuitOpensAndTries(t *testing.T) {
	var c circuit
	now := begin
	drive(t, &c, now)
	for _, pause := range []time.Duration{1, 2, 4, 8, 10, 10} {
		pause *= time.Second
		if _, wait := c.enter(now); wait != pause {
			t.Fatalf("wait %v, want %v", wait, pause)
		}
		now = now.Add(pause)
		if _, wait := c.enter(now.Add(-1)); wait != 1 {
			t.Fatalf("wait %v just before the end", wait)
		}
		trial, wait := c.enter(now)
		if wait != 0 || !trial.trial {
			t.Fatalf("no trial after %v: %v", pause, wait)
		}
		if _, wait = c.enter(now); wait == 0 {
			t.Fatal("two trials at a time")
		}
		if got := c.leave(trial, now, false); got != still {
			t.Fatalf("%v", got)
		}
	}
	now = now.Add(lastPause)
	trial, _ := c.enter(now)
	if got := c.leave(trial, now, true); got != closed {
		t.Fatalf("%v", got)
	}
	drive(t, &c, now) // as many failures as at first, and the first pause
	if _, wait := c.enter(now); wait != firstPause {
		t.Errorf("wait %v", wait)
	}
}

// Failures count in a row only.
func TestCircuitCountsInARow(t *testing.T) {
	var c circuit
	for range 10 {
		for range maxFailures - 1 {
			p, _ := c.enter(begin)
			c.leave(p, begin, false)
		}
		p, wait := c.enter(begin)
		if wait != 0 {
			t.Fatal("open")
		}
		c.leave(p, begin, true)
	}
}

// Of those who asked before the pause the late failures change nothing; an answer
// ends it.
func TestCircuitLateResults(t *testing.T) {
	var c circuit
	early, _ := c.enter(begin)
	drive(t, &c, begin)
	if got := c.leave(early, begin.Add(time.Millisecond), false); got != still {
		t.Fatalf("%v", got)
	}
	if _, wait := c.enter(begin); wait != firstPause {
		t.Fatalf("wait %v", wait)
	}
	if got := c.leave(early, begin, true); got != closed {
		t.Fatalf("%v", got)
	}
	if _, wait := c.enter(begin); wait != 0 {
		t.Errorf("wait %v", wait)
	}
}

// A trial that was given up leaves room for the next.
func TestCircuitAbandonedTrial(t *testing.T) {
	var c circuit
	drive(t, &c, begin)
	now := begin.Add(firstPause)
	trial, _ := c.enter(now)
	c.abandon(trial)
	if again, wait := c.enter(now); wait != 0 || !again.trial {
		t.Errorf("%v, wait %v", again, wait)
	}
}
