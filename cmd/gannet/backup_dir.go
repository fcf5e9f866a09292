package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"gannet/storage"
)

// backupDir is a directory with backups, each in a directory that is named after
// when it was begun. One is complete when it has a manifest.
type backupDir string

const backupName = "20060102T150405.000Z"

// lock keeps other runs of gannet backup away until it is closed.
func (d backupDir) lock() (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(string(d), ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another backup into %s is under way", d), f.Close())
	}
	return f, nil
}

// list returns the backups by age, oldest first.
func (d backupDir) list() (complete, incomplete []string, err error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if _, err := time.Parse(backupName, e.Name()); err != nil || !e.IsDir() {
			continue // not ours
		}
		path := filepath.Join(string(d), e.Name())
		_, err := os.Lstat(filepath.Join(path, storage.ManifestName))
		switch {
		case err == nil:
			complete = append(complete, path)
		case errors.Is(err, fs.ErrNotExist):
			incomplete = append(incomplete, path)
		default:
			return nil, nil, err
		}
	}
	slices.Sort(complete)
	return complete, incomplete, nil
}

// create makes the directory of a new backup, whose name sorts after all others
// though the clock may have gone back.
func (d backupDir) create(now time.Time, complete []string) (string, error) {
	if n := len(complete); n > 0 {
		last, err := time.Parse(backupName, filepath.Base(complete[n-1]))
		if err != nil {
			return "", err
		}
		if least := last.Add(time.Millisecond); now.Before(least) {
			now = least
		}
	}
	path := filepath.Join(string(d), now.UTC().Format(backupName))
	return path, os.Mkdir(path, 0o700)
}

// prune removes all but the newest complete backups, and returns how many. The
// manifest goes first, and is gone for good when sync has returned: what is left of an interrupted removal isn't
// complete, not even after a power cut.
func prune(complete []string, keep int, sync func(dir string) error) (removed int, err error) {
	for _, path := range complete[:max(0, len(complete)-keep)] {
		if err := os.Remove(filepath.Join(path, storage.ManifestName)); err != nil {
			return removed, err
		}
		if err := sync(path); err != nil {
			return removed, err
		}
		if err := os.RemoveAll(path); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func removeAll(paths []string) error {
	for _, path := range paths {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
