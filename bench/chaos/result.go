package chaos

import (
	"slices"
	"time"
)

// Result is what became of a fault: a row of the table.
type Result struct {
	Fault      string   `json:"fault"`
	About      string   `json:"about"`
	Encrypted  bool     `json:"encrypted"` // at least one of its campaigns
	Rounds     int      `json:"rounds"`
	Missed     int      `json:"missed,omitempty"` // rounds in which the server wasn't struck where it was to be
	Operations int      `json:"operations"`
	Messages   int      `json:"messages"`
	Unknown    int      `json:"unknown"` // operations whose answer never came
	Violations int      `json:"violations"`
	Linear     int      `json:"linearizable"` // conversations that were shown to be
	Undecided  int      `json:"undecided"`    // conversations for which that took too long
	RecoveryMS Recovery `json:"recovery_ms"`
	Kept       []string `json:"kept,omitempty"` // histories and data directories

	recoveries []time.Duration
	idle       bool // in all rounds of a campaign the server wasn't struck where it was to be
}

// Recovery is how long it took, in milliseconds, from the end of a fault (the
// process is gone, or goes on) until a send was answered that was begun after it.
type Recovery struct {
	P50 float64 `json:"p50"`
	Max float64 `json:"max"`
}

// add adds a campaign to a row.
func (r *Result) add(c *campaign, j judgement) {
	r.Rounds += c.rounds - c.left
	r.Missed += c.missed
	r.idle = r.idle || c.missed > 0 && c.missed == c.rounds-c.left
	r.Operations += j.report.Operations
	r.Messages += j.report.Messages
	r.Unknown += j.unknown
	r.Violations += j.violations()
	r.Linear += j.linear
	r.Undecided += j.undecided
	r.Kept = append(r.Kept, j.kept...)
	r.recoveries = append(r.recoveries, c.recoveries...)
	slices.Sort(r.recoveries)
	if n := len(r.recoveries); n > 0 {
		r.RecoveryMS = Recovery{P50: inMS(r.recoveries[(n-1)/2]), Max: inMS(r.recoveries[n-1])}
	}
}

func inMS(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
