package sequencer

import (
	"log/slog"
	"sync"
	"time"
)

// sealAfter is how long nothing may be synced before the log is sealed: long
// enough to cost nothing under load.
const sealAfter = 50 * time.Millisecond

// sealer seals the log when it comes to rest.
type sealer struct {
	seal  func() error
	log   *slog.Logger
	timer *time.Timer // nil until something was synced

	mu      sync.Mutex
	sealing bool // on a goroutine, which is the only one
	again   bool // when it is done: the log came to rest meanwhile
	ended   bool
	work    sync.WaitGroup // that goroutine
}

// synced puts the seal off: more is on its way. Only the syncer calls it.
func (s *sealer) synced() {
	if s.timer == nil {
		s.timer = time.AfterFunc(sealAfter, s.rest)
		return
	}
	s.timer.Reset(sealAfter)
}

// rest seals on a goroutine of its own: no batch waits for it.
func (s *sealer) rest() {
	if !s.begin() {
		return
	}
	defer s.work.Done()
	for more := true; more; more = s.goOn() {
		if err := s.seal(); err != nil {
			s.log.Error("sealing the log", "err", err)
		}
	}
}

// begin reports whether to seal. On a disk that hangs goroutines would pile up.
func (s *sealer) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.sealing {
		s.again = s.sealing
		return false
	}
	s.sealing = true
	s.work.Add(1)
	return true
}

func (s *sealer) goOn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealing = s.again && !s.ended
	s.again = false
	return s.sealing
}

// stop returns when nothing is sealed any more.
func (s *sealer) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.work.Wait()
}
