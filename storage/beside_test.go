package storage

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Old keys are dropped, copies are made and batches are synced beside the writer,
// which gets a new data key every few runs meanwhile. Nothing is lost.
func TestBesideWriter(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 10) }) })
	const last = 2000
	copies := t.TempDir()
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		db.keys.seals = 3
		done := make(chan struct{})
		var wg sync.WaitGroup
		beside := func(do func(turn int) error) {
			wg.Go(func() {
				for turn := 0; ; turn++ {
					if err := do(turn); err != nil {
						t.Error(err)
						return
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		beside(func(int) error { return db.Sync() })
		beside(func(int) error { return db.DropOldKeys(t.Context(), Merging{}) })
		beside(func(int) error {
			dir := filepath.Join(copies, "copy")
			return errors.Join(db.Checkpoint(dir), fs.RemoveAll(dir))
		})
		for seq := uint64(11); seq <= last; seq += 10 {
			write(t, db, func(b *Batch) { putEntries(b, seq, seq+9) })
		}
		close(done)
		wg.Wait()
		wantEntries(t, db, last)
	})
	inOpening(t, fs, []string{"b", "a"}, func(db *DB) {
		wantEntries(t, db, last)
		verify(t, db)
		wantKeyIDs(t, db, "a", "b")
	})
}
