package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gannet/storage"
)

// keysIn are the ids of the keys of a file, which is all there is in its directory.
func keysIn(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := storage.ParseKeys(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v", entries, err)
	}
	return strings.Join(ids, " ")
}

// A new file is for its owner only. Later keys go before those that are there, which
// stay with all else of the file; where it is reached by a link, that stays, too.
func TestKeygenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gannet.key")
	said, _ := gannet(t, exitOK, "keygen", "--file", path, "--id", "one")
	says(t, said, path, `"one" is the first of 1`)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || keysIn(t, path) != "one" {
		t.Fatalf("%v, %v", info, err)
	}
	first, err := os.ReadFile(path)
	if err != nil || strings.Contains(said, string(first[4:])) {
		t.Fatalf("%v: it prints %q", err, said)
	}
	old := "# of the server in the cellar\n" + string(first)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.WriteFile(path, []byte(old), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	owner := uint32(os.Geteuid())
	if owner == 0 {
		owner = 65534
		if err := os.Chown(path, int(owner), -1); err != nil {
			t.Fatal(err)
		}
	}
	gannet(t, exitOK, "keygen", "--file", link, "--id", "two")
	gannet(t, exitOK, "keygen", "--file", link)
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(string(text), "\n"+old) {
		t.Errorf("%v: what was there isn't at the end", err)
	}
	if ids := keysIn(t, path); !strings.HasPrefix(ids, "20") || !strings.HasSuffix(ids, " two one") {
		t.Errorf("the keys are %q", ids)
	}
	if info, err = os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if info, err = os.Stat(path); err != nil || info.Mode().Perm() != 0o640 || info.Sys().(*syscall.Stat_t).Uid != owner {
		t.Errorf("%v, %v", info, err)
	}
}

// Whatever isn't a file of keys, or would not be one with the new key, stays as it
// is, and isn't shown.
func TestKeygenFileRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"the same id": newKeyText(t, "one") + "\n", "another file": "storage:\n  encryption_keys: [hunter2]\n", "half a key": newKeyText(t, "two")[:20],
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "gannet.key")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, said := gannet(t, exitFailure, "keygen", "--file", path, "--id", "one")
			says(t, said, path+" stays as it is")
			if strings.Contains(said, "hunter2") || strings.Contains(said, text[4:]) {
				t.Errorf("it shows what is in it: %s", said)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if after, readErr := os.ReadFile(path); readErr != nil || string(after) != text || err != nil || len(entries) != 1 {
				t.Errorf("%q, %v; there are %v, %v", after, readErr, entries, err)
			}
		})
	}
	_, said := gannet(t, exitFailure, "keygen", "--file", t.TempDir())
	says(t, said, "isn't a regular file")
	gannet(t, exitFailure, "keygen", "--file", filepath.Join(t.TempDir(), "nowhere", "gannet.key"))
	gannet(t, exitUsage, "keygen", "--file", filepath.Join(t.TempDir(), "gannet.key"), "--id", "A b")
}
