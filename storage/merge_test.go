package storage

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// resealed has a database with four thousand messages, some of them secret, that
// were in the clear and are sealed now.
func resealed(t *testing.T, fs *vfs.MemFS, do func(db *DB)) {
	t.Helper()
	o := options(t, fs)
	o.tune = func(p *pebble.Options) { // many small tables
		p.FlushSplitBytes = 8 << 10
		for i := range p.TargetFileSizes {
			p.TargetFileSizes[i] = 8 << 10
		}
	}
	for _, keys := range [][]Key{nil, {testKey("a")}} {
		o.Keys = keys
		db, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		if keys == nil {
			writeSecrets(t, db, func() {})
			err = db.p.Compact(t.Context(), []byte{0}, []byte{0xff}, false)
		} else {
			mustReseal(t, db)
			err = db.p.Flush()
			do(db)
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// pieces returns a Merging of many small pieces, and says how many there were.
func pieces(n *int) Merging {
	return Merging{piece: 1 << 10, Rest: func(ctx context.Context, _ time.Duration) error {
		*n++
		return ctx.Err()
	}}
}

// Tables are merged in pieces, and what was replaced leaves the files all the same.
func TestMergeInPieces(t *testing.T) {
	_, secrets := secretEntries(1, 2000)
	fs := vfs.NewMem()
	resealed(t, fs, func(db *DB) {
		n := 0
		if err := db.DropOldKeys(t.Context(), pieces(&n)); err != nil {
			t.Error(err)
		}
		if n < 2 {
			t.Errorf("%d pieces", n)
		}
		if need, err := db.mergeNeeds([]byte{prefixRun}, []byte{prefixRun + 1}); need != 0 || err != nil {
			t.Errorf("%d bytes are left to be merged, %v", need, err)
		}
	})
	if name, _ := fileWith(t, fs, "/a", secrets); name != "" {
		t.Errorf("content is still in %s", name)
	}
}

// A merge ends between two pieces, and the next one does the others.
func TestMergeEndsEarly(t *testing.T) {
	_, secrets := secretEntries(1, 2000)
	fs := vfs.NewMem()
	resealed(t, fs, func(db *DB) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		m := pieces(&n)
		rest := m.Rest
		m.Rest = func(ctx context.Context, took time.Duration) error {
			cancel()
			return rest(ctx, took)
		}
		if err := db.DropOldKeys(ctx, m); !errors.Is(err, context.Canceled) || n != 1 {
			t.Errorf("%v after %d pieces", err, n)
		}
		if name, _ := fileWith(t, fs, "/a", secrets); name == "" {
			t.Error("all was done in one piece")
		}
		if err := db.DropOldKeys(t.Context(), pieces(&n)); err != nil || n < 2 {
			t.Errorf("%v after %d pieces", err, n)
		}
	})
	if name, _ := fileWith(t, fs, "/a", secrets); name != "" {
		t.Errorf("content is still in %s", name)
	}
}

// Nothing is merged into room that is to be kept.
func TestMergeNeedsRoom(t *testing.T) {
	fs := vfs.NewMem()
	resealed(t, fs, func(db *DB) {
		need, err := db.mergeNeeds([]byte{prefixRun}, []byte{prefixRun + 1})
		if err != nil || need < 50_000 {
			t.Fatalf("%d bytes, %v", need, err)
		}
		const keep = 1 << 40
		fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: keep + need/2})
		m := Merging{KeepFree: keep, Rest: func(context.Context, time.Duration) error { t.Error("merged"); return nil }}
		if err := db.DropOldKeys(t.Context(), m); !errors.Is(err, ErrNoRoom) {
			t.Error(err)
		}
		fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: keep << 1})
		m.Rest = nil
		if err := db.DropOldKeys(t.Context(), m); err != nil {
			t.Error(err)
		}
	})
}
