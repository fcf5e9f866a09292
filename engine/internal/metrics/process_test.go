package metrics

import (
	"math"
	"os"
	"runtime"
	rtm "runtime/metrics"
	"slices"
	"testing"
	"time"
)

// value is the sum of a family in a look of its own.
func value(r *Registry, name string, labels ...string) (v float64) {
	r.look(func() { v = r.byName[name].sum(labels...) })
	return v
}

func TestProcess(t *testing.T) {
	r := New()
	r.ObserveProcess()
	if rss := value(r, string(ProcessMemory)); rss < 1<<20 || rss > float64(1<<40) {
		t.Errorf("resident: %v", rss)
	}
	if peak := value(r, string(ProcessMemoryPeak)); peak < 1<<20 || peak > float64(1<<40) {
		t.Errorf("peak: %v", peak)
	}
	if virtual := value(r, string(ProcessVirtual)); virtual <= value(r, string(ProcessMemory)) {
		t.Errorf("virtual: %v", virtual)
	}
	start, now := value(r, string(ProcessStart)), float64(time.Now().Unix())
	if start > now+2 || start < now-3600 {
		t.Errorf("started at %v, now is %v", start, now)
	}
	if value(r, string(ProcessSwitches), "voluntary") == 0 || value(r, string(ProcessMaxFiles)) < 3 {
		t.Error("no context switches, or no limit of files")
	}
	before := value(r, string(ProcessCPU))
	for value(r, string(ProcessCPU)) <= before {
		slices.Sort(make([]int, 1<<12)) // work until the clock of the processor has moved
	}
	text := scrape(t, r)
	if !slices.Contains(lines(text), "# TYPE process_cpu_seconds_total counter") {
		t.Error("not in the scrape")
	}
}

func TestOpenFiles(t *testing.T) {
	before := openFiles()
	var files []*os.File
	for range 10 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if n := openFiles(); n != before+10 {
		t.Errorf("%d files, %d before 10 more", n, before)
	}
	for _, f := range files {
		f.Close()
	}
}

func TestRuntime(t *testing.T) {
	r := New()
	r.ObserveRuntime()
	cycles, pauses := value(r, string(GoGCCycles)), value(r, string(GoGCPauses))
	runtime.GC()
	if n := value(r, string(GoGCCycles)); n < cycles+1 {
		t.Errorf("%v collections, %v before one more", n, cycles)
	}
	if n := value(r, string(GoGCPauses)); n < pauses+1 {
		t.Errorf("%v pauses, %v before one more", n, pauses)
	}
	stop := make(chan struct{})
	defer close(stop)
	before := value(r, string(GoGoroutines))
	for range 50 {
		go func() { <-stop }()
	}
	if n := value(r, string(GoGoroutines)); n < before+40 {
		t.Errorf("%v goroutines, %v before 50 more", n, before)
	}
	for _, name := range []GaugeName{GoThreads, GoMaxProcs, GoHeapGoal, GoHeapObjects, GoMemory, GoStacks, GoMemoryLimit} {
		if value(r, string(name)) <= 0 {
			t.Errorf("%s is 0", name)
		}
	}
}

// The runtime's fine buckets come into ours, and what may be above a bound doesn't
// count as below.
func TestRebucket(t *testing.T) {
	b := rebucket(&rtm.Float64Histogram{
		Counts:  []uint64{1, 2, 4, 8, 16},
		Buckets: []float64{math.Inf(-1), 0, 1, 3, 4, math.Inf(1)},
	}, []float64{1, 2, 4})
	if want := []uint64{3, 0, 12, 16}; !slices.Equal(b.Counts, want) {
		t.Errorf("%v, want %v", b.Counts, want)
	}
	if want := 1*0.0 + 2*0.5 + 4*2 + 8*3.5 + 16*4; b.Sum != want {
		t.Errorf("sum %v, want %v", b.Sum, want)
	}
}

// Every figure of the runtime that is asked for is there.
func TestRuntimeNames(t *testing.T) {
	known := make(map[string]bool)
	for _, d := range rtm.All() {
		known[d.Name] = true
	}
	for name, source := range runtimeGauges {
		if !known[source] {
			t.Errorf("%s: the runtime has no %s", name, source)
		}
	}
	for name, source := range runtimeCounters {
		if !known[source] {
			t.Errorf("%s: the runtime has no %s", name, source)
		}
	}
	for name, source := range runtimeHistograms {
		if !known[source] {
			t.Errorf("%s: the runtime has no %s", name, source)
		}
	}
}
