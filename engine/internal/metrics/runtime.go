package metrics

import (
	"math"
	"runtime"
	rtm "runtime/metrics"
	"sort"
)

// runtimeGauges says which figure of the runtime each name shows. Reading them
// stops nothing, other than runtime.ReadMemStats.
var runtimeGauges = map[GaugeName]string{
	GoGoroutines:   "/sched/goroutines:goroutines",
	GoThreads:      "/sched/threads/total:threads",
	GoMaxProcs:     "/sched/gomaxprocs:threads",
	GoHeapGoal:     "/gc/heap/goal:bytes",
	GoMemoryLimit:  "/gc/gomemlimit:bytes",
	GoHeapObjects:  "/memory/classes/heap/objects:bytes",
	GoHeapFree:     "/memory/classes/heap/free:bytes",
	GoHeapUnused:   "/memory/classes/heap/unused:bytes",
	GoHeapReleased: "/memory/classes/heap/released:bytes",
	GoStacks:       "/memory/classes/heap/stacks:bytes",
	GoMemory:       "/memory/classes/total:bytes",
}

var runtimeCounters = map[CounterName]string{
	GoMutexWait:      "/sync/mutex/wait/total:seconds",
	GoGCCycles:       "/gc/cycles/total:gc-cycles",
	GoGCCPU:          "/cpu/classes/gc/total:cpu-seconds",
	GoAllocatedBytes: "/gc/heap/allocs:bytes",
	GoAllocations:    "/gc/heap/allocs:objects",
}

var runtimeHistograms = map[HistogramName]string{
	GoSchedLatency: "/sched/latencies:seconds",
	GoGCPauses:     "/sched/pauses/total/gc:seconds",
}

// ObserveRuntime registers the figures of the Go runtime.
func (r *Registry) ObserveRuntime() {
	r.GaugeFunc(GoInfo, func() float64 { return 1 }, runtime.Version())
	var samples []rtm.Sample
	at := func(name string) func() rtm.Value {
		samples = append(samples, rtm.Sample{Name: name})
		i := len(samples) - 1
		return func() rtm.Value { return samples[i].Value }
	}
	for name, source := range runtimeGauges {
		value := at(source)
		r.GaugeFunc(name, func() float64 { return number(value()) })
	}
	for name, source := range runtimeCounters {
		value := at(source)
		r.SecondsFunc(name, func() float64 { return number(value()) })
	}
	for name, source := range runtimeHistograms {
		value := at(source)
		r.HistogramFunc(name, func(bounds []float64) Buckets { return rebucket(value().Float64Histogram(), bounds) })
	}
	r.BeforeScrape(func() { rtm.Read(samples) })
}

// number is a figure of the runtime, 0 where this runtime has none of the name.
func number(v rtm.Value) float64 {
	switch v.Kind() {
	case rtm.KindUint64:
		return float64(v.Uint64())
	case rtm.KindFloat64:
		return v.Float64()
	}
	return 0
}

// rebucket brings a histogram of the runtime, of some hundred fine buckets, into
// ours. What may lie above a bound counts as above it. The runtime doesn't say the sum;
// the middles of its buckets give it within some per cent.
func rebucket(h *rtm.Float64Histogram, bounds []float64) Buckets {
	b := Buckets{Bounds: bounds, Counts: make([]uint64, len(bounds)+1)}
	for i, n := range h.Counts {
		if n == 0 {
			continue
		}
		lower, upper := max(h.Buckets[i], 0), h.Buckets[i+1]
		b.Counts[sort.SearchFloat64s(bounds, upper)] += n
		if math.IsInf(upper, 1) {
			upper = lower
		}
		b.Sum += float64(n) * (lower + upper) / 2
	}
	return b
}
