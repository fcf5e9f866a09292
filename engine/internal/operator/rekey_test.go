package operator

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// fakeRuns has as many stale runs as it says, one to a conversation.
type fakeRuns struct {
	total   uint64
	broken  uint64 // the conversation whose run can't be read
	dropped atomic.Bool
}

var errBroken = errors.New("broken")

func (f *fakeRuns) LastConversation() (uint64, error) { return f.total, nil }

func (f *fakeRuns) KeyIDs() ([]string, error) {
	if f.dropped.Load() {
		return []string{"new"}, nil
	}
	return []string{"new", "old"}, nil
}

func (f *fakeRuns) Stale(from storage.Place, limit int) (places []storage.Place, next storage.Place, more bool, err error) {
	conv := max(1, from.Conv)
	for ; conv <= f.total && len(places) < limit; conv++ {
		if conv == f.broken {
			return nil, next, false, errBroken
		}
		places = append(places, storage.Place{Conv: conv, Seq: 1})
	}
	return places, storage.Place{Conv: conv, Seq: 1}, conv <= f.total, nil
}

func (f *fakeRuns) DropOldKeys(ctx context.Context, _ storage.Merging) error {
	f.dropped.Store(true)
	return ctx.Err()
}

// fakeWriter takes some time for each command, which it doesn't run.
type fakeWriter struct {
	took  time.Duration
	steps atomic.Int64
	busy  atomic.Int64 // so many times more
	err   error
}

func (f *fakeWriter) Do(func(*sequencer.Tx) error) error {
	f.steps.Add(1)
	time.Sleep(f.took)
	if f.busy.Add(-1) >= 0 {
		return sequencer.ErrBusy
	}
	return f.err
}

func (f *fakeWriter) Durable() uint64 { return 7 }

func closeRekey(r *Rekey) { _ = r.Close(context.Background()) } // fails only where that ends

func TestRekey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, writer := &fakeRuns{total: 5*stepRuns + 1}, &fakeWriter{took: time.Second}
		r := NewRekey(runs, writer, true, 0, quiet)
		defer closeRekey(r)
		state, err := r.Start()
		if err != nil || !state.Running || state.Finished || !slices.Equal(state.Keys, []string{"new", "old"}) {
			t.Fatalf("%+v, %v", state, err)
		}
		wait(2500 * time.Millisecond)
		if state = r.State(); !state.Running || state.Sealed != 2*stepRuns || state.Done != 2*stepRuns+1 || state.Total != 5*stepRuns+1 {
			t.Errorf("after two steps: %+v", state)
		}
		if again, err := r.Start(); err != nil || !again.Running || again.Sealed != state.Sealed {
			t.Errorf("begun twice: %+v, %v", again, err)
		}
		wait(time.Minute)
		state = r.State()
		if state.Running || !state.Finished || state.Err != nil || state.Sealed != runs.total || state.Done != runs.total || !slices.Equal(state.Keys, []string{"new"}) {
			t.Errorf("at the end: %+v", state)
		}
		if n := writer.steps.Load(); n != 6 {
			t.Errorf("%d steps", n)
		}
	})
}

// An early end is told, drops no key, and can be followed by another start.
func TestRekeyEndsEarly(t *testing.T) {
	for name, c := range map[string]struct {
		broken uint64
		err    error // of writing
		do     func(*Rekey)
		want   error
	}{
		"read":     {broken: 40, want: errBroken},
		"write":    {err: errBroken, want: errBroken},
		"canceled": {do: func(r *Rekey) { r.Cancel() }, want: context.Canceled},
		"closed":   {do: closeRekey, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				runs, writer := &fakeRuns{total: 100, broken: c.broken}, &fakeWriter{took: time.Second, err: c.err}
				r := NewRekey(runs, writer, true, 0, quiet)
				defer closeRekey(r)
				if _, err := r.Start(); err != nil {
					t.Fatal(err)
				}
				wait(1500 * time.Millisecond)
				if c.do != nil {
					c.do(r)
				}
				wait(time.Minute)
				state := r.State()
				if state.Running || state.Finished || !errors.Is(state.Err, c.want) || runs.dropped.Load() {
					t.Errorf("%+v, keys dropped: %v", state, runs.dropped.Load())
				}
				_, err := r.Start()
				if closed := name == "closed"; errors.Is(err, ErrClosed) != closed {
					t.Errorf("started again: %v", err)
				}
			})
		})
	}
}

// A disk that stalls is waited for.
func TestRekeyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, writer := &fakeRuns{total: 3 * stepRuns}, &fakeWriter{took: time.Second}
		writer.busy.Store(5)
		r := NewRekey(runs, writer, true, 0, quiet)
		defer closeRekey(r)
		if _, err := r.Start(); err != nil {
			t.Fatal(err)
		}
		wait(time.Minute)
		if state := r.State(); !state.Finished || state.Sealed != runs.total || writer.steps.Load() != 3+5 {
			t.Errorf("%+v in %d steps", state, writer.steps.Load())
		}
	})
}

func TestRekeyNeedsKeys(t *testing.T) {
	r := NewRekey(&fakeRuns{}, &fakeWriter{}, false, 0, quiet)
	defer closeRekey(r)
	if _, err := r.Start(); !errors.Is(err, ErrNotSealed) {
		t.Error(err)
	}
	if r.State().Running {
		t.Error("it runs")
	}
}

// While messages come, the sequencer has nearly all of its time for them.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		busy bool
		want time.Duration
	}{{busy: true, want: (shareOfBusy-1)*time.Second + time.Millisecond}, {busy: false, want: (shareOfIdle-1)*time.Second + time.Millisecond}} {
		synctest.Test(t, func(t *testing.T) {
			p := pace{writer: &fakeWriter{}, last: 7, looked: time.Millisecond, spent: time.Second}
			if c.busy {
				p.last = 6
			}
			begun := time.Now()
			if err := p.rest(t.Context()); err != nil {
				t.Fatal(err)
			}
			if rest := time.Since(begun); rest != c.want {
				t.Errorf("busy %v: rests for %v, want %v", c.busy, rest, c.want)
			}
		})
	}
}

// The end doesn't wait for a writer longer than it may.
func TestRekeyCloseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRekey(&fakeRuns{total: 1}, &fakeWriter{took: time.Minute}, true, 0, quiet)
		if _, err := r.Start(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closed: %v", err)
		}
		if err := r.Close(t.Context()); err != nil || r.State().Running {
			t.Errorf("%v, %+v", err, r.State())
		}
	})
}
