package operator

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Backup is a copy of the database as it was at one moment, waiting to be
// fetched.
type Backup struct {
	ID      string
	Created time.Time
	Files   []File
}

// File is one file of a backup. It doesn't change any more.
type File struct {
	Name     string
	Size     int64
	Modified time.Time
}

// list finds the files of a copy.
func (b *Backup) list(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().IsRegular() {
			b.Files = append(b.Files, File{Name: e.Name(), Size: info.Size(), Modified: info.ModTime()})
		}
	}
	return nil
}

// open opens a file that was listed. Nothing else can be named.
func (b *Backup) open(dir, name string) (*os.File, error) {
	if !slices.ContainsFunc(b.Files, func(f File) bool { return f.Name == name }) {
		return nil, ErrNoBackup
	}
	return os.Open(filepath.Join(dir, name))
}

// removeCopies removes what an earlier run left behind.
func removeCopies(dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isCopy(e) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

const copyPrefix = "copy-"

func isCopy(e fs.DirEntry) bool { return e.IsDir() && strings.HasPrefix(e.Name(), copyPrefix) }
