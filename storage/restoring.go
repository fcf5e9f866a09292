package storage

import (
	"errors"
	"fmt"
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// RestoringName is a file that is in a directory, durably, while files of a
// database are being copied into it: it doesn't open as long as that is there.
const RestoringName = "restoring"

func checkRestored(dir string, fs vfs.FS) error {
	_, err := fs.Stat(fs.PathJoin(dir, RestoringName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: a restore into it isn't done; empty the directory and restore again", ErrDamaged)
}
