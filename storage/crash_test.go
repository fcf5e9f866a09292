package storage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// history writes batches of messages into a few conversations and knows what
// must survive.
type history struct {
	rng    *rand.Rand
	id     uint64
	last   [5]uint64 // by conversation number
	synced [5]uint64
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
}

// What was synced is there after a power cut, and what wasn't is lost from
// the end of the log only.
func TestCrash(t *testing.T) {
	for seed := range uint64(60) {
		fs := vfs.NewCrashableMem()
		h := &history{rng: rand.New(rand.NewPCG(seed, 1))}
		db, err := Open(options(t, fs))
		if err != nil {
			t.Fatal(err)
		}
		b := db.NewBatch()
		for range 1 + h.rng.IntN(30) {
			b.Reset()
			h.batch(b)
			if err := db.Apply(b); err != nil {
				t.Fatal(err)
			}
			if h.rng.IntN(3) == 0 {
				if err := db.Sync(); err != nil {
					t.Fatal(err)
				}
				h.synced = h.last
			}
			if h.rng.IntN(10) == 0 {
				if err := db.p.Flush(); err != nil {
					t.Fatal(err)
				}
			}
		}
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: h.rng.IntN(101), RNG: h.rng})
		if err := errors.Join(b.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
		if db, err = Open(options(t, after)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		h.check(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
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

// A sync that fails is told to Fatal and never reported as a success, even
// if Fatal returns; nor is any later write.
func TestSyncError(t *testing.T) {
	var broken atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
		if broken.Load() && sync && strings.HasSuffix(op.Path, ".log") {
			return errorfs.ErrInjected
		}
		return nil
	}))
	var fatal atomic.Int32
	o := options(t, fs)
	o.Fatal = func(err error) {
		if !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "injected error") {
			t.Errorf("fatal: %v", err)
		}
		fatal.Add(1)
	}
	db, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		defer func() { _ = recover() }() // Pebble may not be able to close
		_ = db.Close()
	}()
	b := db.NewBatch()
	b.PutSystem("a", nil)
	if err := errors.Join(db.Apply(b), db.Sync()); err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	b.Reset()
	b.PutSystem("b", nil)
	if err := db.Apply(b); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Sync(); !errors.Is(err, ErrFailed) {
			t.Errorf("sync: %v", err)
		}
	}
	if fatal.Load() == 0 {
		t.Error("fatal wasn't called")
	}
	b.Reset()
	b.PutSystem("c", nil)
	if err := db.Apply(b); !errors.Is(err, ErrFailed) {
		t.Errorf("apply: %v", err)
	}
}
