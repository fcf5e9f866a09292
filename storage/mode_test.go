package storage

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// What is in a new directory is its owner's, also what Pebble makes readable.
func TestNewDirectoryMode(t *testing.T) {
	o := options(t, vfs.Default)
	o.Dir = filepath.Join(t.TempDir(), "above", "data")
	db, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(o.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
