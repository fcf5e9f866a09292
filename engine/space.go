package engine

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	spaceEvery = 250 * time.Millisecond // between two looks: a fast disk takes much meanwhile
	// spaceBack is how much more than the bound must be free before it counts as
	// room again, as a part of the bound, so that it doesn't come and go.
	spaceBack = 8
	// spaceStart is the part of the bound below which a server doesn't start.
	spaceStart = 16
)

// space watches how much room the disk has. Below the bound what needs room is
// refused; what is left is for the database's own work and for what must go on.
type space struct {
	bound  uint64                 // storage.min_free_bytes; 0: none
	free   func() (uint64, error) // bytes
	tell   func(full bool)        // called where it has changed
	logger *slog.Logger

	wake chan struct{} // capacity 1: storage met a full disk
	quit chan struct{}

	left atomic.Uint64 // at the last look
	full atomic.Bool

	mu      sync.Mutex // of a look, but for the asking itself, which may hang
	blind   bool       // at the last look: it failed
	stopped bool
}

func newSpace(bound int, free func() (uint64, error), logger *slog.Logger) *space {
	return &space{
		bound: uint64(bound), free: free, logger: logger,
		tell: func(bool) {}, wake: make(chan struct{}, 1), quit: make(chan struct{}),
	}
}

// noSpace is for storage: it has met a full disk.
func (s *space) noSpace(error) {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// toStart says why there is too little room for a start.
func (s *space) toStart() error {
	free, err := s.free()
	if err != nil {
		return fmt.Errorf("looking for room on the disk: %w", err)
	}
	if least := s.bound / spaceStart; free < least {
		return fmt.Errorf("%w: %d bytes are free, and a start needs at least %d (a %dth of storage.min_free_bytes)",
			errDiskFull, free, least, spaceStart)
	}
	return nil
}

// watch looks until stop. It must not be called twice.
func (s *space) watch() {
	go func() {
		ticks := time.NewTicker(spaceEvery)
		defer ticks.Stop()
		for {
			select {
			case <-s.quit:
				return
			case <-ticks.C:
			case <-s.wake:
			}
			s.look()
		}
	}()
}

// stop ends the watch; the database may be closed then. A disk that doesn't answer
// isn't waited for: what it says later is left out.
func (s *space) stop() {
	close(s.quit)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

// look sees how much room there is. Where that can't be found out, all stays as
// it was.
func (s *space) look() {
	free, err := s.free()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	if (err != nil) != s.blind {
		s.blind = err != nil
		s.logger.Warn("looking for room on the disk", "err", err)
	}
	if err != nil {
		return
	}
	s.left.Store(free)
	switch full := s.full.Load(); {
	case !full && free < s.bound:
		s.turn(true)
		s.logger.Error("the disk is nearly full: nothing new is taken, reading goes on", "free_bytes", free, "min_free_bytes", s.bound)
	case full && free >= s.bound+s.bound/spaceBack:
		s.turn(false)
		s.logger.Info("the disk has room again: everything is taken", "free_bytes", free, "min_free_bytes", s.bound)
	}
}

func (s *space) turn(full bool) {
	s.full.Store(full)
	s.tell(full)
}

// freeBytes is how much the disk of a directory, or of where it is to be made,
// takes from a process without privileges.
func freeBytes(dir string) (uint64, error) {
	for {
		var st unix.Statfs_t
		err := unix.Statfs(dir, &st)
		if err == nil {
			return st.Bavail * uint64(st.Bsize), nil
		}
		parent := filepath.Dir(dir)
		if !os.IsNotExist(err) || parent == dir {
			return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
		}
		dir = parent
	}
}
