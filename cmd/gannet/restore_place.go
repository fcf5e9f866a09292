package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"gannet/storage"
)

// inPlace fills an empty directory whose place another can't take. It has a file
// that keeps it from being opened until all the others are durable. After an error
// it is empty again.
func (r *restore) inPlace(ctx context.Context, m *storage.Manifest, as fs.FileInfo) error {
	guard := filepath.Join(r.to, storage.RestoringName)
	f, err := os.OpenFile(guard, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(f.Close(), syncDir(r.to))
	if err == nil {
		err = r.fill(ctx, r.to, m, as)
	}
	if err != nil {
		if failed := r.empty(m); failed != nil {
			return errors.Join(err, failed) // and the guard stays
		}
	}
	return errors.Join(err, os.Remove(guard), syncDir(r.to))
}

// empty removes what was copied.
func (r *restore) empty(m *storage.Manifest) error {
	for _, f := range m.Files {
		if err := os.Remove(filepath.Join(r.to, f.Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(r.to)
}

// isMountPoint reports whether a file system, or a part of one, is mounted at a
// directory: it can't be renamed then, nor its place taken.
func isMountPoint(dir string) bool {
	var at unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, 0, unix.STATX_BASIC_STATS, &at)
	if err == nil && at.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return at.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	var self, above unix.Stat_t // an older kernel doesn't say
	return unix.Stat(dir, &self) == nil && unix.Stat(filepath.Dir(dir), &above) == nil && self.Dev != above.Dev
}
