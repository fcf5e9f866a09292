package sequencer

import (
	"sync/atomic"
	"time"
)

// Stalled reports whether the log has been writing or syncing for so long that
// new sends are refused (ErrBusy): see Config.StallAfter. What came before is
// answered when the disk goes on.
func (s *Sequencer) Stalled(now time.Time) bool {
	return s.syncer.stalled(now, s.cfg.StallAfter)
}

// stalled reports whether the running fsync or apply takes longer than d.
func (y *syncer) stalled(now time.Time, d time.Duration) bool {
	at := now.Sub(y.start)
	return y.since.longer(at, d) || y.apply.longer(at, d)
}

// clockMark is when something began that is going on, on a clock that nobody
// sets: the wall clock may jump meanwhile.
type clockMark struct{ at atomic.Int64 }

func (m *clockMark) set(at time.Duration) { m.at.Store(int64(max(at, 1))) } // 0: nothing is going on
func (m *clockMark) clear()               { m.at.Store(0) }

func (m *clockMark) longer(at, d time.Duration) bool {
	began := time.Duration(m.at.Load())
	return began != 0 && at-began > d
}
