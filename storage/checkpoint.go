package storage

import (
	"errors"
	"fmt"
)

// Checkpoint makes a directory with a copy of all that was applied before the
// call, durable and ready to be opened. Tables are linked where the file system
// can, so that it costs neither their space nor the time to copy them; writes
// go on meanwhile. The directory must not exist (fs.ErrExist) and isn't left
// behind after an error.
func (db *DB) Checkpoint(dir string) error {
	if err := db.Sync(); err != nil {
		return err
	}
	if err := db.p.Checkpoint(dir); err != nil {
		return fmt.Errorf("storage: checkpoint: %w", err)
	}
	if err := db.written(db.marks.copyTo(dir)); err != nil {
		return errors.Join(fmt.Errorf("storage: checkpoint: %w", err), db.fs.RemoveAll(dir))
	}
	return nil
}
