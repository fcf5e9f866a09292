package bench

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// table is the document as text. Times are ms, CPU is processors busy on average.
func table(doc document) string {
	var b strings.Builder
	m := doc.Machine
	fmt.Fprintf(&b, "%d processors, %s, %s", m.Processors, m.System, m.Go)
	if m.DataDir != "" {
		fmt.Fprintf(&b, ", data on %s", m.DataDir)
	}
	b.WriteString("\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "scenario\tper second\tdeliveries/s\tavg ms\tp50 ms\tp95 ms\tp99 ms\tmax ms\tserver CPU\tserver RSS\tbench CPU\t× echo\tok?")
	for _, r := range doc.Results {
		fmt.Fprintln(w, strings.Join(r.cells(), "\t"))
	}
	w.Flush()
	for _, r := range doc.Results {
		b.WriteString("\n" + r.details())
	}
	return b.String()
}

func (r *Result) cells() []string {
	cells := []string{r.Scenario, count(r.MessageRate) + " " + r.Unit, none(r.DeliveryRate, count)}
	if l := r.Latency; l != nil {
		cells = append(cells, ms(l.Avg), ms(l.P50), ms(l.P95), ms(l.P99), ms(l.Max))
	} else {
		cells = append(cells, "–", "–", "–", "–", "–")
	}
	return append(cells, none(r.ServerCPU, cores), none(float64(r.ServerRSS), mebibytes),
		none(r.GeneratorCPU, cores), none(r.MessageRatio, ratio), r.verdict())
}

// details are the lines below the table about one run.
func (r *Result) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Scenario, r.Setting)
	if r.Stopped {
		fmt.Fprintf(&b, "  stopped early, after %s of measuring\n", time.Duration(r.Seconds*float64(time.Second)).Round(time.Millisecond))
	}
	for _, t := range r.Targets {
		fmt.Fprintf(&b, "  %s\n", t)
	}
	if r.EchoRate > 0 {
		fmt.Fprintf(&b, "  echo before: %s round trips/s; %s\n", count(r.EchoRate), r.ratios())
	}
	if l := r.Sent; l != nil {
		fmt.Fprintf(&b, "  send → sent: avg %s, p50 %s, p95 %s, p99 %s, max %s ms\n", ms(l.Avg), ms(l.P50), ms(l.P95), ms(l.P99), ms(l.Max))
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

func (r *Result) ratios() string {
	out := ratio(r.MessageRatio) + " × in " + r.Unit
	if r.DeliveryRatio > 0 {
		out += ", " + ratio(r.DeliveryRatio) + " × in deliveries"
	}
	if r.LatencyRatio > 0 {
		out += ", " + ratio(r.LatencyRatio) + " × in average latency"
	}
	return out
}

func (t Target) String() string {
	verdict, relation := "missed", "≥"
	if t.Met {
		verdict = "met"
	}
	if t.AtMost {
		relation = "≤"
	}
	return fmt.Sprintf("target %s %s %s %s: %s (%s)", t.Name, relation, count(t.Want), t.Unit, verdict, count(t.Got))
}

// line is the result in short.
func (r *Result) line() string {
	out := fmt.Sprintf("%s: %s %s/s", r.Scenario, count(r.MessageRate), r.Unit)
	if r.DeliveryRate > 0 {
		out += fmt.Sprintf(", %s deliveries/s", count(r.DeliveryRate))
	}
	if l := r.Latency; l != nil {
		out += fmt.Sprintf(", avg %s ms, p99 %s ms", ms(l.Avg), ms(l.P99))
	}
	return out + ": " + r.verdict()
}

func (r *Result) verdict() string {
	switch {
	case len(r.Faults) > 0:
		return "FAULTS"
	case r.Stopped:
		return "stopped"
	case r.OK:
		return "ok"
	}
	return "missed"
}

func none(v float64, format func(float64) string) string {
	if v == 0 {
		return "–"
	}
	return format(v)
}

// count writes a number with thousands separated, small ones with decimals.
func count(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.3g", v)
	}
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func ms(v float64) string        { return fmt.Sprintf("%.3f", v) }
func cores(v float64) string     { return fmt.Sprintf("%.2f", v) }
func mebibytes(v float64) string { return fmt.Sprintf("%.0f MiB", v/(1<<20)) }
func ratio(v float64) string     { return fmt.Sprintf("%.3g", v) }
