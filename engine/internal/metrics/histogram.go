package metrics

import (
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"sync/atomic"
	"time"
)

// Buckets is what a histogram has counted so far.
type Buckets struct {
	Bounds []float64 // upper bounds, rising; an observation equal to one is below it
	Counts []uint64  // of each bound, and last of what is above them all
	Sum    float64   // of all observations
}

// total is how many observations there are.
func (b *Buckets) total() (n uint64) {
	for _, c := range b.Counts {
		n += c
	}
	return n
}

// Histogram counts observations in buckets. Safe for use by any goroutine, and
// without a lock: it stands where each batch passes.
type Histogram struct{ h *histogramCounts }

type histogramCounts struct {
	bounds []float64
	counts []atomic.Uint64
	sum    atomic.Uint64 // the bits of a float64
}

func newHistogram(bounds []float64) Histogram {
	return Histogram{&histogramCounts{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}}
}

// Observe adds a value: seconds or a size, as the name says. A negative one, as of
// a clock that was set back, counts as 0.
func (h Histogram) Observe(v float64) {
	v = max(v, 0)
	h.h.counts[sort.SearchFloat64s(h.h.bounds, v)].Add(1)
	for {
		old := h.h.sum.Load()
		if h.h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

// ObserveDuration adds a duration to a histogram of seconds.
func (h Histogram) ObserveDuration(d time.Duration) { h.Observe(d.Seconds()) }

// read is what was counted so far. The sum may be ahead of the counts by what is
// observed meanwhile.
func (h Histogram) read() Buckets {
	b := Buckets{Bounds: h.h.bounds, Counts: make([]uint64, len(h.h.counts))}
	for i := range h.h.counts {
		b.Counts[i] = h.h.counts[i].Load()
	}
	b.Sum = math.Float64frombits(h.h.sum.Load())
	return b
}

// add adds what another histogram of the same bounds has counted.
func (b *Buckets) add(more Buckets) {
	if b.Bounds == nil {
		*b = Buckets{Bounds: more.Bounds, Counts: slices.Clone(more.Counts), Sum: more.Sum}
		return
	}
	for i := range b.Counts {
		b.Counts[i] += more.Counts[i]
	}
	b.Sum += more.Sum
}

// since is what was counted after before was read.
func (b *Buckets) since(before Buckets) Buckets {
	d := Buckets{Bounds: b.Bounds, Counts: slices.Clone(b.Counts), Sum: b.Sum - before.Sum}
	for i := range before.Counts {
		d.Counts[i] -= min(before.Counts[i], d.Counts[i])
	}
	return d
}

// quantile estimates the value that a share q of the observations doesn't exceed,
// as Prometheus' histogram_quantile does: linearly within a bucket. What is above
// all bounds counts as the last. Without observations it is NaN.
func (b *Buckets) quantile(q float64) float64 {
	total := b.total()
	if total == 0 {
		return math.NaN()
	}
	rank := q * float64(total)
	below, lower := uint64(0), 0.0
	for i, upper := range b.Bounds {
		n := b.Counts[i]
		if n > 0 && float64(below+n) >= rank {
			return lower + (upper-lower)*(rank-float64(below))/float64(n)
		}
		below, lower = below+n, upper
	}
	return b.Bounds[len(b.Bounds)-1]
}

// mean is the average observation, NaN without any.
func (b *Buckets) mean() float64 {
	if n := b.total(); n > 0 {
		return b.Sum / float64(n)
	}
	return math.NaN()
}

// write gives the series of a histogram in Prometheus' text format. Labels are
// key="value" pairs with commas between them.
func (b *Buckets) write(w io.Writer, name, labels string) {
	comma, set := "", ""
	if labels != "" {
		comma, set = ",", "{"+labels+"}"
	}
	n := uint64(0)
	for i, bound := range b.Bounds {
		n += b.Counts[i]
		fmt.Fprintf(w, "%s_bucket{%s%sle=\"%v\"} %d\n", name, labels, comma, bound, n)
	}
	n += b.Counts[len(b.Bounds)]
	fmt.Fprintf(w, "%s_bucket{%s%sle=\"+Inf\"} %d\n", name, labels, comma, n)
	fmt.Fprintf(w, "%s_sum%s %v\n%s_count%s %d\n", name, set, b.Sum, name, set, n)
}
