package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gannet/storage"
)

// keyFile is a file of storage.encryption_key_file.
type keyFile string

// put makes a key the first one of the file, and returns how many it has then. What
// is in the file stays as it is, with its mode and owner: whatever happens, either
// the old file is there or the new one, whole. Without a file one is made.
func (f keyFile) put(key storage.Key) (keys int, err error) {
	path, as, old, err := f.read()
	if err != nil {
		return 0, err
	}
	text := key.Text() + "\n" + string(old)
	all, err := storage.ParseKeys(text)
	if err != nil {
		return 0, fmt.Errorf("%s stays as it is: with the new key before what is in it, %w", f, err)
	}
	temp, err := writeTemp(path, text, as)
	if err != nil {
		return 0, err
	}
	if as != nil {
		err = os.Rename(temp, path)
	} else {
		err = os.Link(temp, path) // never over a file that somebody has made meanwhile
	}
	if as == nil || err != nil {
		err = errors.Join(err, os.Remove(temp))
	}
	return len(all), errors.Join(err, syncDir(filepath.Dir(path)))
}

// read returns what is in the file, and where it is: a link stays one.
func (f keyFile) read() (path string, as fs.FileInfo, text []byte, err error) {
	path, err = filepath.EvalSymlinks(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return string(f), nil, nil, nil
	}
	if err == nil {
		as, err = os.Stat(path)
	}
	if err == nil && !as.Mode().IsRegular() {
		err = fmt.Errorf("%s isn't a regular file", f)
	}
	if err == nil {
		text, err = os.ReadFile(path)
	}
	return path, as, text, err
}

// writeTemp makes a file beside another that has its mode and owner, or that only
// we can read, and is on disk.
func writeTemp(path, text string, as fs.FileInfo) (name string, err error) {
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-")
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o600)
	if as != nil {
		mode = as.Mode().Perm()
	}
	_, err = out.WriteString(text)
	err = errors.Join(err, chownLike(out.Name(), as), out.Chmod(mode), out.Sync(), out.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(out.Name()))
	}
	return out.Name(), nil
}
