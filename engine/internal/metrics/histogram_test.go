package metrics

import (
	"math"
	"sync"
	"testing"
)

func TestQuantile(t *testing.T) {
	h := newHistogram([]float64{1, 2, 4, 8})
	for _, v := range []float64{0.5, 1, 1.5, 3, 3, 3, 3, 3, 3, 100} {
		h.Observe(v)
	}
	b := h.read()
	for _, c := range []struct{ q, want float64 }{
		{0, 0}, {0.1, 0.5}, {0.2, 1}, {0.3, 2}, {0.6, 3}, {0.9, 4}, {0.95, 8}, {1, 8},
	} {
		if got := b.quantile(c.q); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("quantile %v is %v, want %v", c.q, got, c.want)
		}
	}
	if got := b.mean(); math.Abs(got-12.1) > 1e-9 {
		t.Errorf("mean %v", got)
	}
	before := h.read()
	h.Observe(7)
	later := h.read()
	d := later.since(before)
	if d.total() != 1 || d.Sum != 7 || d.quantile(1) != 8 {
		t.Errorf("since then: %+v", d)
	}
	none := later.since(later)
	if !math.IsNaN(none.quantile(0.5)) || !math.IsNaN(none.mean()) {
		t.Error("a quantile of nothing")
	}
}

// Nothing gets lost where many observe at the same time.
func TestHistogramConcurrently(t *testing.T) {
	h := newHistogram(durations())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10_000 {
				h.Observe(0.25)
			}
		})
	}
	all.Wait()
	if b := h.read(); b.total() != 80_000 || b.Sum != 20_000 {
		t.Errorf("%d observations, sum %v", b.total(), b.Sum)
	}
}

func TestFamilySums(t *testing.T) {
	r := New()
	r.Histogram(HTTPSeconds, "a").Observe(1)
	r.Histogram(HTTPSeconds, "b").Observe(2)
	r.Counter(HTTPRequests, "a", "200").Add(3)
	r.Counter(HTTPRequests, "a", "404").Add(4)
	r.Counter(HTTPRequests, "b", "200").Add(5)
	if all := r.byName[string(HTTPSeconds)].all(); all.total() != 2 || all.Sum != 3 {
		t.Errorf("both: %+v", all)
	}
	for _, c := range []struct {
		labels []string
		want   float64
	}{{nil, 12}, {[]string{"a"}, 7}, {[]string{"a", "404"}, 4}, {[]string{"b"}, 5}, {[]string{"c"}, 0}} {
		if got := value(r, string(HTTPRequests), c.labels...); got != c.want {
			t.Errorf("%v: %v, want %v", c.labels, got, c.want)
		}
	}
}

func BenchmarkObserve(b *testing.B) {
	h := newHistogram(durations())
	for b.Loop() {
		h.Observe(0.0012)
	}
}
