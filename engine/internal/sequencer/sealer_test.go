package sequencer

import (
	"errors"
	"log/slog"
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
		var seals int
		s := sealer{log: slog.New(slog.DiscardHandler), seal: func() error { seals++; return errors.New("ignored") }}
		want := func(n int) {
			t.Helper()
			synctest.Wait()
			if seals != n {
				t.Fatalf("%d seals, want %d", seals, n)
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
