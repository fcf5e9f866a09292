package metrics

import (
	"bytes"
	"io"
	"sync"

	vm "github.com/VictoriaMetrics/metrics"

	"gannet/engine/internal/metrics/hush"
)

var _ = hush.Lift() // the library has said what it had to say

// Registry holds the figures of one engine. Two engines in one process have
// two. Series are registered while the engine is wired; Write may be called at
// any time after that, from any goroutine.
type Registry struct {
	mu       sync.Mutex // held while registering and while writing
	families []*family
	byName   map[string]*family
	before   []func()
}

// New returns a registry in which nothing is registered yet.
func New() *Registry {
	r := &Registry{byName: make(map[string]*family)}
	for _, d := range definitions() {
		f := &family{definition: d, set: vm.NewSet()}
		r.families = append(r.families, f)
		r.byName[d.name] = f
	}
	return r
}

// Counter registers a counter series; the label values stand in the order of
// the table. A series that is asked for twice, or with the wrong number of
// values, panics, as do all the methods that register.
func (r *Registry) Counter(n CounterName, values ...string) Counter {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.byName[string(n)]
	c := Counter{}
	name := f.add(series{values: values, number: func() float64 { return float64(c.c.Get()) }})
	c.c = f.set.NewCounter(name)
	return c
}

// CounterFunc registers a counter series whose value is read at the scrape. fn
// must be safe for use by any goroutine and must never give less than before.
func (r *Registry) CounterFunc(n CounterName, fn func() uint64, values ...string) {
	r.read(string(n), func() float64 { return float64(fn()) }, values)
}

// SecondsFunc is CounterFunc for what is counted in fractions.
func (r *Registry) SecondsFunc(n CounterName, fn func() float64, values ...string) {
	r.read(string(n), fn, values)
}

// GaugeFunc registers a gauge series whose value is read at the scrape. fn must
// be safe for use by any goroutine.
func (r *Registry) GaugeFunc(n GaugeName, fn func() float64, values ...string) {
	r.read(string(n), fn, values)
}

func (r *Registry) read(name string, fn func() float64, values []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.byName[name]
	f.set.NewGauge(f.add(series{values: values, number: fn}), fn)
}

// Histogram registers a histogram series.
func (r *Registry) Histogram(n HistogramName, values ...string) Histogram {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.byName[string(n)]
	h := newHistogram(f.bounds)
	f.add(series{values: values, buckets: h.read})
	return h
}

// HistogramFunc registers a histogram series that is read at the scrape. It gets
// the bounds that the table gives it, and what fn returns must have them.
func (r *Registry) HistogramFunc(n HistogramName, fn func(bounds []float64) Buckets, values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.byName[string(n)]
	f.add(series{values: values, buckets: func() Buckets { return fn(f.bounds) }})
}

// BeforeScrape has fn called at the start of each Write and of each sample of the
// history, so that the functions of several series can share one snapshot. These
// don't overlap.
func (r *Registry) BeforeScrape(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = append(r.before, fn)
}

// Write gives all figures in Prometheus' text format. Functions given to the
// registry must not call back into it.
func (r *Registry) Write(w io.Writer) error {
	var text bytes.Buffer
	r.look(func() {
		for _, f := range r.families {
			f.write(&text)
		}
	})
	_, err := w.Write(text.Bytes())
	return err
}

// look calls fn while all series can be read.
func (r *Registry) look(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, before := range r.before {
		before()
	}
	fn()
}

// Unregistered lists the names of the table that no series was registered
// under: what the documentation speaks of and a scrape would not show.
func (r *Registry) Unregistered() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, f := range r.families {
		if len(f.series) == 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// Names lists the names of the table: every family that there can be.
func Names() []string {
	var names []string
	for _, d := range definitions() {
		names = append(names, d.name)
	}
	return names
}
