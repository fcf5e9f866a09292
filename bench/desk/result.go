package desk

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A Result is what came of a simulation. The JSON names are stable.
type Result struct {
	Seed     uint64         `json:"seed"`
	Agents   int            `json:"agents"`
	Visits   int            `json:"visits"`
	Kills    int            `json:"kills"` // that happened
	Seconds  float64        `json:"seconds"`
	Sessions int            `json:"sessions"`
	Counts   map[string]int `json:"counts"` // of what happened, in words

	Assignments int       `json:"assignments"`
	Compared    int       `json:"assignments_compared"`     // with the load of agents who were certainly equal
	Widest      int       `json:"largest_difference"`       // of their loads that an assignment left
	Queued      int       `json:"assignments_before_queue"` // at which other sessions waited for the same agent
	Absences    int       `json:"long_absences"`            // of agents, in which they lose what they have
	Findings    []Finding `json:"findings"`
	Kept        string    `json:"kept,omitempty"` // where the data is, if something is wrong
}

// OK reports whether nothing is wrong.
func (r *Result) OK() bool { return len(r.Findings) == 0 }

// shown is how many findings of a kind are printed.
const shown = 5

func (r *Result) write(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d visits to %d agents in %.0f s, %d kills, seed %d\n", r.Visits, r.Agents, r.Seconds, r.Kills, r.Seed)
	for _, what := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(&b, "  %6d %s\n", r.Counts[what], what)
	}
	fmt.Fprintf(&b, "%d sessions, %d assignments; %d compared with equal agents, largest difference of load %d; %d while others waited; %d long absences\n",
		r.Sessions, r.Assignments, r.Compared, r.Widest, r.Queued, r.Absences)
	r.list(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// list prints the findings, a few of each kind.
func (r *Result) list(b *strings.Builder) {
	byKind := make(map[string][]Finding)
	for _, f := range r.Findings {
		byKind[f.Kind] = append(byKind[f.Kind], f)
	}
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		fmt.Fprintf(b, "WRONG %s: %d\n", kind, len(byKind[kind]))
		for _, f := range byKind[kind][:min(shown, len(byKind[kind]))] {
			fmt.Fprintf(b, "  %s %s\n", f.Session, f.Detail)
		}
	}
	if r.OK() {
		b.WriteString("nothing is wrong\n")
		return
	}
	fmt.Fprintf(b, "the data is kept in %s\n", r.Kept)
}
