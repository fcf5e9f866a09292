package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// disk is a made-up one.
type disk struct {
	free atomic.Uint64
	fail atomic.Bool
}

func (d *disk) bytes() (uint64, error) {
	if d.fail.Load() {
		return 0, errors.New("no answer")
	}
	return d.free.Load(), nil
}

// It is full below the bound, has room an eighth above it, and tells of each
// change once.
func TestSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d disk
		var log bytes.Buffer
		var told []bool
		s := newSpace(800, d.bytes, slog.New(slog.NewTextHandler(&log, nil)))
		s.tell = func(full bool) { told = append(told, full) }
		d.free.Store(5000)
		s.watch()
		for _, step := range []struct {
			free  uint64
			full  bool
			tells int
		}{
			{5000, false, 0}, {800, false, 0}, {799, true, 1}, {0, true, 1}, {800, true, 1}, {899, true, 1},
			{900, false, 2}, {800, false, 2}, {799, true, 3}, {1 << 60, false, 4},
		} {
			d.free.Store(step.free)
			time.Sleep(spaceEvery)
			synctest.Wait()
			if s.full.Load() != step.full || len(told) != step.tells || s.left.Load() != step.free {
				t.Errorf("%d free: full %v, told %v, left %d", step.free, s.full.Load(), told, s.left.Load())
			}
		}
		for i, full := range told {
			if full != (i%2 == 0) {
				t.Errorf("told %v", told)
			}
		}
		if n := strings.Count(log.String(), "\n"); n != len(told) {
			t.Errorf("%d lines:\n%s", n, log.String())
		}
		s.stop()
		d.free.Store(0)
		time.Sleep(time.Minute)
		if s.full.Load() {
			t.Error("looks after the stop")
		}
	})
}

// A stop doesn't wait for a disk that hangs, and what that says later changes
// nothing.
func TestSpaceStopsWhileDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := make(chan struct{})
		free := func() (uint64, error) { <-hangs; return 0, nil }
		s := newSpace(800, free, slog.New(slog.DiscardHandler))
		s.tell = func(bool) { t.Error("told after the stop") }
		s.watch()
		time.Sleep(spaceEvery)
		synctest.Wait()
		s.stop() // a deadlock, if it waits
		close(hangs)
		synctest.Wait()
		if s.full.Load() {
			t.Error("full after the stop")
		}
	})
}

// What storage meets is looked into at once.
func TestSpaceIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d disk
		s := newSpace(800, d.bytes, slog.New(slog.DiscardHandler))
		d.free.Store(5000)
		s.watch()
		defer s.stop()
		synctest.Wait()
		d.free.Store(1)
		for range 3 {
			s.noSpace(nil)
		}
		synctest.Wait() // and no time passes
		if !s.full.Load() {
			t.Error("not looked")
		}
	})
}

// A disk that doesn't say how full it is leaves everything as it was.
func TestSpaceIsBlind(t *testing.T) {
	var d disk
	var log bytes.Buffer
	s := newSpace(800, d.bytes, slog.New(slog.NewTextHandler(&log, nil)))
	s.look()
	d.fail.Store(true)
	for range 3 {
		s.look()
	}
	if !s.full.Load() || strings.Count(log.String(), "no answer") != 1 {
		t.Errorf("full %v\n%s", s.full.Load(), log.String())
	}
	d.fail.Store(false)
	d.free.Store(5000)
	s.look()
	if s.full.Load() {
		t.Error("still full")
	}
}

func TestSpaceWithoutBound(t *testing.T) {
	var d disk
	s := newSpace(0, d.bytes, slog.New(slog.DiscardHandler))
	if s.look(); s.full.Load() {
		t.Error("full")
	}
	if err := s.toStart(); err != nil {
		t.Error(err)
	}
}

func TestSpaceToStart(t *testing.T) {
	var d disk
	s := newSpace(1600, d.bytes, slog.New(slog.DiscardHandler))
	d.free.Store(100)
	if err := s.toStart(); err != nil {
		t.Error(err)
	}
	d.free.Store(99)
	err := s.toStart()
	if !errors.Is(err, errDiskFull) || !strings.Contains(err.Error(), "99 bytes are free") || !strings.Contains(err.Error(), "at least 100") {
		t.Error(err)
	}
	d.fail.Store(true)
	if err := s.toStart(); err == nil || errors.Is(err, errDiskFull) {
		t.Error(err)
	}
}

// A directory that is still to be made will be where its nearest parent is.
func TestFreeBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{dir, filepath.Join(dir, "a", "b"), "no/such/directory", "/no such directory"} {
		if n, err := freeBytes(name); err != nil || n == 0 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := freeBytes(filepath.Join(file, "below")); err == nil {
		t.Errorf("below a file: %d", n)
	}
}
