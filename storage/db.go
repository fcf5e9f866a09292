package storage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// DB is an open database. Its methods may be called from any goroutine, and at
// the same time, but for Close: nothing may be called during or after it.
//
// What is written in answer to what was read needs one writer, which is the
// caller's (see Writing in the package's description). What the database applies
// by itself beside that writer, in DropOldKeys, when a new data key is due, and
// when the first record needs a newer schema, are rows that only it reads and
// writes, under locks of their own.
type DB struct {
	p        *pebble.DB
	lock     *pebble.Lock
	fs       vfs.FS
	watch    io.Closer // of stalls
	marks    *marks
	dir      string
	listener *listener
	limits   limits
	onLocked func() error
	keys     *keyring
	readOnly bool
	schema   atomic.Uint64 // the version that the database is signed with
	signing  sync.Mutex    // with another one
}

// Open opens the database in a directory, and creates both if need be, unless
// Options.ReadOnly is set. It fails with ErrLocked, ErrSchema, ErrKey, ErrDamaged,
// ErrNoDatabase, or what the file system or Pebble has to say of the directory.
func Open(o Options) (*DB, error) {
	o.setDefaults()
	db := &DB{dir: o.Dir, listener: newListener(&o), limits: o.limits, onLocked: o.OnLocked, readOnly: o.ReadOnly}
	db.keys = o.keyring(db)
	fs, watch := o.fileSystem(db.listener)
	db.marks = newMarks(fs, o.Dir, db.listener)
	db.fs, db.watch = markedFS{FS: fs, marks: db.marks}, watch
	open := db.open
	if o.ReadOnly {
		open = db.openReadOnly
	}
	if err := open(o.pebbleOptions(db.fs, db.listener)); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: open %s: %w", o.Dir, err), db.Close())
	}
	db.marks.serving.Store(true)
	return db, nil
}

func (db *DB) open(po *pebble.Options) (err error) {
	if err := makeDir(db.dir, db.fs, 0o700); err != nil {
		return err
	}
	if db.lock, err = lockDir(db.dir, db.fs); err != nil {
		return err
	}
	po.Lock = db.lock
	if err := db.onLocked(); err != nil {
		return err
	}
	if err := db.checkFiles(po.FS); err != nil {
		return err
	}
	if err := db.marks.start(); err != nil {
		return err
	}
	if err := create(db.dir, po); err != nil {
		return err
	}
	if db.p, err = pebble.Open(db.dir, po); err != nil {
		return err
	}
	return db.recognize()
}

// recognize refuses a database that can't be read, by this program or with the
// keys that were given.
func (db *DB) recognize() error {
	version, err := db.checkSchema()
	if err == nil {
		err = checkKeys(db.keys.masters)
	}
	if err == nil && version >= schemaSealed {
		err = db.keys.load()
	}
	db.schema.Store(version)
	return err
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

// makeDir makes a directory that survives a crash, as do those above it, which
// are open to all.
func makeDir(dir string, fs vfs.FS, mode os.FileMode) error {
	parent := fs.PathDir(dir)
	if _, err := fs.Stat(dir); err == nil || parent == dir {
		return err
	}
	if err := makeDir(parent, fs, 0o755); err != nil {
		return err
	}
	if err := fs.MkdirAll(dir, mode); err != nil {
		return err
	}
	return syncDir(fs, parent)
}

// checkFiles refuses a directory that Pebble would open with less than it had. One
// that has tables but nothing that names them it would take for a new one. Where
// nothing is named because the database was being made when it crashed, it is
// made anew, and with it files of the same names.
func (db *DB) checkFiles(fs vfs.FS) error {
	if err := checkRestored(db.dir, fs); err != nil {
		return err
	}
	desc, err := pebble.Peek(db.dir, fs)
	if err != nil {
		return err
	}
	if desc.Exists {
		return db.marks.check(fs.PathBase(desc.ManifestFilename))
	}
	db.marks.anew = true
	names, err := fs.List(db.dir)
	if slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, ".sst") }) {
		return fmt.Errorf("%w: there are tables, but no manifest is named", ErrDamaged)
	}
	return err
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
	errs = append(errs, db.marks.close())
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
	if err := db.listener.failed(); err != nil {
		return err // Pebble would panic
	}
	return db.written(db.p.Apply(b.p, pebble.NoSync))
}

// Sync returns when all that was applied before the call is durable. After an
// error it is unknown how much is, and the process must end.
func (db *DB) Sync() error {
	if err := db.listener.failed(); err != nil {
		return err
	}
	if err := db.written(db.p.LogData(nil, pebble.Sync)); err != nil {
		return err
	}
	db.marks.note()
	return nil
}

// Seal makes durable how far the log is: damage to what is synced is found at
// the next Open, even after a power cut. Without it, after a process was killed
// only. It costs an fsync and may be called from any goroutine.
func (db *DB) Seal() error { return db.marks.seal() }

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
