package storage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// openReadOnly opens what is there and leaves it as it is.
func (db *DB) openReadOnly(po *pebble.Options) (err error) {
	fs := readOnlyFS{po.FS}
	manifest, err := findDatabase(db.dir, fs)
	if err != nil {
		return err
	}
	if db.lock, err = lockDir(db.dir, fs); err != nil {
		return err
	}
	if err := db.marks.check(manifest); err != nil {
		return err
	}
	po.FS, po.Lock, po.ReadOnly = fs, db.lock, true
	if db.p, err = pebble.Open(db.dir, po); err != nil {
		return err
	}
	return db.recognize()
}

// findDatabase returns the name of the manifest in use. It fails with
// ErrNoDatabase where there is none.
func findDatabase(dir string, fs vfs.FS) (manifest string, err error) {
	if _, err := fs.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%w: there is no such directory", ErrNoDatabase)
	}
	if err := checkRestored(dir, fs); err != nil {
		return "", err
	}
	desc, err := pebble.Peek(dir, fs)
	switch {
	case err != nil:
		return "", err
	case !desc.Exists:
		return "", ErrNoDatabase
	}
	return fs.PathBase(desc.ManifestFilename), nil
}

// readOnlyFS refuses all that would change the directory.
type readOnlyFS struct{ vfs.FS }

func (fs readOnlyFS) Unwrap() vfs.FS { return fs.FS }

func (readOnlyFS) Create(name string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	return nil, refused("create", name)
}

func (readOnlyFS) Link(_, newname string) error { return refused("link", newname) }

func (readOnlyFS) OpenReadWrite(name string, _ vfs.DiskWriteCategory, _ ...vfs.OpenOption) (vfs.File, error) {
	return nil, refused("open", name)
}

func (readOnlyFS) Remove(name string) error    { return refused("remove", name) }
func (readOnlyFS) RemoveAll(name string) error { return refused("remove", name) }

func (readOnlyFS) Rename(oldname, _ string) error { return refused("rename", oldname) }

func (readOnlyFS) ReuseForWrite(_, newname string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	return nil, refused("create", newname)
}

func (readOnlyFS) MkdirAll(dir string, _ os.FileMode) error { return refused("mkdir", dir) }

// Lock locks where another process may be at work: where there is a lock file
// that can be written.
func (fs readOnlyFS) Lock(name string) (io.Closer, error) {
	if _, err := fs.Stat(name); errors.Is(err, os.ErrNotExist) {
		return io.NopCloser(nil), nil
	}
	lock, err := fs.FS.Lock(name)
	if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return io.NopCloser(nil), nil
	}
	return lock, err
}

func refused(op, name string) error {
	return &os.PathError{Op: op, Path: name, Err: syscall.EROFS}
}
