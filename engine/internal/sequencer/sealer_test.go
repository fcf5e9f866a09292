package sequencer

import (
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// One seal follows each rest of the log, none while it is busy, none without
// anything new, and none after the end.
func TestSealsAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seals atomic.Int32
		s := sealer{log: slog.New(slog.DiscardHandler), seal: func() error { seals.Add(1); return errors.New("ignored") }}
		want := func(n int32) {
			t.Helper()
			synctest.Wait()
			if got := seals.Load(); got != n {
				t.Fatalf("%d seals, want %d", got, n)
			}
		}
		for range 100 { // busy
			s.synced()
			time.Sleep(sealAfter - time.Millisecond)
		}
		want(0)
		time.Sleep(time.Millisecond)
		want(1)
		time.Sleep(time.Hour)
		want(1)
		s.synced()
		time.Sleep(sealAfter)
		want(2)
		s.synced()
		s.stop()
		time.Sleep(time.Hour)
		want(2)
	})
}

// While a seal takes its time, the next ones are one, after it.
func TestSlowSeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seals, running atomic.Int32
		hold := make(chan struct{})
		s := sealer{log: slog.New(slog.DiscardHandler), seal: func() error {
			if running.Add(1) > 1 {
				t.Error("two at a time")
			}
			seals.Add(1)
			<-hold
			running.Add(-1)
			return nil
		}}
		before := runtime.NumGoroutine()
		for range 100 {
			s.synced()
			time.Sleep(2 * sealAfter)
			synctest.Wait()
		}
		if n, more := seals.Load(), runtime.NumGoroutine()-before; n != 1 || more > 5 {
			t.Errorf("%d seals, %d goroutines more", n, more)
		}
		close(hold)
		s.stop()
		if n := seals.Load(); n > 2 {
			t.Errorf("%d seals", n)
		}
		s.synced()
		time.Sleep(time.Hour)
		if n := seals.Load(); n > 2 || running.Load() != 0 {
			t.Errorf("%d seals in the end, %d run", n, running.Load())
		}
	})
}

// A seal that was put off for another one is made up for.
func TestSealsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seals atomic.Int32
		s := sealer{log: slog.New(slog.DiscardHandler), seal: func() error {
			seals.Add(1)
			time.Sleep(time.Second)
			return nil
		}}
		s.synced()
		time.Sleep(2 * sealAfter)
		s.synced()
		time.Sleep(time.Minute)
		if n := seals.Load(); n != 2 {
			t.Errorf("%d seals, want 2", n)
		}
		s.stop()
	})
}

// A sequencer at rest has made durable how far its log is.
func TestSequencerSeals(t *testing.T) {
	synced := make(chan struct{}, 100)
	var armed atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if armed.Load() && op.Kind == errorfs.OpFileSync && strings.HasSuffix(op.Path, "/MARKS") {
			synced <- struct{}{}
		}
		return nil
	}))
	r := start(t, fs, nil)
	armed.Store(true)
	if err := r.Submit(time.Now(), []Send{single("a", "b", "1")}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-synced:
	case <-time.After(30 * time.Second):
		t.Error("never sealed")
	}
	armed.Store(false)
}
