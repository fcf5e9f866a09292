package bench

import (
	"sync"
	"time"
)

// A usageWatch reads what the server and the generator use while a run is
// measured. It has a goroutine of its own.
type usageWatch struct {
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup
	pid  int

	// Owned by the goroutine until stop has returned.
	elapsed   time.Duration
	server    usage // cpu: used while watching; resident: the most
	generator time.Duration
}

const usageEvery = 250 * time.Millisecond

func (s *session) watchUsage(from, until int64) *usageWatch {
	w := &usageWatch{quit: make(chan struct{}), pid: s.target.pid}
	w.wg.Go(func() {
		if w.sleep(time.Duration(from - s.clock.now())) {
			w.watch(time.Duration(until - from))
		}
	})
	return w
}

// sleep reports whether the whole time has passed.
func (w *usageWatch) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.quit:
		return false
	}
}

func (w *usageWatch) watch(span time.Duration) {
	start, own := time.Now(), ownCPU()
	first := w.read()
	for left := span; left > 0 && w.sleep(min(left, usageEvery)); left = span - time.Since(start) {
		w.read()
	}
	w.elapsed = time.Since(start)
	w.generator = ownCPU() - own
	w.server.cpu = w.read().cpu - first.cpu
}

// read looks at the server; the zero usage where it can't.
func (w *usageWatch) read() usage {
	if w.pid == 0 {
		return usage{}
	}
	u, err := usageOf(w.pid)
	if err != nil {
		return usage{}
	}
	w.server.resident = max(w.server.resident, u.resident)
	return u
}

// stop ends the watching, if it hasn't ended yet.
func (w *usageWatch) stop() {
	w.once.Do(func() { close(w.quit) })
	w.wg.Wait()
}

func (w *usageWatch) fill(r *Result) {
	if w.elapsed <= 0 {
		return
	}
	r.ServerCPU = w.server.cpu.Seconds() / w.elapsed.Seconds()
	r.ServerRSS = w.server.resident
	r.GeneratorCPU = w.generator.Seconds() / w.elapsed.Seconds()
}
