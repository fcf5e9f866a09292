package checker

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// keptExamples is how many violations of each kind a report keeps.
const keptExamples = 20

// Report is the judgement on a history.
type Report struct {
	Operations    int // that were invoked
	Messages      int // in the final logs
	Conversations int

	Violations []Violation    // examples: the first few of each kind, in the order of Kinds
	Counts     map[string]int // all of them
}

// Violation is one broken promise.
type Violation struct {
	Kind   string
	Conv   string // "" where it isn't about one conversation
	Detail string // what happened, in words
	Events []int  // which events show it, as places in the history from 0
}

// OK reports whether no promise was broken.
func (r *Report) OK() bool { return len(r.Counts) == 0 }

// Write prints the report for people to read. Events are told by the line of
// the file, from 1.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d operations, %d messages in %d conversations: ", r.Operations, r.Messages, r.Conversations)
	if r.OK() {
		b.WriteString("no violations\n")
	} else {
		r.writeCounts(&b)
	}
	for _, v := range r.Violations {
		v.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) writeCounts(b *strings.Builder) {
	sum := 0
	for n := range maps.Values(r.Counts) {
		sum += n
	}
	fmt.Fprintf(b, "%d violations\n", sum)
	for _, k := range Kinds {
		if n := r.Counts[k]; n > 0 {
			fmt.Fprintf(b, "  %-20s %d\n", k, n)
		}
	}
}

func (v *Violation) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s: %s", v.Kind, v.Conv, v.Detail)
	for i, e := range v.Events {
		if i == 0 {
			b.WriteString(", lines")
		}
		fmt.Fprintf(b, " %d", e+1)
	}
	b.WriteByte('\n')
}

// verdict gathers what the judges find.
type verdict struct {
	report Report
	told   map[finding]bool
}

// A finding is told once, however often it is seen.
type finding struct {
	kind string
	conv string
	what any
}

func newVerdict() *verdict {
	return &verdict{report: Report{Counts: map[string]int{}}, told: map[finding]bool{}}
}

// add notes a violation. What is broken (a place, an id, a message) names it: a
// second violation of the same kind by the same thing isn't counted.
func (v *verdict) add(kind string, conv string, what any, events []int, format string, args ...any) {
	f := finding{kind, conv, what}
	if v.told[f] {
		return
	}
	v.told[f] = true
	if v.report.Counts[kind]++; v.report.Counts[kind] <= keptExamples {
		v.report.Violations = append(v.report.Violations,
			Violation{Kind: kind, Conv: conv, Detail: fmt.Sprintf(format, args...), Events: events})
	}
}

// done sorts the examples by kind; within a kind they stay as they were found.
func (v *verdict) done() Report {
	slices.SortStableFunc(v.report.Violations, func(a, b Violation) int {
		return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind)
	})
	return v.report
}
