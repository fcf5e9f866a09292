package storage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func wantStale(t testing.TB, db *DB, want uint64) {
	t.Helper()
	if got, err := db.CountStale(t.Context()); got != want || err != nil {
		t.Errorf("%d stale runs, %v; want %d", got, err, want)
	}
}

// mustReseal returns how many runs were sealed anew.
func mustReseal(t testing.TB, db *DB) (runs uint64) {
	t.Helper()
	err := db.Reseal(t.Context(), func(done, total uint64) {
		if done < runs || done > total {
			t.Errorf("%d of %d after %d", done, total, runs)
		}
		runs = done
	})
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// From no key to one, to another, to that one alone.
func TestReseal(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, nil, func(db *DB) {
		write(t, db, func(b *Batch) { putEntries(b, 1, 320) })
		wantStale(t, db, 0) // there is no key that they should be under
		if err := db.Reseal(t.Context(), nil); !errors.Is(err, ErrKey) {
			t.Error(err)
		}
		if err := db.DropOldKeys(t.Context(), Merging{}); !errors.Is(err, ErrKey) {
			t.Error(err)
		}
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		write(t, db, func(b *Batch) { putEntries(b, 321, 352) })
		wantEntries(t, db, 352)
		wantStale(t, db, 10)
		if n := mustReseal(t, db); n != 10 {
			t.Errorf("%d runs", n)
		}
		wantStale(t, db, 0)
		if c := verify(t, db); c.Runs != 11 || c.Sealed != 11 || c.DataKeys != 1 {
			t.Errorf("%+v", c)
		}
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		wantStale(t, db, 11)
		mustReseal(t, db)
		wantKeyIDs(t, db, "a", "b")
		if c := verify(t, db); c.DataKeys != 2 || c.UnusedKeys != 1 {
			t.Errorf("%+v", c)
		}
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
		wantKeyIDs(t, db, "b")
		wantEntries(t, db, 352)
	})
	inOpening(t, fs, []string{"b"}, func(db *DB) {
		wantEntries(t, db, 352)
		if c := verify(t, db); c.Sealed != c.Runs || c.DataKeys != 1 {
			t.Errorf("%+v", c)
		}
	})
}

// Keys that are in use stay, and what is under another master key stays stale.
func TestDropOldKeysKeepsWhatIsNeeded(t *testing.T) {
	fs := vfs.NewMem()
	for i := range uint64(5) { // a data key each
		inOpening(t, fs, []string{"a"}, func(db *DB) {
			write(t, db, func(b *Batch) { putEntries(b, i*32+1, i*32+32) })
		})
	}
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		for _, seq := range []uint64{1, 65} { // data keys 1 and 3 become unused
			run, _, err := db.Run(1, seq)
			if err != nil {
				t.Fatal(err)
			}
			write(t, db, func(b *Batch) { b.PutRun(run) })
		}
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
		if c := verify(t, db); c.DataKeys != 4 || c.UnusedKeys != 0 {
			t.Errorf("%+v", c)
		}
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) { // nothing was sealed under b yet
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
		wantKeyIDs(t, db, "a", "b")
		wantEntries(t, db, 160)
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		wantEntries(t, db, 160)
		wantStale(t, db, 5)
	})
}

// Once nothing is in the clear any more, nothing in the clear is believed.
func TestPlainRunIsNotBelievedAfterReseal(t *testing.T) {
	fs := vfs.NewMem()
	plain := func(b *Batch) { _ = b.p.Set(appendRunKey(nil, 1, 32), appendRun(nil, 0, entries(1, 32)), nil) }
	inOpening(t, fs, nil, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 64) }) })
	inOpening(t, fs, []string{"a"}, func(db *DB) { // one of the two
		run, _, err := db.Run(1, 1)
		if err != nil {
			t.Fatal(err)
		}
		write(t, db, func(b *Batch) { b.PutRun(run) })
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		wantEntries(t, db, 64)
		mustReseal(t, db)
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
		write(t, db, plain) // readers that began before must not be disturbed
		wantEntries(t, db, 64)
		write(t, db, func(b *Batch) { b.AppendMessages(1, 0, entries(1, 32)) })
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		wantEntries(t, db, 64)
		write(t, db, plain)
		wantCorrupt(t, db.Messages(1, 1, 10, func(*Message) error { return nil }))
	})
}

// Resealing that was cut off by a crash, anywhere, goes on from there.
func TestResealCrash(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		fs := vfs.NewCrashableMem()
		inOpening(t, fs, nil, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 10_000) }) })
		var after *vfs.MemFS
		var done uint64
		inOpening(t, fs, []string{"a"}, func(db *DB) {
			ctx, cancel := context.WithCancel(t.Context())
			crash := 1 + rng.Uint64N(312)
			err := db.Reseal(ctx, func(n, _ uint64) {
				if n >= crash && after == nil {
					after = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
					done = n
					cancel()
				}
			})
			if cancel(); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		inOpening(t, after, []string{"a"}, func(db *DB) {
			wantEntries(t, db, 10_000)
			wantStale(t, db, 313-done)
			mustReseal(t, db)
			if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
				t.Error(err)
			}
			wantEntries(t, db, 10_000)
			if c := verify(t, db); c.Runs != 313 || c.Sealed != 313 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// While a writer appends and rewrites, its stale runs are found, and readers
// see nothing of it.
func TestResealBesideWrites(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, nil, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 9_600) }) })
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		found, stop := make(chan []Place), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // who looks for stale runs
			defer close(found)
			if err := db.eachStale(t.Context(), func(p []Place) error { found <- p; return nil }); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // a reader
			for {
				select {
				case <-stop:
					return
				default:
					wantEntries(t, db, 9_600)
				}
			}
		})
		b := db.NewBatch()
		defer b.Close()
		next := uint64(9_601)
		for places := range found {
			b.Reset()
			for _, p := range places {
				run, ok, err := db.Run(p.Conv, p.Seq)
				if !ok || err != nil {
					t.Error(ok, err)
				}
				b.PutRun(run)
			}
			b.PutConversation(Conversation{Num: 2, ID: "d"})
			b.AppendMessages(2, 0, []Message{{ID: next, Seq: 1}})
			if err := errors.Join(db.Apply(b), db.Sync()); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		wg.Wait()
		wantStale(t, db, 0)
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
		wantEntries(t, db, 9_600)
	})
}

// A walk over very many runs comes in pieces, also where nothing is stale.
func TestStaleIsBounded(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		b := db.NewBatch()
		defer b.Close()
		for conv := range uint64(staleRows + 10) {
			b.AppendMessages(conv+1, 0, []Message{{ID: conv + 1, Seq: 1}})
		}
		if err := db.Apply(b); err != nil {
			t.Fatal(err)
		}
		places, next, more, err := db.Stale(Place{}, 100)
		if len(places) != 0 || !more || err != nil || next != (Place{Conv: staleRows + 1, Seq: 1}) {
			t.Errorf("%v, %+v, %v, %v", places, next, more, err)
		}
		if places, _, more, err = db.Stale(next, 100); len(places) != 0 || more || err != nil {
			t.Errorf("%v, %v, %v", places, more, err)
		}
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		places, next, more, err := db.Stale(Place{Conv: 5, Seq: 1}, 2)
		want := fmt.Sprint([]Place{{Conv: 5, Seq: 1}, {Conv: 6, Seq: 1}})
		if fmt.Sprint(places) != want || next != (Place{Conv: 7, Seq: 1}) || !more || err != nil {
			t.Errorf("%v, %+v, %v, %v", places, next, more, err)
		}
		wantStale(t, db, staleRows+10)
	})
}

// A key under which a batch is sealed that isn't applied yet stays.
func TestDropOldKeysBesideBatch(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		db.keys.seals = 1
		b := db.NewBatch()
		defer b.Close()
		putEntries(b, 1, 10)
		write(t, db, func(b *Batch) {
			b.PutConversation(Conversation{Num: 2, ID: "d"})
			b.AppendMessages(2, 0, []Message{{ID: 99, Seq: 1}})
			b.PutPlaces([]Place{{ID: 99, Conv: 2, Seq: 1}})
		})
		if err := errors.Join(db.DropOldKeys(t.Context(), Merging{}), db.Apply(b)); err != nil {
			t.Error(err)
		}
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		wantEntries(t, db, 10)
		verify(t, db)
	})
}

// Damaged runs are left as they are and told of; all others are sealed anew, and
// the keys that nothing else is under go.
func TestResealDamaged(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 320) }) })
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		write(t, db, func(b *Batch) { // one that doesn't open, one that has no header
			value, closer, err := db.p.Get(appendRunKey(nil, 1, 64))
			if err != nil {
				t.Fatal(err)
			}
			bad := append([]byte(nil), value...)
			bad[len(bad)-1] ^= 1
			_ = closer.Close()
			_ = b.p.Set(appendRunKey(nil, 1, 64), bad, nil)
			_ = b.p.Set(appendRunKey(nil, 1, 96), []byte{9}, nil)
		})
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		for range 2 {
			err := db.Reseal(t.Context(), func(_, _ uint64) {})
			if !errors.Is(err, ErrCorrupt) || !strings.HasPrefix(err.Error(), "2 damaged runs") {
				t.Error(err)
			}
			wantStale(t, db, 2)
			if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
				t.Error(err)
			}
			wantKeyIDs(t, db, "a", "b") // one of the damaged is under a
		}
		if run, ok, err := db.Run(1, 320); len(run.Messages) != 32 || !ok || err != nil {
			t.Errorf("%+v, %v, %v", run, ok, err)
		}
	})
}
