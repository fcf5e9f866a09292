package storage

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

var crashSeeds = flag.Int("crash.seeds", 60, "histories that end with a power cut")

// history writes batches of messages into a few conversations and knows what
// must survive.
type history struct {
	rng    *rand.Rand
	copies int
	id     uint64
	last   [5]uint64 // by conversation number
	desk   deskHistory
	hooks  *webhookHistory // nil: there are none

	mu      sync.Mutex // of what somebody else looks at, too
	written [5]uint64
	synced  [5]uint64
}

func (h *history) batch(b *Batch) {
	for conv := uint64(1); conv < uint64(len(h.last)); conv++ {
		n := h.rng.IntN(60)
		if n == 0 {
			continue
		}
		if h.last[conv] == 0 {
			b.PutConversation(Conversation{Num: conv, ID: fmt.Sprint("c", conv)})
		}
		send(b, conv, h.last[conv]+1, h.id+1, n)
		h.id += uint64(n)
		h.last[conv] += uint64(n)
		user := fmt.Sprint("u", h.rng.IntN(3))
		b.PutSession(Session{User: user, Conv: conv, JoinSeq: 1, AckSeq: h.last[conv]})
		b.PutDuplicate(9, user, fmt.Sprint(h.id), Duplicate{Conv: conv, Seq: h.last[conv]})
		b.PutReaction(conv, h.last[conv], Reaction{User: user, Emoji: "e"})
		b.PutExpiry(Expiry{At: int64(h.id), Conv: conv, Seq: h.last[conv]})
	}
	h.desk.step(b, h.rng, int64(h.id))
	if h.hooks != nil {
		h.hooks.step(b, h.rng, h.id)
	}
}

// check holds what survived a crash against what was written.
func (h *history) check(t *testing.T, db *DB) {
	t.Helper()
	for conv := uint64(1); conv < uint64(len(h.last)); conv++ {
		got, err := db.LastSeq(conv)
		if err != nil || got < h.synced[conv] || got > h.last[conv] {
			t.Errorf("conversation %d: last seq %d, %v; synced %d, written %d",
				conv, got, err, h.synced[conv], h.last[conv])
		}
	}
	verify(t, db) // that there is no gap and no half of a batch
	checkDesk(t, db)
	checkWebhooks(t, db)
}

// step does something that a server or its operator may do.
func (h *history) step(db *DB, b *Batch) error {
	b.Reset()
	switch h.rng.IntN(40) {
	case 0, 1:
		return db.p.Flush()
	case 2, 3:
		return h.rewrite(db, b)
	case 4:
		h.copies++
		return db.Checkpoint(fmt.Sprint("/a/copy", h.copies))
	case 5, 6:
		return db.Seal()
	}
	h.batch(b)
	h.note(nil)
	return db.Apply(b)
}

// rewrite writes a run anew, as an edit does.
func (h *history) rewrite(db *DB, b *Batch) error {
	conv := 1 + h.rng.Uint64N(uint64(len(h.last))-1)
	if h.last[conv] == 0 {
		return nil
	}
	run, _, err := db.Run(conv, 1+h.rng.Uint64N(h.last[conv]))
	if err != nil {
		return err
	}
	for i := range run.Messages {
		run.Messages[i].Content = make([]byte, h.rng.IntN(50))
	}
	b.PutRun(run)
	return db.Apply(b)
}

// note tells the saboteur of the outcome, nil of a step that is about to begin.
func (h *history) note(synced *[5]uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.written = h.last
	if synced != nil {
		h.synced = *synced
	}
}

// outcome is what must have survived, and what may have.
func (h *history) outcome() *history {
	h.mu.Lock()
	defer h.mu.Unlock()
	return &history{last: h.written, synced: h.synced}
}

// live takes steps, with syncs and reopenings.
func (h *history) live(o Options) error {
	db, err := Open(o)
	for range 1 + h.rng.IntN(30) {
		if err != nil {
			return err
		}
		b := db.NewBatch()
		err = errors.Join(h.step(db, b), b.Close())
		if err == nil && h.rng.IntN(3) == 0 {
			if err = db.Sync(); err == nil {
				h.note(&h.last)
			}
		}
		if err == nil && h.rng.IntN(15) == 0 {
			if err = db.Close(); err == nil {
				h.note(&h.last)
				db, err = Open(o)
			}
		}
	}
	return errors.Join(err, db.Close())
}

// crash cuts the power when a file system is about to write for the n-th time,
// or at the end. The clone is what is left then, and what it must hold.
type crash struct {
	mem   *vfs.MemFS
	n     int32
	ops   atomic.Int32
	rng   *rand.Rand
	h     *history
	once  sync.Once
	after *vfs.MemFS
	state *history
}

func (c *crash) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && c.ops.Add(1) == c.n {
		c.happen()
	}
	return nil
}

func (c *crash) String() string { return "crash" }

func (c *crash) happen() {
	c.once.Do(func() {
		c.state = c.h.outcome()
		c.after = c.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: c.rng.IntN(101), RNG: c.rng})
	})
}

// What was synced is there after a power cut at any moment, in a recovery from
// another one too, and what wasn't is lost from the end of the log only.
func TestCrash(t *testing.T) {
	crashes(t, func() *webhookHistory { return nil })
}

// crashes lets histories end with power cuts.
func crashes(t *testing.T, hooks func() *webhookHistory) {
	for seed := range uint64(*crashSeeds) {
		h := &history{rng: rand.New(rand.NewPCG(seed, 1)), hooks: hooks()}
		rng := rand.New(rand.NewPCG(seed, 2))
		c := &crash{mem: vfs.NewCrashableMem(), n: rng.Int32N(400), rng: rng, h: h}
		if err := h.live(options(t, errorfs.Wrap(c.mem, c))); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		c.happen()
		again := &crash{mem: c.after, n: rng.Int32N(60), rng: rng, h: c.state}
		reopen(t, seed, errorfs.Wrap(c.after, again), c.state)
		again.happen()
		reopen(t, seed, again.after, c.state)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// reopen opens what a crash has left and holds it against the history.
func reopen(t *testing.T, seed uint64, fs vfs.FS, h *history) {
	t.Helper()
	db, err := Open(options(t, fs))
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	h.check(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A crash while a new database is being made leaves one that opens.
func TestCrashInOpen(t *testing.T) {
	for n := int32(0); ; n++ {
		mem := vfs.NewCrashableMem()
		var after *vfs.MemFS
		var ops atomic.Int32
		fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && ops.Add(1) == n+1 {
				after = mem.CrashClone(vfs.CrashCloneCfg{})
			}
			return nil
		}))
		db, err := Open(options(t, fs))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if after == nil {
			if n < 20 {
				t.Errorf("only %d operations", n)
			}
			return // all were tried
		}
		if db, err = Open(options(t, after)); err != nil {
			t.Fatalf("after a crash at operation %d: %v", n, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
