package desk

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"gannet/bench"
)

// document is what --json prints, as the other scenarios of the bench do.
type document struct {
	Results []*bench.Result `json:"results"`
}

// writeMeasure prints the results of a measure.
func writeMeasure(w io.Writer, results []*bench.Result, asJSON bool) error {
	for _, r := range results {
		r.OK = len(r.Faults) == 0
		for _, t := range r.Targets {
			r.OK = r.OK && t.Met
		}
	}
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(document{results})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tper second\tavg ms\tp50 ms\tp99 ms\tserver CPU\t")
	for _, r := range results {
		fmt.Fprintln(t, strings.Join(cells(r), "\t")+"\t")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range results {
		if _, err := io.WriteString(w, details(r)); err != nil {
			return err
		}
	}
	return nil
}

func cells(r *bench.Result) []string {
	if r.Unit == "" { // the comparison
		return []string{r.Scenario, fmt.Sprintf("%.3f", r.MessageRatio), "–", "–", "–", "–"}
	}
	cells := []string{r.Scenario, fmt.Sprintf("%.0f %s", r.MessageRate, r.Unit), "–", "–", "–", "–"}
	if l := r.Latency; l != nil {
		for i, ms := range []float64{l.Avg, l.P50, l.P99} {
			cells[2+i] = fmt.Sprintf("%.2f", ms)
		}
	}
	if r.ServerCPU > 0 {
		cells[5] = fmt.Sprintf("%.2f", r.ServerCPU)
	}
	return cells
}

// details are the lines below the table about one result.
func details(r *bench.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %s\n", r.Scenario, r.Setting)
	for _, t := range r.Targets {
		word := "missed"
		if t.Met {
			word = "met"
		}
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("  target %s ≥ %.2f: %s, %.3f %s", t.Name, t.Want, word, t.Got, t.Unit), " "))
	}
	for _, f := range r.Figures {
		fmt.Fprintf(&b, "  %s: %.3g %s\n", f.Name, f.Value, f.Unit)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "  FAULT %s: %d\n", f.Kind, f.Count)
		for _, example := range f.Examples {
			fmt.Fprintf(&b, "    %s\n", example)
		}
	}
	return b.String()
}
