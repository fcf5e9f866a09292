package desk

import (
	"strings"
	"testing"
)

// brief is the short form of the simulation.
func brief(t *testing.T) Options {
	return Options{Simulate: true, Agents: 12, Visitors: 250, Kills: 2, Seed: 1, Program: program(t), Dir: t.TempDir()}
}

// TestSimulation: nothing is wrong with a busy desk under a server that is killed
// twice, and enough happened to say so.
func TestSimulation(t *testing.T) {
	t.Parallel()
	o := brief(t)
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	r, err := simulate(t.Context(), &o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.write(t.Output(), false); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%s: %s: %s", f.Kind, f.Session, f.Detail)
	}
	if r.Visits != o.Visitors || r.Assignments < o.Visitors/2 || r.Compared == 0 || r.Queued == 0 || r.Kills != 2 {
		t.Errorf("too little happened: %+v", r)
	}
	if r.Widest > 1 {
		t.Errorf("an assignment left loads that are %d apart", r.Widest)
	}
	for _, what := range []string{"cuts, soon back", "cuts, not back in time", "closed agent", "messages", "ratings"} {
		if r.Counts[what] == 0 {
			t.Errorf("there were no %s", what)
		}
	}
}

// TestMeasure is the short form of the measure.
func TestMeasure(t *testing.T) {
	t.Parallel()
	const length = 300 // ms of each part
	o := Options{Agents: 20, Rate: 20, Rounds: 1, Duration: length * 1e6, JSON: true, Program: program(t), Dir: t.TempDir()}
	var out strings.Builder
	if err := Run(t.Context(), o, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	results := decodeDocument(t, out.String())
	for i, want := range []string{"assign", "single, desk idle", "single, desk busy"} {
		if r := results[i]; r.Scenario != want || r.Messages == 0 || len(r.Faults) > 0 {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	if r := results[2]; len(r.Targets) != 1 || r.Targets[0].Want != 18 || r.Targets[0].Got <= 0 {
		t.Errorf("the busy desk: %+v", r.Targets)
	}
	if last := results[len(results)-1]; last.MessageRatio <= 0 || len(last.Targets) != 1 {
		t.Errorf("the comparison: %+v", last)
	}
}
