package storage

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// open opens a database on a file system and has it verified and closed at
// the end of the test.
func open(t testing.TB, fs vfs.FS) *DB {
	t.Helper()
	db, err := Open(options(t, fs))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		verify(t, db)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func options(t testing.TB, fs vfs.FS) Options {
	return Options{
		Dir: "/a/data", FS: fs, Logger: slog.New(slog.DiscardHandler),
		CacheBytes: 1 << 20, MemTableBytes: 4 << 20,
		Fatal: func(err error) { t.Errorf("fatal: %v", err) },
		Keys:  keysFor(t),
	}
}

func verify(t testing.TB, db *DB) Counts {
	t.Helper()
	counts, err := db.Verify(func(p Problem) { t.Errorf("verify: %v", p) })
	if err != nil {
		t.Errorf("verify: %v", err)
	}
	return counts
}

// write applies and syncs what fill puts into a batch.
func write(t testing.TB, db *DB, fill func(*Batch)) {
	t.Helper()
	b := db.NewBatch()
	defer b.Close()
	fill(b)
	if err := errors.Join(db.Apply(b), db.Sync()); err != nil {
		t.Fatal(err)
	}
}

func TestReopen(t *testing.T) {
	fs := vfs.NewMem()
	for i := range uint64(3) {
		db, err := Open(options(t, fs))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := db.LastConversation(); n != i || err != nil {
			t.Fatalf("last conversation %d, %v; want %d", n, err, i)
		}
		b := db.NewBatch()
		b.PutConversation(Conversation{Num: i + 1, ID: string(rune('a' + i))})
		if err := errors.Join(db.Apply(b), b.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenLocked(t *testing.T) {
	for name, fs := range map[string]vfs.FS{"memory": vfs.NewMem(), "disk": nil} {
		t.Run(name, func(t *testing.T) {
			o := options(t, fs)
			o.Dir = t.TempDir() + "/new"
			db, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Open(o); !errors.Is(err, ErrLocked) {
				t.Errorf("second open: %v", err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if db, err = Open(o); err != nil {
				t.Fatal(err)
			}
			if free, err := db.FreeBytes(); fs == nil && (free == 0 || err != nil) {
				t.Errorf("free bytes: %d, %v", free, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestOpenUnwritable(t *testing.T) {
	o := options(t, nil)
	o.Dir = "/dev/null/data"
	if _, err := Open(o); err == nil || errors.Is(err, ErrLocked) {
		t.Fatal(err)
	}
}

func TestOpenOtherSchema(t *testing.T) {
	for version, want := range map[byte]string{
		schemaDesk + 1: "version 5, this program knows up to 4",
		1:              "version 1, which no release has written",
	} {
		fs := vfs.NewMem()
		db, err := Open(options(t, fs))
		if err != nil {
			t.Fatal(err)
		}
		write(t, db, func(b *Batch) { b.PutSystem(systemSchema, []byte{version}) })
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(options(t, fs)); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), want) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func TestOpenForeignDatabase(t *testing.T) {
	fs := vfs.NewMem()
	if err := makeDir("/a/data", fs, 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := pebble.Open("/a/data", &pebble.Options{FS: fs, Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Set([]byte("x"), nil, pebble.Sync), p.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(options(t, fs)); !errors.Is(err, ErrSchema) {
		t.Fatal(err)
	}
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(string, ...any) {}

// A new database is reopened before it is used, so that all of its logs have
// the framing of the newest format.
func TestNewDatabaseHasNewestFormat(t *testing.T) {
	fs := vfs.NewMem()
	db := open(t, fs)
	if got := db.p.FormatMajorVersion(); got != pebble.FormatNewest {
		t.Errorf("format %v", got)
	}
	names, err := fs.List("/a/data")
	if err != nil {
		t.Fatal(err)
	}
	manifests := 0
	for _, n := range names {
		if strings.HasPrefix(n, "MANIFEST-") {
			manifests++
		}
	}
	if manifests < 2 { // Pebble writes one at each open
		t.Errorf("not reopened: %v", names)
	}
}

func TestMetrics(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) { b.PutSystem("x", []byte("y")) })
	if m := db.Metrics(); m.WALBytesWritten == 0 || m.MemTables == 0 {
		t.Errorf("%+v", m)
	}
}

// Readers, the writer and the syncer each have their own goroutine.
func TestReadsBesideWrites(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) { b.PutConversation(Conversation{Num: 1, ID: "c"}) })
	applied := make(chan uint64, 200)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(applied)
		b := db.NewBatch()
		defer b.Close()
		for i := range uint64(100) {
			b.Reset()
			send(b, 1, i*7+1, i*7+1, 7)
			if err := db.Apply(b); err != nil {
				t.Error(err)
				return
			}
			applied <- i*7 + 7
		}
	})
	wg.Go(func() {
		for last := range applied {
			if err := db.Sync(); err != nil {
				t.Error(err)
			}
			if got := seqs(t, db, 1, 1, last); uint64(len(got)) != last {
				t.Errorf("%d messages of %d", len(got), last)
			}
			if got, err := db.LastSeq(1); got < last || err != nil {
				t.Errorf("last seq %d, %v; want at least %d", got, err, last)
			}
			if p, found, err := db.Place(last); p.Seq != last || !found || err != nil {
				t.Errorf("place of %d: %+v, %v, %v", last, p, found, err)
			}
		}
	})
	wg.Wait()
}
