package metrics

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// scene is a registry with a few figures, and its history.
type scene struct {
	t        *testing.T
	r        *Registry
	h        *History
	now      time.Time
	conns    float64
	stalled  float64
	messages Counter
	fsync    Histogram
	slow     Counter
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, r: New(), now: time.UnixMilli(1_000_000)}
	s.r.GaugeFunc(ConnectionsActive, func() float64 { return s.conns })
	s.r.GaugeFunc(LogStalled, func() float64 { return s.stalled })
	s.messages = s.r.Counter(MessagesProcessed, "group")
	s.r.Counter(MessagesProcessed, "event").Add(7)
	s.fsync = s.r.Histogram(FsyncSeconds)
	s.slow = s.r.Counter(Drops, "slow_consumer")
	for i := range 2 {
		s.r.GaugeFunc(StorageLevelFiles, func() float64 { return float64(i + 1) }, strconv.Itoa(i))
		s.r.GaugeFunc(StorageLevelBytes, func() float64 { return float64(100 * i) }, strconv.Itoa(i))
		s.r.GaugeFunc(StorageLevelScore, func() float64 { return 0.5 }, strconv.Itoa(i))
	}
	s.h = NewHistory(s.r)
	return s
}

// pass takes a sample some time later.
func (s *scene) pass(d time.Duration) {
	s.now = s.now.Add(d)
	s.h.look(s.now)
}

// last is a figure of the last sample.
func (s *scene) last(column string) float64 {
	s.t.Helper()
	i := slices.Index(s.h.Columns(), column)
	samples := s.h.Samples(0, 1)
	if i < 0 || len(samples) != 1 {
		s.t.Fatalf("column %q is %d; %d samples", column, i, len(samples))
	}
	return float64(samples[0].Values[i])
}

func (s *scene) expect(column string, want float64) {
	s.t.Helper()
	if got := s.last(column); math.Abs(got-want) > 1e-6*math.Abs(want) {
		s.t.Errorf("%s is %v, want %v", column, got, want)
	}
}

func TestHistory(t *testing.T) {
	s := newScene(t)
	s.messages.Add(1000)
	s.pass(0)
	if n := len(s.h.Samples(0, 10)); n != 0 {
		t.Fatalf("%d samples of no time", n)
	}
	s.conns = 3
	s.messages.Add(100)
	s.fsync.Observe(0.0004)
	s.fsync.Observe(0.0004)
	s.pass(2 * time.Second)
	s.expect("connections", 3)
	s.expect("group_messages", 50) // a second: two have passed
	s.expect("events", 0)
	s.expect("fsyncs", 1)
	s.expect("fsync_mean", 0.0004)
	s.expect("fsync_p50", 0.0004)
	s.pass(time.Second)
	s.expect("group_messages", 0)
	if v := s.last("fsync_p99"); !math.IsNaN(v) {
		t.Errorf("no fsync took %v", v)
	}
	if got, want := s.h.Levels(), []Level{{1, 0, 0.5}, {2, 100, 0.5}}; !slices.Equal(got, want) {
		t.Errorf("levels %v", got)
	}
}

// A history of an hour forgets what is older, and tells what is asked for.
func TestHistoryIsBounded(t *testing.T) {
	s := newScene(t)
	for i := range HistoryLength + 501 {
		s.conns = float64(i)
		s.pass(time.Second)
	}
	end := s.now.UnixMilli()
	all := s.h.Samples(0, HistoryLength)
	if len(all) != HistoryLength || len(s.h.values) != HistoryLength*len(s.h.names) {
		t.Fatalf("%d samples, %d values", len(all), len(s.h.values))
	}
	for i, m := range all {
		if m.Time != end-int64(HistoryLength-1-i)*1000 || m.Values[0] != float32(501+i) {
			t.Fatalf("sample %d: time %d, %v connections", i, m.Time, m.Values[0])
		}
	}
	if some := s.h.Samples(end-5000, HistoryLength); len(some) != 5 || some[0].Time != end-4000 {
		t.Errorf("%d samples since then, from %d", len(some), some[0].Time)
	}
	if some := s.h.Samples(end-5000, 2); len(some) != 2 || some[1].Time != end {
		t.Errorf("%d samples, the last ones", len(some))
	}
	if none := s.h.Samples(end, HistoryLength); none == nil || len(none) != 0 {
		t.Errorf("%d samples of the future", len(none))
	}
}

func TestWarnings(t *testing.T) {
	s := newScene(t)
	s.slow.Add(5) // before anybody looked
	s.pass(time.Second)
	s.pass(time.Second)
	if w := s.h.Warnings(); len(w) != 0 {
		t.Errorf("warned of %v", w)
	}
	s.slow.Add(2)
	s.stalled = 1
	s.pass(time.Second)
	if got, want := s.h.Warnings(), []Warning{{"log_stalled", 1}, {"slow_consumers", 2}}; !slices.Equal(got, want) {
		t.Errorf("warned of %v", got)
	}
	s.stalled = 0
	for i := range 61 {
		s.pass(time.Second)
		if got := len(s.h.Warnings()); (got == 1) != (i < 59) {
			t.Fatalf("%d warnings after %d s", got, i+1)
		}
	}
}

func TestBusiest(t *testing.T) {
	s := newScene(t)
	s.pass(0)
	for i := range 2 * topSeconds {
		s.h.Rooms().Lock()
		s.h.Rooms().Add(9, "group_a", 1, 4)
		if i < topSeconds {
			s.h.Rooms().Add(8, "group_b", 100, 100)
		}
		s.h.Rooms().Unlock()
		s.pass(time.Second)
	}
	rooms, seconds := s.h.Busiest()
	if seconds != topSeconds || len(rooms) != 1 || rooms[0] != (Room{"group_a", topSeconds, 4 * topSeconds}) {
		t.Errorf("%v of %v s", rooms, seconds)
	}
}

func TestHistoryGoesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.h.Start()
		time.Sleep(5*HistoryStep + HistoryStep/2)
		synctest.Wait()
		if n := len(s.h.Samples(0, 100)); n != 5 {
			t.Errorf("%d samples", n)
		}
		s.h.Stop()
		time.Sleep(5 * HistoryStep)
		if n := len(s.h.Samples(0, 100)); n != 5 {
			t.Errorf("%d samples after the stop", n)
		}
	})
}

// Every column is named once.
func TestColumns(t *testing.T) {
	seen := make(map[string]bool)
	for _, name := range NewHistory(New()).Columns() {
		if seen[name] || name == "" {
			t.Errorf("column %q stands there twice", name)
		}
		seen[name] = true
	}
}

func BenchmarkHistory(b *testing.B) {
	r := New()
	r.ObserveRuntime()
	r.ObserveProcess()
	for i := range 100 {
		r.Histogram(HTTPSeconds, strconv.Itoa(i)).Observe(1)
	}
	h := NewHistory(r)
	now := time.Now()
	for b.Loop() {
		now = now.Add(time.Second)
		h.look(now)
	}
}

func lines(text string) []string { return strings.Split(text, "\n") }
