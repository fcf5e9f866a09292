package sequencer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"gannet/engine/internal/delivery"
)

// failingLog is a file system whose log can't be synced from some call on.
type failingLog struct {
	calls  atomic.Int32
	failAt atomic.Int32 // 0: never
	failed atomic.Bool
}

func (f *failingLog) MaybeError(op errorfs.Op) error {
	sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
	if !sync || !strings.HasSuffix(op.Path, ".log") {
		return nil
	}
	at := f.failAt.Load()
	if n := f.calls.Add(1); at == 0 || n < at {
		return nil
	}
	f.failed.Store(true)
	return errorfs.ErrInjected
}

func (f *failingLog) String() string { return "failing log" }

// A sync that fails is the end: nothing is answered or posted after it, Fatal
// is told, and both goroutines can still be stopped.
func TestSyncFails(t *testing.T) {
	for n := int32(1); n <= 12; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			log := &failingLog{}
			r := build(t, errorfs.Wrap(vfs.NewMem(), log), nil)
			told := func(where string) {
				if log.failed.Load() {
					t.Errorf("%s after the failure", where)
				}
			}
			r.cfg.Post = func(int, []delivery.Post) { told("posted") }
			r.Start()
			r.group("g", "a", "b")
			r.attach(delivery.Conn{Serial: 1}, "b", "d", true)
			log.failAt.Store(log.calls.Load() + n)
			answered := 0
			for i := 0; !log.failed.Load(); i++ {
				m := single("a", "b", fmt.Sprint(i))
				m.Done = func(Result) { told("answered"); answered++ }
				twice := m
				if err := r.Submit(time.Now(), []Send{m, twice}); err != nil {
					t.Fatal(err)
				}
				if err := r.Do(func(*Tx) error { return nil }); err != nil {
					break
				}
			}
			for i := range 3 { // a dead log takes things in and says nothing
				_ = r.Submit(time.Now(), []Send{single("a", "b", fmt.Sprint("late", i)), single("a", "b", "later")})
				if err := r.Do(func(*Tx) error { return nil }); !errors.Is(err, ErrShuttingDown) {
					t.Errorf("a command: %v", err)
				}
			}
			_ = r.Drain(t.Context())
			r.Stop()
			if r.fatal.Load() == 0 {
				t.Error("Fatal was not called")
			}
			if answered != 2*int(n-1) {
				t.Errorf("%d answers before the %d. sync failed", answered, n)
			}
			h := r.Head("single_a:b")
			if h.Published() != uint64(n-1) {
				t.Errorf("published %d", h.Published())
			}
			func() { // Pebble can't close what it could not write
				defer func() { _ = recover() }()
				_ = r.db.Close()
			}()
		})
	}
}

// A record that can't be stored ends the log as well, without a panic however
// much is sent afterwards.
func TestApplyFails(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	var answers atomic.Int32
	done := func(Result) { answers.Add(1) }
	r.Start()
	bad := single("a", "b", "1")
	bad.From, bad.Done = "a\x00", done
	if err := r.Submit(time.Now(), []Send{bad}); err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		sends := make([]Send, 3-i%3)
		for k := range sends {
			sends[k] = single("a", "b", fmt.Sprint(i, k))
			sends[k].Done = done
		}
		if err := r.Submit(time.Now(), sends); err != nil {
			t.Fatal(err)
		}
		seen := make(chan struct{})
		_ = r.inbox.put(item{do: func(*Tx) { close(seen) }})
		<-seen // a turn each
		if err := r.Do(func(*Tx) error { return nil }); !errors.Is(err, ErrShuttingDown) {
			t.Errorf("a command: %v", err)
		}
	}
	r.stop()
	if answers.Load() != 0 || r.fatal.Load() == 0 {
		t.Errorf("%d answers, %d calls of Fatal", answers.Load(), r.fatal.Load())
	}
}

// Power cuts: whatever was answered or posted before the cut is there after it.
func TestPowerCut(t *testing.T) {
	for seed := range uint64(25) {
		rng := rand.New(rand.NewPCG(seed, 7))
		fs := vfs.NewCrashableMem()
		r := build(t, fs, func(c *Config) { c.OpenGroups = true })
		var mu sync.Mutex
		known := map[string]Result{} // by content
		note := func(content string) func(Result) {
			return func(res Result) {
				mu.Lock()
				known[content] = res
				mu.Unlock()
			}
		}
		r.Start()
		var wg sync.WaitGroup
		for s := range 3 {
			wg.Go(func() {
				for i := range 40 {
					from, cid := fmt.Sprint("u", s), fmt.Sprintf("%d-%d", s, i)
					m := single(from, "x", cid)
					if i%3 == 0 {
						m = toGroup(from, "g", cid)
					}
					m.Done = note(from + cid)
					_ = r.Submit(time.Now(), []Send{m})
				}
			})
		}
		for range rng.IntN(4) {
			r.sync()
		}
		mu.Lock()
		before := make(map[string]Result, len(known))
		for k, v := range known {
			before[k] = v
		}
		mu.Unlock()
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: int(seed%3) * 50, RNG: rng})
		wg.Wait()
		r.stop()

		r = build(t, after, nil)
		found := map[string]uint64{}
		for _, conv := range []string{"single_u0:x", "single_u1:x", "single_u2:x", "group_g"} {
			for i, m := range messages(t, r.db, conv) {
				if m.Seq != uint64(i+1) {
					t.Errorf("%s: seq %d at %d", conv, m.Seq, i)
				}
				found[m.From+string(m.Content)] = m.ID
			}
		}
		for content, res := range before {
			if found[content] != res.ID {
				t.Errorf("seed %d: %s was answered with %+v, is %d", seed, content, res, found[content])
			}
		}
		r.Start()
		for content, res := range before { // and so is its duplicate record
			from, cid := content[:2], content[2:]
			m := single(from, "x", cid)
			if strings.HasPrefix(res.ConvID, groupPrefix) {
				m = toGroup(from, "g", cid)
			}
			if got := r.send1(m); got.ID != res.ID || got.Seq != res.Seq {
				t.Errorf("seed %d: retry of %s: %+v, not %+v", seed, content, got, res)
			}
		}
		r.stop()
	}
}
