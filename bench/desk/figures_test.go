package desk

import (
	"encoding/json"
	"strings"
	"testing"

	"gannet/bench"
)

func decodeDocument(t *testing.T, text string) []*bench.Result {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return d.Results
}

func measured() []*bench.Result {
	single := func(name string, rate float64) *bench.Result {
		return &bench.Result{Scenario: name, Unit: "messages", MessageRate: rate, ServerCPU: 1.25}
	}
	return []*bench.Result{
		{Scenario: "assign", Unit: "assignments", MessageRate: 4321, Latency: &bench.Latency{Avg: 2, P50: 1.5, P99: 9.75}},
		single("single, desk idle", 100), single("single, desk busy", 90),
		single("single, desk busy", 100), single("single, desk idle", 110),
	}
}

// TestCompare: the ratio is that of the averages, and says whether the target is met.
func TestCompare(t *testing.T) {
	list := measured()
	r := compare(list)
	if want := 95.0 / 105; r.MessageRatio != want || len(r.Targets) != 1 || r.Targets[0].Met {
		t.Errorf("%+v", r)
	}
	list[2].MessageRate = 120
	if r := compare(list); !r.Targets[0].Met {
		t.Errorf("%+v", r)
	}
	if r := compare(list[:1]); r.MessageRatio != 0 || len(r.Targets) != 0 {
		t.Errorf("of nothing: %+v", r)
	}
}

// TestWriteMeasure: all of it is printed, and what was wrong makes the verdict.
func TestWriteMeasure(t *testing.T) {
	list := measured()
	list = append(list, compare(list))
	if err := verdict(list); err != nil {
		t.Error(err)
	}
	list[2].Faults = []bench.Fault{{Kind: "session failed", Count: 3, Examples: []string{"no agent was given it"}}}
	if err := verdict(list); err == nil || !strings.Contains(err.Error(), "no agent was given it") {
		t.Errorf("verdict: %v", err)
	}
	for _, asJSON := range []bool{false, true} {
		var out strings.Builder
		if err := writeMeasure(&out, list, asJSON); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"4321", "9.75", "single, desk busy", "no agent was given it", "0.905"} {
			if !strings.Contains(out.String(), want) && !(asJSON && want == "0.905") {
				t.Errorf("no %s in\n%s", want, &out)
			}
		}
		if asJSON && decodeDocument(t, out.String())[2].OK {
			t.Error("a result with a fault is ok")
		}
	}
}

// TestWriteResult: a simulation's findings are printed, a few of each kind.
func TestWriteResult(t *testing.T) {
	r := &Result{Seed: 7, Visits: 3, Counts: map[string]int{"messages": 12}}
	var out strings.Builder
	if err := r.write(&out, false); err != nil || !strings.Contains(out.String(), "nothing is wrong") || !strings.Contains(out.String(), "12 messages") {
		t.Errorf("%v\n%s", err, &out)
	}
	for range 2 * shown {
		r.Findings = append(r.Findings, Finding{kindUnfair, "s1", "ann was given it"})
	}
	r.Kept = "/there"
	out.Reset()
	if err := r.write(&out, false); err != nil || strings.Count(out.String(), "ann was given it") != shown || !strings.Contains(out.String(), "unfair: 10") || !strings.Contains(out.String(), "/there") {
		t.Errorf("%v\n%s", err, &out)
	}
	out.Reset()
	var back Result
	if err := r.write(&out, true); err != nil || json.Unmarshal([]byte(out.String()), &back) != nil || len(back.Findings) != 2*shown {
		t.Errorf("%v\n%s", err, &out)
	}
}
