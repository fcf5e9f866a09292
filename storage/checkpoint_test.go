package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A checkpoint has all that was applied before it, opens by itself, and is sound,
// whatever the writer does meanwhile.
func TestCheckpoint(t *testing.T) {
	for name, fs := range map[string]vfs.FS{"memory": vfs.NewMem(), "disk": vfs.Default} {
		t.Run(name, func(t *testing.T) {
			o := options(t, fs)
			o.Dir, o.MemTableBytes = filepath.Join(t.TempDir(), "data"), 256<<10
			db, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			var stop atomic.Bool
			var applied [5]atomic.Uint64
			var wg sync.WaitGroup
			wg.Go(func() { writeUntil(t, db, &stop, &applied) })
			for i := range 4 {
				var least [5]uint64
				for conv := range least {
					least[conv] = applied[conv].Load()
				}
				dir := filepath.Join(o.Dir, "..", fmt.Sprint("copy", i))
				if err := db.Checkpoint(dir); err != nil {
					t.Fatal(err)
				}
				wantCopy(t, o, dir, least)
			}
			stop.Store(true)
			wg.Wait()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// writeUntil writes and syncs batches; applied says up to which seq.
func writeUntil(t *testing.T, db *DB, stop *atomic.Bool, applied *[5]atomic.Uint64) {
	h := &history{rng: rand.New(rand.NewPCG(3, 3))}
	b := db.NewBatch()
	defer b.Close()
	for i := 0; !stop.Load() && i < 3000; i++ {
		b.Reset()
		h.batch(b)
		err := db.Apply(b)
		if i%3 == 0 {
			err = errors.Join(err, db.Sync())
		}
		if err != nil {
			t.Error(err)
			return
		}
		for conv := range applied {
			applied[conv].Store(h.last[conv])
		}
	}
}

func wantCopy(t *testing.T, o Options, dir string, least [5]uint64) {
	t.Helper()
	for _, readOnly := range []bool{true, false} {
		o.Dir, o.ReadOnly = dir, readOnly
		db, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		verify(t, db)
		for conv, want := range least {
			if got, err := db.LastSeq(uint64(conv)); got < want || err != nil {
				t.Errorf("conversation %d ends at %d, %v; want %d", conv, got, err, want)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Who reads a log that is being written sees a beginning of it, as it was when
// the file was opened: a copy must not have what is written behind a gap.
func TestReadGrowingLog(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) { b.PutSystem("x", make([]byte, 5000)) })
	names := listing(t, db.fs)
	f, err := db.fs.Open("/a/data/" + ofKind(names, ".log")[0])
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 1000)
	if _, err := io.ReadFull(f, head); err != nil {
		t.Fatal(err)
	}
	write(t, db, func(b *Batch) { b.PutSystem("y", make([]byte, 100_000)) })
	rest, err := io.ReadAll(f)
	if n := len(head) + len(rest); n < 5000 || n > 6000 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestCheckpointRefuses(t *testing.T) {
	o := options(t, nil)
	o.Dir = t.TempDir()
	db, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Checkpoint(t.TempDir()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a directory that is there: %v", err)
	}
	if err := db.Checkpoint("/dev/null/x"); err == nil {
		t.Error("no error")
	}
}

// What is read-only is left as it is, byte for byte, and can't be written to.
func TestReadOnly(t *testing.T) {
	o := options(t, nil)
	o.Dir = filepath.Join(t.TempDir(), "data")
	db, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	fillUp(t, db, &history{rng: rand.New(rand.NewPCG(4, 4))}, 40, 1)
	ro := o
	ro.ReadOnly = true
	if _, err := Open(ro); !errors.Is(err, ErrLocked) {
		t.Errorf("beside a writer: %v", err)
	}
	dir := filepath.Join(o.Dir, "..", "copy")
	if err := errors.Join(db.Checkpoint(dir), db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, ro.Dir = range []string{o.Dir, dir} {
		before := manifestOf(t, ro.Dir)
		if db, err = Open(ro); err != nil {
			t.Fatal(err)
		}
		verify(t, db)
		b := db.NewBatch()
		b.PutSystem("x", nil)
		if err := db.Apply(b); !errors.Is(err, pebble.ErrReadOnly) {
			t.Errorf("apply: %v", err)
		}
		if err := errors.Join(b.Close(), db.Close()); err != nil {
			t.Error(err)
		}
		if err := before.CheckFiles(ro.Dir, nil); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "LOCK")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock was left: %v", err)
	}
}

func manifestOf(t *testing.T, dir string) *Manifest {
	t.Helper()
	m, err := newManifest(dir, testTime, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Nothing is made where there is no database.
func TestReadOnlyNoDatabase(t *testing.T) {
	o := options(t, nil)
	o.ReadOnly = true
	o.Dir = filepath.Join(t.TempDir(), "typo")
	if _, err := Open(o); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("no directory: %v", err)
	}
	if _, err := os.Stat(o.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("made: %v", err)
	}
	o.Dir = t.TempDir()
	if _, err := Open(o); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("an empty directory: %v", err)
	}
	if entries, err := os.ReadDir(o.Dir); len(entries) > 0 || err != nil {
		t.Errorf("made: %v, %v", entries, err)
	}
}

// A read-only database is held against its marks as well.
func TestReadOnlyDamaged(t *testing.T) {
	fs := filled(t, 1, ends["closed"])
	flip(t, fs, "/a/data/"+ofKind(listing(t, fs), ".log")[0], 4000)
	o := options(t, fs)
	o.ReadOnly = true
	if _, err := Open(o); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}
