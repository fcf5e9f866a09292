package storage

import (
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// sealed ends a database by writing records that say nothing behind the last,
// each synced, and killing it.
func sealed(records ...int) func(*DB, *vfs.MemFS) *vfs.MemFS {
	return func(db *DB, mem *vfs.MemFS) *vfs.MemFS {
		for _, n := range records {
			if err := db.p.LogData(make([]byte, n), pebble.Sync); err != nil {
				panic(err)
			}
		}
		return ends["killed"](db, mem)
	}
}

// Without marks, flipped bits in the log cost messages that nobody misses, even
// if something is written behind them. Should this test fail, marks have become
// superfluous.
func TestFlippedBitsWithoutMarks(t *testing.T) {
	empty, block := sealed(0), sealed(32<<10)
	for _, c := range []struct {
		name   string
		every  int // batches to a sync
		end    func(*DB, *vfs.MemFS) *vfs.MemFS
		missed bool
	}{
		{"closed", 1, ends["closed"], false},
		{"closed, larger syncs", 8, ends["closed"], true},
		{"killed", 1, ends["killed"], true},
		{"killed, larger syncs", 8, ends["killed"], true},
		{"an empty record", 1, empty, true},
		{"an empty record, larger syncs", 8, empty, true},
		{"an empty block", 1, block, false},
		{"an empty block, larger syncs", 8, block, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.every == 1 && *flips < 50 {
				t.Skip("only with -faults.flips=50")
			}
			t.Parallel()
			fs := filled(t, c.every, c.end)
			if err := fs.Remove("/a/data/" + marksFile); err != nil {
				t.Fatal(err)
			}
			outcomes := flipAll(t, fs, (*flips+1)/2, ".log")[".log"]
			t.Logf("%v", outcomes)
			if c.missed && outcomes[flipMissed] == 0 {
				t.Error("all flips were noticed")
			}
		})
	}
}
