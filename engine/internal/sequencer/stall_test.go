package sequencer

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// slowLog is a file system whose log can be made to take its time.
type slowLog struct{ hold atomic.Pointer[chan struct{}] } // a sync waits until it is closed; nil: for nothing

func (f *slowLog) MaybeError(op errorfs.Op) error {
	sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
	if hold := f.hold.Load(); hold != nil && sync && strings.HasSuffix(op.Path, ".log") {
		<-*hold
	}
	return nil
}

func (f *slowLog) String() string { return "slow log" }

// While the disk stalls, new sends and commands are refused, reads go on, and what
// was under way is answered once it goes on.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slowLog{}
		r := build(t, errorfs.Wrap(vfs.NewMem(), log), func(c *Config) { c.StallAfter = 2 * time.Second })
		r.Start()
		first := r.send1(single("a", "b", "first"))

		hold := make(chan struct{})
		log.hold.Store(&hold)
		results := make(chan Result, 9)
		m := single("a", "b", "under way")
		m.Done = func(res Result) { results <- res }
		if err := r.Submit(time.Now(), []Send{m}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if r.Stalled(time.Now()) {
			t.Error("stalled after 2 s")
		}
		behind := single("a", "b", "behind it")
		behind.Done = m.Done
		if err := r.Submit(time.Now(), []Send{behind}); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Millisecond)
		if !r.Stalled(time.Now()) {
			t.Error("not stalled after more than 2 s")
		}
		nothing := func(*Tx) error { return nil }
		for what, err := range map[string]error{
			"Submit": r.Submit(time.Now(), []Send{single("a", "b", "late")}),
			"Do":     r.Do(nothing),
			"Go":     r.Go(nothing, func(error) { t.Error("a refused command was answered") }),
		} {
			if !errors.Is(err, ErrBusy) {
				t.Errorf("%s: %v", what, err)
			}
		}
		waits := make(chan error, 1)
		go func() { waits <- r.DoAnyway(nothing) }()
		if err := r.Ask(func(*Tx) {}); err != nil {
			t.Error(err)
		}
		if got := messages(t, r.db, first.ConvID); got[0].ID != first.ID || r.Durable() != first.ID {
			t.Errorf("reading: %+v, durable %d", got, r.Durable())
		}
		time.Sleep(time.Minute)
		if len(results)+len(waits) != 0 {
			t.Error("answered before the disk went on")
		}

		close(hold)
		synctest.Wait()
		for _, seq := range []uint64{2, 3} {
			if got := <-results; got.Err != nil || got.Seq != seq {
				t.Errorf("%+v", got)
			}
		}
		if err := <-waits; err != nil || len(results) != 0 {
			t.Errorf("%v, %d answers too many", err, len(results))
		}
		if r.Stalled(time.Now()) {
			t.Error("stalled for ever")
		}
		if got := r.send1(single("a", "b", "afterwards")); got.Seq != 4 {
			t.Errorf("%+v", got)
		}
		r.stop()
	})
}

// Drain waits for the disk, if need be until its context ends, and counts nothing
// as refused where that is full.
func TestDrainInStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slowLog{}
		r := build(t, errorfs.Wrap(vfs.NewMem(), log), func(c *Config) { c.StallAfter = 2 * time.Second })
		r.Start()
		r.send1(single("a", "b", "first"))
		hold := make(chan struct{})
		log.hold.Store(&hold)
		answered := make(chan Result, 1)
		m := single("a", "b", "under way")
		m.Done = func(res Result) { answered <- res }
		if err := r.Submit(time.Now(), []Send{m}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		r.SetFull(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) || len(answered) != 0 {
			t.Errorf("%v, %d answers while the disk stalls", err, len(answered))
		}
		time.AfterFunc(time.Second, func() { close(hold) })
		if err := r.Drain(t.Context()); err != nil || len(answered) != 1 {
			t.Errorf("%v, %d answers of 1", err, len(answered))
		}
		if n := r.RefusedFull(); n != 0 {
			t.Errorf("%d were refused", n)
		}
		r.stop()
	})
}
