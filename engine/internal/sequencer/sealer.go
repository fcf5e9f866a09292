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

	mu    sync.Mutex // held while it seals
	ended bool
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	if err := s.seal(); err != nil {
		s.log.Error("sealing the log", "err", err)
	}
}

// stop returns when nothing is sealed any more.
func (s *sealer) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
}
