package metrics

import (
	"slices"
	"sync"
	"time"
)

const (
	// HistoryStep is the time between two samples of the history.
	HistoryStep = time.Second
	// HistoryLength is how many samples it keeps.
	HistoryLength = 3600

	topSeconds = 10 // over which the busiest rooms are counted
	topKept    = 32 // of each second
	topShown   = 10
)

// History remembers what some figures were, once a second for an hour, for a
// dashboard that has just been opened. Its methods may be called by any goroutine.
type History struct {
	registry *Registry
	columns  []column
	names    []string
	rooms    TopRooms

	quit chan struct{}
	done chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	last    time.Time // of the last sample
	times   []int64   // Unix milliseconds; a ring with as many places as samples
	values  []float32 // the same, a row of len(names) for each
	next    int       // place of the next sample
	watches []*watch
	levels  []Level
	tops    [][]Room // of the last seconds
}

// Sample is what the figures were at a time.
type Sample struct {
	Time   int64 // Unix milliseconds
	Values []float32
}

// Level is a level of the database's tree of tables.
type Level struct {
	Files, Bytes uint64
	Score        float64
}

// NewHistory makes an empty one.
func NewHistory(r *Registry) *History {
	h := &History{registry: r, columns: r.columns(), watches: r.watches(), quit: make(chan struct{}), done: make(chan struct{})}
	for _, c := range h.columns {
		h.names = append(h.names, c.names...)
	}
	return h
}

// Start begins to take samples, until Stop. All series must have been registered.
func (h *History) Start() {
	h.look(time.Now()) // from which rises count
	go func() {
		defer close(h.done)
		ticker := time.NewTicker(HistoryStep)
		defer ticker.Stop()
		for {
			select {
			case <-h.quit:
				return
			case now := <-ticker.C:
				h.look(now)
			}
		}
	}()
}

// Stop returns when no more samples are taken; what the figures are read from may
// go then. It must be called once, after Start.
func (h *History) Stop() {
	close(h.quit)
	<-h.done
}

// Rooms is where the rooms are counted.
func (h *History) Rooms() *TopRooms { return &h.rooms }

// look takes a sample. The first is kept by nobody: there is nothing before it.
func (h *History) look(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := h.last.IsZero()
	elapsed := now.Sub(h.last).Seconds()
	h.last = now
	row := make([]float32, 0, len(h.names))
	h.registry.look(func() {
		for i := range h.columns {
			row = h.columns[i].read(row, elapsed)
		}
		for _, w := range h.watches {
			w.look()
		}
		h.levels = h.registry.levels()
	})
	h.tops = append(h.tops, h.rooms.take(topKept))
	if len(h.tops) > topSeconds {
		h.tops = slices.Delete(h.tops, 0, 1)
	}
	if !first {
		h.keep(now.UnixMilli(), row)
	}
}

// keep puts a sample into the ring.
func (h *History) keep(at int64, row []float32) {
	if len(h.times) < HistoryLength {
		h.times = append(h.times, at)
		h.values = append(h.values, row...)
		return
	}
	h.times[h.next] = at
	copy(h.values[h.next*len(h.names):], row)
	h.next = (h.next + 1) % HistoryLength
}

// Columns names the figures of a sample, in their order.
func (h *History) Columns() []string { return h.names }

// Samples are the last ones taken after a time in Unix milliseconds, at most so
// many, the oldest first. A figure that there was nothing to say of is NaN.
func (h *History) Samples(after int64, most int) []Sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []Sample{}
	for back := 1; back <= min(most, len(h.times)); back++ {
		i := (h.next - back + len(h.times)) % len(h.times)
		if h.times[i] <= after {
			break
		}
		n := len(h.names)
		list = append(list, Sample{h.times[i], slices.Clone(h.values[i*n : (i+1)*n])})
	}
	slices.Reverse(list)
	return list
}

// Warnings are what an operator should look at.
func (h *History) Warnings() []Warning {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []Warning{}
	for _, w := range h.watches {
		if w.now > 0 {
			list = append(list, Warning{w.reason, w.now})
		}
	}
	return list
}

// Levels are those of the database, from the one that memory is flushed to.
func (h *History) Levels() []Level {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.levels)
}

// Busiest are the busiest rooms of the last seconds, and how many seconds these are.
func (h *History) Busiest() (rooms []Room, seconds float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return sumRooms(h.tops, topShown), float64(len(h.tops)) * HistoryStep.Seconds()
}

// levels reads the three figures that each level has.
func (r *Registry) levels() []Level {
	files, sizes, scores := r.byName[string(StorageLevelFiles)], r.byName[string(StorageLevelBytes)], r.byName[string(StorageLevelScore)]
	list := make([]Level, len(files.series))
	for i := range list {
		list[i] = Level{uint64(files.series[i].number()), uint64(sizes.series[i].number()), scores.series[i].number()}
	}
	return list
}
