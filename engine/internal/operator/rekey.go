package operator

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// RekeyState is how far the sealing has come.
type RekeyState struct {
	Running  bool
	Finished bool   // all is sealed under the newest key, and older ones aren't needed any more
	Sealed   uint64 // runs of messages sealed anew
	Done     uint64 // conversations looked at, of Total
	Total    uint64
	Keys     []string // ids of the keys without which the data can't be read now
	Err      error    // why the last one ended early; context.Canceled where it was told to
}

// Runs is what Rekey needs of the database.
type Runs interface {
	LastConversation() (uint64, error)
	KeyIDs() ([]string, error)
	// Stale finds runs from a place on that aren't sealed under the newest key.
	Stale(from storage.Place, limit int) (places []storage.Place, next storage.Place, more bool, err error)
	// DropOldKeys forgets keys that nothing is sealed under any more, and merges
	// what was sealed under them out of the tables.
	DropOldKeys(ctx context.Context, m storage.Merging) error
}

// Writer is what Rekey needs of the sequencer.
type Writer interface {
	Do(command func(*sequencer.Tx) error) error
	Durable() uint64
}

// Rekey seals all messages anew under the newest key, one run of it at a time. It
// may be begun again whenever one has ended: it looks for what is left. Its methods
// may be called by any goroutine.
type Rekey struct {
	runs   Runs
	writer Writer
	sealed bool
	keep   uint64
	logger *slog.Logger

	mu     sync.Mutex
	state  RekeyState
	cancel context.CancelFunc
	ended  chan struct{} // closed when the last one has ended; nil before the first
	closed bool
}

// NewRekey returns one that doesn't run. Sealed says that the database has a key,
// keepFree how many bytes of the disk tables aren't merged into.
func NewRekey(runs Runs, writer Writer, sealed bool, keepFree uint64, logger *slog.Logger) *Rekey {
	return &Rekey{runs: runs, writer: writer, sealed: sealed, keep: keepFree, logger: logger}
}

// Start begins, unless it runs already.
func (r *Rekey) Start() (RekeyState, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return RekeyState{}, ErrClosed
	case !r.sealed:
		return RekeyState{}, ErrNotSealed
	case r.state.Running:
		return r.look(), nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.state = RekeyState{Running: true}
	r.cancel, r.ended = cancel, make(chan struct{})
	go r.run(ctx, r.ended)
	return r.look(), nil
}

// State tells how far it is.
func (r *Rekey) State() RekeyState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.look()
}

// look adds the keys, which change with every opening and at the end.
func (r *Rekey) look() RekeyState {
	state := r.state
	var err error
	if state.Keys, err = r.runs.KeyIDs(); err != nil {
		r.logger.Error("reading which keys are in use", "error", err)
	}
	return state
}

// Cancel ends it soon. What was done stays.
func (r *Rekey) Cancel() RekeyState {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Running {
		r.cancel()
	}
	return r.look()
}

// Stop has it end soon, and lets nobody begin again.
func (r *Rekey) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.ended != nil {
		r.cancel()
	}
}

// Close stops it and returns when it has ended; if ctx ends before, with its error,
// and the database must not be closed. Call it while the sequencer runs.
func (r *Rekey) Close(ctx context.Context) error {
	r.Stop()
	if r.ended == nil { // nobody sets it any more
		return nil
	}
	return ended(ctx, r.ended)
}

func (r *Rekey) run(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	start := time.Now()
	damaged, err := r.sealAll(ctx)
	if err == nil {
		err = r.runs.DropOldKeys(ctx, storage.Merging{KeepFree: r.keep, Rest: sleep}) // half of the time
	}
	if err == nil {
		err = damaged.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel()
	r.state.Running, r.state.Finished, r.state.Err = false, err == nil, err
	switch {
	case err == nil:
		r.logger.Info("all messages are sealed under the newest key", "runs", r.state.Sealed, "took", time.Since(start).Round(time.Second))
	case !errors.Is(err, context.Canceled):
		r.logger.Error("sealing messages under the newest key", "error", err)
	}
}

// stepRuns is how many runs one command seals: the messages that come meanwhile
// wait for all of them.
const stepRuns = 16

func (r *Rekey) sealAll(ctx context.Context) (damaged storage.DamagedRuns, err error) {
	total, err := r.runs.LastConversation()
	if err != nil {
		return damaged, err
	}
	pace := pace{writer: r.writer}
	var from storage.Place
	for more := true; more; {
		begun := time.Now()
		places, next, left, err := r.runs.Stale(from, stepRuns)
		pace.looked = time.Since(begun)
		if err != nil {
			return damaged, err
		}
		bad, err := r.seal(ctx, places, &pace)
		if err != nil {
			return damaged, err
		}
		damaged.Join(bad)
		if err := pace.rest(ctx); err != nil {
			return damaged, err
		}
		from, more = next, left
		r.note(uint64(len(places))-bad.Count, from.Conv, total)
	}
	r.note(0, total, total)
	return damaged, nil
}

// busyPause is between tries while the disk has stalled.
const busyPause = time.Second

// seal writes some runs anew, when the disk takes writes again.
func (r *Rekey) seal(ctx context.Context, places []storage.Place, pace *pace) (storage.DamagedRuns, error) {
	for len(places) > 0 {
		var step struct { // looked at only after success: a failed log is left while commands may run
			damaged storage.DamagedRuns
			spent   time.Duration
		}
		err := r.writer.Do(func(tx *sequencer.Tx) (err error) {
			begun := time.Now()
			step.damaged, err = tx.Reseal(places)
			step.spent = time.Since(begun)
			return err
		})
		if err == nil {
			pace.spent = step.spent
			return step.damaged, nil
		}
		if !errors.Is(err, sequencer.ErrBusy) {
			return storage.DamagedRuns{}, err
		}
		if err := sleep(ctx, busyPause); err != nil {
			return storage.DamagedRuns{}, err
		}
	}
	return storage.DamagedRuns{}, nil
}

func (r *Rekey) note(sealed, done, total uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Sealed += sealed
	r.state.Done, r.state.Total = min(done, total), total
}
