package storage

import (
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A directory that files are being copied into opens neither as what it seems to
// have nor, where it seems to have nothing yet, as a new one.
func TestRestoring(t *testing.T) {
	for name, there := range map[string]bool{"all files": true, "none": false} {
		t.Run(name, func(t *testing.T) {
			fs := vfs.NewMem()
			o := options(t, fs)
			if there {
				inOpening(t, fs, nil, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 10) }) })
			}
			if err := errors.Join(fs.MkdirAll(o.Dir, 0o700), writeFile(fs, o.Dir, RestoringName, nil)); err != nil {
				t.Fatal(err)
			}
			before, err := fs.List(o.Dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, o.ReadOnly = range []bool{false, true} {
				if _, err := Open(o); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "a restore into it isn't done") {
					t.Errorf("read only %v: %v", o.ReadOnly, err)
				}
			}
			if after, err := fs.List(o.Dir); err != nil || len(after) > len(before)+1 { // the lock
				t.Errorf("there are %q, %v; there were %q", after, err, before)
			}
			if err := fs.Remove(fs.PathJoin(o.Dir, RestoringName)); err != nil {
				t.Fatal(err)
			}
			o.ReadOnly = false
			db, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			if there {
				wantEntries(t, db, 10)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
