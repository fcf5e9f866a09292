package metrics

import (
	"fmt"
	"io"
	"slices"
	"strings"

	vm "github.com/VictoriaMetrics/metrics"
)

// family is a definition with its registered series. Each has a set of its
// own, so that its HELP and TYPE lines stand directly above its series.
type family struct {
	definition
	set    *vm.Set
	series []series
}

// series is one line of a family, or the lines of one histogram.
type series struct {
	name    string         // with its labels, as in a scrape
	values  []string       // of the labels
	number  func() float64 // of a counter or gauge
	buckets func() Buckets // of a histogram
}

// add registers a series; asking twice for one series is a mistake of the
// program.
func (f *family) add(s series) string {
	s.name = f.name + labelSet(f.name, f.labels, s.values)
	if slices.ContainsFunc(f.series, func(other series) bool { return other.name == s.name }) {
		panic("metrics: registered twice: " + s.name)
	}
	f.series = append(f.series, s)
	return s.name
}

func (f *family) write(w io.Writer) {
	if len(f.series) == 0 {
		return
	}
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
	f.set.WritePrometheus(w)
	for _, s := range f.series {
		if s.buckets != nil {
			b := s.buckets()
			b.write(w, f.name, strings.Trim(strings.TrimPrefix(s.name, f.name), "{}"))
		}
	}
}

// has reports whether a series has these values as its first labels.
func (s *series) has(values []string) bool {
	return len(values) <= len(s.values) && slices.Equal(values, s.values[:len(values)])
}

// sum is the value of all series whose first labels have the given values: one
// series, or as many as there are. The counts of histograms are summed.
func (f *family) sum(values ...string) (total float64) {
	for i := range f.series {
		switch s := &f.series[i]; {
		case !s.has(values):
		case s.number != nil:
			total += s.number()
		default:
			b := s.buckets()
			total += float64(b.total())
		}
	}
	return total
}

// all is what all histograms of the family have counted.
func (f *family) all() (all Buckets) {
	for i := range f.series {
		all.add(f.series[i].buckets())
	}
	return all
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
