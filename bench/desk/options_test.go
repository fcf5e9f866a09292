package desk

import (
	"errors"
	"io"
	"testing"
	"time"
)

// TestUsage: mistakes in the options are told before anything is started.
func TestUsage(t *testing.T) {
	for name, o := range map[string]Options{
		"agents":            {Agents: -1},
		"too many agents":   {Agents: mostAgents + 1},
		"visitors":          {Visitors: -1, Simulate: true},
		"too many visitors": {Visitors: mostVisitors + 1, Simulate: true},
		"kills":             {Kills: -1, Simulate: true},
		"rate":              {Rate: -1},
		"rounds":            {Rounds: -1},
		"a negative time":   {Duration: -time.Second},
	} {
		o.Program = "/none"
		if _, ok := errors.AsType[UsageError](Run(t.Context(), o, io.Discard, io.Discard)); !ok {
			t.Errorf("%s: no usage error", name)
		}
	}
}

// TestUsual: what isn't said is as the targets are stated for.
func TestUsual(t *testing.T) {
	var measured Options
	simulated := Options{Simulate: true, Kills: 3}
	for _, o := range []*Options{&measured, &simulated} {
		if err := o.complete(); err != nil {
			t.Fatal(err)
		}
	}
	if measured.Agents != 1000 || measured.Duration != 10*time.Second || measured.Rate != 20 || measured.Rounds != 3 || measured.Program == "" {
		t.Errorf("measured: %+v", measured)
	}
	if simulated.Agents != 50 || simulated.Visitors != 5000 || simulated.Kills != 3 || simulated.Seed == 0 {
		t.Errorf("simulated: %+v", simulated)
	}
}

// TestNoServer: what can't be tried is an error.
func TestNoServer(t *testing.T) {
	for _, simulate := range []bool{false, true} {
		for _, program := range []string{"/none", "/bin/false"} {
			o := Options{Simulate: simulate, Program: program, Dir: t.TempDir()}
			if err := Run(t.Context(), o, io.Discard, io.Discard); err == nil || errors.Is(err, ErrWrong) {
				t.Errorf("%s: %v", program, err)
			}
		}
	}
}
