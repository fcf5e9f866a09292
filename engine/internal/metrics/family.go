package metrics

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// definition is a line of the table in names.go.
type definition struct {
	name    string
	kind    string // counter, gauge or histogram, as in a # TYPE line
	help    string
	labels  []string
	buckets []float64 // upper bounds, histograms only
}

func counter(n CounterName, help string, labels ...string) definition {
	return definition{name: string(n), kind: "counter", help: help, labels: labels}
}

func gauge(n GaugeName, help string, labels ...string) definition {
	return definition{name: string(n), kind: "gauge", help: help, labels: labels}
}

func histogram(n HistogramName, buckets []float64, help string, labels ...string) definition {
	return definition{name: string(n), kind: "histogram", help: help, labels: labels, buckets: buckets}
}

// durations are bucket bounds in seconds, from 50 µs (a commit on a good disk)
// to 10 s (the time limit of a request).
func durations() []float64 {
	return []float64{
		50e-6, 100e-6, 200e-6, 300e-6, 500e-6, 750e-6,
		1e-3, 1.5e-3, 2e-3, 3e-3, 5e-3, 7.5e-3,
		10e-3, 15e-3, 20e-3, 30e-3, 50e-3, 75e-3,
		100e-3, 200e-3, 500e-3, 1, 2, 5, 10,
	}
}

// waits are bucket bounds in seconds for what people wait for: from 1 s to a day.
func waits() []float64 {
	return []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 24 * 3600}
}

// sizes are bucket bounds for counts: the powers of two up to 4,096.
func sizes() []float64 { return vm.ExponentialBuckets(1, 2, 13) }

// family is a definition with its registered series. Each has a set of its
// own, so that its HELP and TYPE lines stand directly above its series.
type family struct {
	definition
	set    *vm.Set
	series []string
}

// add registers a series; asking twice for one series is a mistake of the
// program.
func (f *family) add(values []string) string {
	s := f.name + labelSet(f.name, f.labels, values)
	if slices.Contains(f.series, s) {
		panic("metrics: registered twice: " + s)
	}
	f.series = append(f.series, s)
	return s
}

func (f *family) write(w io.Writer) {
	if len(f.series) == 0 {
		return
	}
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
	f.set.WritePrometheus(w)
}

// labelSet builds {key="value",…}. Values are escaped as the text format asks:
// backslash, quote and line feed.
func labelSet(name string, keys, values []string) string {
	if len(keys) != len(values) {
		panic(fmt.Sprintf("metrics: %s has the labels %v, not %d values", name, keys, len(values)))
	}
	if len(keys) == 0 {
		return ""
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	pairs := make([]string, len(keys))
	for i := range keys {
		pairs[i] = keys[i] + `="` + escape.Replace(values[i]) + `"`
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// Histogram counts observations in buckets. Safe for use by any goroutine.
type Histogram struct{ h *vm.PrometheusHistogram }

// Observe adds a value: seconds or a size, as the name says.
func (h Histogram) Observe(v float64) { h.h.Update(v) }

// ObserveDuration adds a duration to a histogram of seconds.
func (h Histogram) ObserveDuration(d time.Duration) { h.h.Update(d.Seconds()) }

// Counter is a rising number. Safe for use by any goroutine.
type Counter struct{ c *vm.Counter }

// Inc adds one.
func (c Counter) Inc() { c.c.Inc() }

// Add adds n, which must not be negative.
func (c Counter) Add(n int) { c.c.Add(n) }

// Value is the current count.
func (c Counter) Value() uint64 { return c.c.Get() }
