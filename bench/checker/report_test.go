package checker

import (
	"strings"
	"testing"
)

func TestReportOfAGoodHistory(t *testing.T) {
	r := Check(load(t, "testdata/good/retries.jsonl"))
	if got, want := written(t, r), "18 operations, 5 messages in 1 conversations: no violations\n"; got != want || !r.OK() {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReportOfABadHistory(t *testing.T) {
	r := Check(load(t, "testdata/bad/lost.jsonl"))
	want := `4 operations, 2 messages in 1 conversations: 1 violations
  lost                 1
lost: single_a:b: cid c2 of a, answered with seq 3, id m3, is not there, lines 5 6
`
	if got := written(t, r); got != want || r.OK() {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestReportIsBounded: all violations are counted, few are kept, and the same one
// isn't told twice.
func TestReportIsBounded(t *testing.T) {
	v := newVerdict()
	for i := range 3 * keptExamples {
		v.add(Phantom, "g", i, nil, "place %d", i)
		v.add(Phantom, "g", i, nil, "place %d again", i)
	}
	v.add(Lost, "g", 1, nil, "x")
	r := v.done()
	if len(r.Violations) != keptExamples+1 || r.Counts[Phantom] != 3*keptExamples || r.Violations[0].Kind != Lost {
		t.Errorf("%d kept, %v counted, first %v", len(r.Violations), r.Counts, r.Violations[0])
	}
	if s := written(t, r); !strings.Contains(s, "61 violations") || strings.Contains(s, "again") {
		t.Error(s)
	}
}
