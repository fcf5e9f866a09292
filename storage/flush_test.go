package storage

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// What was flushed needs no log any more.
func TestFlushSoon(t *testing.T) {
	db := open(t, vfs.NewMem())
	b := db.NewBatch()
	b.PutAnswer(1, "a", "key", Answer{Body: make([]byte, 1<<20)})
	if err := db.Apply(b); err != nil {
		t.Fatal(err)
	}
	before := db.Metrics()
	if err := db.FlushSoon(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); db.Metrics().Flushes == before.Flushes; {
		if time.Now().After(deadline) {
			t.Fatal("not flushed")
		}
	}
	if after := db.Metrics(); before.WALBytes < 1<<20 || after.WALBytes > 1<<16 {
		t.Errorf("%d bytes in the log, then %d", before.WALBytes, after.WALBytes)
	}
}
