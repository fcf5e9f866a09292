package storage

import (
	"errors"
	"fmt"
)

var (
	// ErrCorrupt is matched by errors of reads that met a record which can't
	// have been written as it stands.
	ErrCorrupt = errors.New("corrupt record")
	// ErrInvalid is matched by errors of batches that were given a record
	// which can't be stored, such as a user id with a NUL in it.
	ErrInvalid = errors.New("invalid record")
	// ErrLocked is matched by errors of Open when the directory is in use.
	ErrLocked = errors.New("data directory is in use by another process")
	// ErrSchema is matched by errors of Open when the directory was written
	// by a version of this program that this one can't read, or not by this
	// program.
	ErrSchema = errors.New("unknown schema")
	// ErrKey is matched by errors of Open when the database is encrypted and
	// a key that it needs is missing or wrong, and of what can't be done
	// without keys.
	ErrKey = errors.New("encryption key is missing or wrong")
	// ErrDamaged is matched by errors of Open when a file isn't as it was
	// written or not all files are there, and of Manifest.CheckFiles. Nothing is
	// changed then.
	ErrDamaged = errors.New("damaged file")
	// ErrNoDatabase is matched by errors of a read-only Open of a directory
	// without a database, or that isn't there.
	ErrNoDatabase = errors.New("no database")
	// ErrNoRoom is matched by errors of what isn't begun because the disk has too
	// little room for it.
	ErrNoRoom = errors.New("too little room on the disk")
	// ErrFailed is matched by errors of writes after the log couldn't be
	// written. What was applied since the last successful Sync is unknown.
	ErrFailed = errors.New("storage has failed")
)

// corrupt says which record is damaged.
func corrupt(key []byte, what string) error {
	return fmt.Errorf("storage: %w: %s: %s", ErrCorrupt, describeKey(key), what)
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("storage: %w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}
