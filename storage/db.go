package storage

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// DB is an open database. Its reads may be called from any goroutine, Apply
// and Sync from one each. Nothing may be called after Close.
type DB struct {
	p        *pebble.DB
	lock     *pebble.Lock
	fs       vfs.FS
	watch    io.Closer // of stalls
	dir      string
	listener *listener
	limits   limits
}

// Open opens the database in a directory, and creates both if need be. It
// fails with ErrLocked, ErrSchema, or what the file system or Pebble has to
// say of the directory.
func Open(o Options) (*DB, error) {
	o.setDefaults()
	db := &DB{dir: o.Dir, listener: newListener(&o), limits: o.limits}
	db.fs, db.watch = o.fileSystem(db.listener)
	if err := db.open(o.pebbleOptions(db.fs, db.listener)); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: open %s: %w", o.Dir, err), db.Close())
	}
	return db, nil
}

func (db *DB) open(po *pebble.Options) (err error) {
	if err := makeDir(db.dir, db.fs); err != nil {
		return err
	}
	if db.lock, err = lockDir(db.dir, db.fs); err != nil {
		return err
	}
	po.Lock = db.lock
	if err := create(db.dir, po); err != nil {
		return err
	}
	if db.p, err = pebble.Open(db.dir, po); err != nil {
		return err
	}
	return db.checkSchema()
}

// create makes a new database, or brings an old one to the newest format, and
// closes it again: the log that is written until then has a framing in which a
// damaged record in its middle can't be told from its end.
func create(dir string, po *pebble.Options) error {
	desc, err := pebble.Peek(dir, po.FS)
	if err != nil {
		return err
	}
	if desc.Exists && desc.FormatMajorVersion >= po.FormatMajorVersion {
		return nil
	}
	p, err := pebble.Open(dir, po)
	if err != nil {
		return err
	}
	return p.Close()
}

// makeDir makes a directory that survives a crash, as do those above it.
func makeDir(dir string, fs vfs.FS) error {
	parent := fs.PathDir(dir)
	if _, err := fs.Stat(dir); err == nil || parent == dir {
		return err
	}
	if err := makeDir(parent, fs); err != nil {
		return err
	}
	if err := fs.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := fs.OpenDir(parent)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func lockDir(dir string, fs vfs.FS) (*pebble.Lock, error) {
	lock, err := pebble.LockDirectory(dir, fs)
	var path *os.PathError
	if err != nil && !errors.As(err, &path) { // the file is there, but not ours
		return nil, fmt.Errorf("%w (%w)", ErrLocked, err)
	}
	return lock, err
}

// Close makes what was applied durable and closes the database. There must be
// no open reads.
func (db *DB) Close() error {
	var errs []error
	if db.p != nil {
		errs = append(errs, db.p.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	errs = append(errs, db.watch.Close())
	return errors.Join(errs...)
}

// Apply makes a batch visible to readers, all of it at once. It survives a
// crash after the next Sync. The batch must be Reset before it is used again.
// After an error other than ErrInvalid the state is unknown and the process
// must end.
func (db *DB) Apply(b *Batch) error {
	if b.err != nil {
		return b.err
	}
	if b.Empty() {
		return nil
	}
	return db.written(db.p.Apply(b.p, pebble.NoSync))
}

// Sync returns when all that was applied before the call is durable. After an
// error it is unknown how much is, and the process must end.
func (db *DB) Sync() error {
	return db.written(db.p.LogData(nil, pebble.Sync))
}

// written tells a write's true result, which Pebble gives to its logger alone.
func (db *DB) written(err error) error {
	if failed := db.listener.failed(); failed != nil {
		return failed
	}
	return err
}

// FreeBytes is how much the disk still takes.
func (db *DB) FreeBytes() (uint64, error) {
	usage, err := db.fs.GetDiskUsage(db.dir)
	return usage.AvailBytes, err
}
