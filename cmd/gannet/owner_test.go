package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gannet/storage"
)

// newSealedDB makes an empty database that is encrypted.
func newSealedDB(t *testing.T, dir, key string) {
	t.Helper()
	keys, err := storage.ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(storage.Options{Dir: dir, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// owners are the users of all files.
func owners(t *testing.T, dir string) map[string]uint32 {
	t.Helper()
	of := make(map[string]uint32)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			of[path] = info.Sys().(*syscall.Stat_t).Uid
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// Root leaves a database alone that another user's server works on; one of root's own
// in another user's directory it does.
func TestRekeyAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
	dir, key := t.TempDir(), newKeyText(t, "2026")
	newSealedDB(t, dir, key)
	const nobody, stranger = 65534, 4321098
	if err := os.Chown(dir, nobody, -1); err != nil {
		t.Fatal(err)
	}
	gannet(t, exitOK, "rekey", "--data", dir, "--set", keySet(key))
	for uid, who := range map[int]string{nobody: userName(nobody), stranger: "'#4321098'"} {
		for path := range owners(t, dir) {
			if err := os.Chown(path, uid, -1); err != nil {
				t.Fatal(err)
			}
		}
		before := owners(t, dir)
		_, said := gannet(t, exitFailure, "rekey", "--data", dir, "--set", keySet(key))
		says(t, said, dir, "sudo -u "+who)
		if after := owners(t, dir); !maps.Equal(before, after) {
			t.Errorf("there are %v, before %v", after, before)
		}
	}
}
