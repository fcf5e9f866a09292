package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/storage"
)

func adminURL(p *process) string { return "http://" + p.admin }

// backups are the complete ones in a directory.
func backups(t *testing.T, dir string) []string {
	t.Helper()
	complete, incomplete, err := backupDir(dir).list()
	if err != nil {
		t.Fatal(err)
	}
	if len(incomplete) > 0 {
		t.Errorf("%q aren't complete", incomplete)
	}
	return complete
}

// A backup that is taken while clients chat has all that was answered before it
// began. It verifies, and a server goes on from it.
func TestBackupUnderLoad(t *testing.T) {
	dir := t.TempDir()
	data, to := filepath.Join(dir, "data"), filepath.Join(dir, "backups")
	p := startProcess(t, data)
	c := newChatter(t)
	c.found(p)
	enough := c.await(500)
	c.talk(p)
	<-enough
	before := c.soFar()
	said, _ := gannet(t, exitOK, "backup", to, "--admin", adminURL(p))
	p.kill()
	c.wg.Wait()
	backup := backups(t, to)[0]
	says(t, said, backup, "linked 0 (0 B)")

	said, _ = gannet(t, exitOK, "verify", to)
	says(t, said, backup, "a backup", "\n0 faults\n")
	restored := filepath.Join(dir, "restored")
	said, _ = gannet(t, exitOK, "restore", to, "--data", restored)
	says(t, said, backup, restored)
	said, _ = gannet(t, exitOK, "verify", restored)
	says(t, said, "a data directory", "\n0 faults\n")
	r := startProcess(t, restored)
	if total := c.has(r, before); total > len(c.soFar())+len(c.senders)*window+2 { // and the group's event
		t.Errorf("%d entries after %d answers", total, len(c.soFar()))
	}
	c.rises(r, before)
}

// Tables that an earlier backup has are linked to, until --full asks for all.
func TestBackupLinks(t *testing.T) {
	dir := t.TempDir()
	data, to := filepath.Join(dir, "data"), filepath.Join(dir, "backups")
	p := startProcess(t, data)
	c := newChatter(t)
	c.found(p)
	c.say(p, 500)
	p = startProcess(t, data) // which writes a table of the log
	for range 2 {
		gannet(t, exitOK, "backup", to, "--admin", adminURL(p))
	}
	all := backups(t, to)
	if n := sameTables(t, all[0], all[1]); n == 0 {
		t.Error("no table is linked")
	}
	gannet(t, exitOK, "backup", to, "--admin", adminURL(p), "--full")
	all = backups(t, to)
	if n := sameTables(t, all[1], all[2]); n != 0 {
		t.Errorf("%d tables are linked with --full", n)
	}
	for _, path := range all {
		gannet(t, exitOK, "verify", path)
	}

	said, _ := gannet(t, exitOK, "backup", to, "--admin", adminURL(p), "--keep", "2")
	says(t, said, "removed 2 older backups")
	left := backups(t, to)
	if len(left) != 2 || left[0] != all[2] {
		t.Errorf("%q are left of %q", left, all)
	}
	gannet(t, exitOK, "verify", left[1])
	p.stop()
	if left, err := os.ReadDir(filepath.Join(data, "backups")); err != nil || len(left) > 0 {
		t.Errorf("the server keeps %v, %v", left, err)
	}
}

// TestVerifyJSON: the report for programs says the same, and lists so many faults.
func TestVerifyJSON(t *testing.T) {
	backup := newBackedUp(t)
	look := func(code int, args ...string) (r verifyReport) {
		out, _ := gannet(t, code, append([]string{"verify", backup, "--json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		return r
	}
	r := look(exitOK)
	if !r.Backup || r.Path != backup || r.Counts.Messages < 300 || r.Counts.Groups != 1 || r.Counts.Members != 9 || r.Faults != 0 || r.Problems == nil {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"stranger-1", "stranger-2", "stranger-3"} {
		if err := os.WriteFile(filepath.Join(backup, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r = look(exitFailure, "--max", "2"); r.Faults != 3 || len(r.Problems) != 2 || !strings.Contains(r.Problems[0], "stranger-1") {
		t.Errorf("%+v", r)
	}
}

// sameTables is how many tables of two backups are the same file.
func sameTables(t *testing.T, a, b string) (n int) {
	t.Helper()
	tables, err := filepath.Glob(filepath.Join(a, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%q, %v", tables, err)
	}
	for _, path := range tables {
		first, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.Stat(filepath.Join(b, filepath.Base(path)))
		if err == nil && os.SameFile(first, second) {
			n++
		}
	}
	return n
}

// A backup that was interrupted is never used, and the next run removes it. What
// isn't a backup is left alone.
func TestBackupInterrupted(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "backups")
	p := startProcess(t, filepath.Join(dir, "data"))
	gannet(t, exitOK, "backup", to, "--admin", adminURL(p))
	first := backups(t, to)[0]
	cut, mine := filepath.Join(to, time.Now().Add(time.Hour).UTC().Format(backupName)), filepath.Join(to, "mine")
	for _, path := range []string{cut, mine} {
		if err := os.CopyFS(path, os.DirFS(first)); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(path, storage.ManifestName)); err != nil {
			t.Fatal(err)
		}
	}
	said, _ := gannet(t, exitOK, "restore", to, "--data", filepath.Join(dir, "restored"))
	says(t, said, first)
	_, said = gannet(t, exitFailure, "restore", cut, "--data", filepath.Join(dir, "restored2"))
	says(t, said, "no complete backup")
	gannet(t, exitOK, "backup", to, "--admin", adminURL(p))
	if all := backups(t, to); len(all) != 2 || all[0] != first {
		t.Errorf("there are %q", all)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// A server that ends while it is fetched from leaves no half of a backup.
func TestBackupOfNobody(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "backups")
	p := startProcess(t, filepath.Join(dir, "data"), "auth.admin_token=a-token-of-the-operator")
	_, said := gannet(t, exitFailure, "backup", to, "--admin", adminURL(p))
	says(t, said, "a valid login is needed (auth.admin_token)")
	_, said = gannet(t, exitFailure, "backup", to, "--admin", "http://"+p.http)
	says(t, said, "no such path")
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("a-token-of-the-operator\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gannet(t, exitOK, "backup", to, "--admin", adminURL(p), "--token-file", token)
	gannet(t, exitOK, "backup", to, "--set", "listen.admin="+p.admin, "--set", "auth.admin_token=a-token-of-the-operator")
	p.kill()
	_, said = gannet(t, exitFailure, "backup", to, "--admin", adminURL(p))
	says(t, said, "no server answers at "+adminURL(p))
	if all := backups(t, to); len(all) != 2 {
		t.Errorf("there are %q", all)
	}
}

// TestPrune: a backup's files go only when it is durable that it isn't complete.
func TestPrune(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "old")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{storage.ManifestName, "000004.sst"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("the disk is broken")
	removed, err := prune([]string{dir, "newest"}, 1, func(synced string) error {
		entries, err := os.ReadDir(synced)
		if synced != dir || err != nil || len(entries) != 1 || entries[0].Name() != "000004.sst" {
			t.Errorf("in %s are %v, %v", synced, entries, err)
		}
		return broken
	})
	if _, statErr := os.Stat(filepath.Join(dir, "000004.sst")); removed != 0 || !errors.Is(err, broken) || statErr != nil {
		t.Errorf("%d removed, %v; %v", removed, err, statErr)
	}
}

// newBackedUp returns a backup with a table.
func newBackedUp(t *testing.T, sets ...string) string {
	t.Helper()
	dir := t.TempDir()
	data, to := filepath.Join(dir, "data"), filepath.Join(dir, "backups")
	p := startProcess(t, data, sets...)
	c := newChatter(t)
	c.found(p)
	c.say(p, 300)
	p = startProcess(t, data, sets...)
	gannet(t, exitOK, "backup", to, "--admin", adminURL(p))
	p.stop()
	return backups(t, to)[0]
}

// TestTampered: whatever is done to a backup, restore refuses it and makes nothing,
// and verify says what is wrong.
func TestTampered(t *testing.T) {
	backup := newBackedUp(t)
	table := func(dir string) string {
		tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
		if err != nil || len(tables) == 0 {
			t.Fatalf("%q, %v", tables, err)
		}
		return slices.MaxFunc(tables, func(a, b string) int { return int(sizeOf(t, a) - sizeOf(t, b)) })
	}
	manifest := func(dir string) string { return filepath.Join(dir, storage.ManifestName) }
	for name, c := range map[string]struct {
		do   func(dir string)
		says string
	}{
		"flipped bit":         {func(dir string) { flip(t, table(dir), 100) }, "altered"},
		"flipped in manifest": {func(dir string) { flip(t, manifest(dir), 1) }, ""},
		"cut manifest":        {func(dir string) { truncate(t, manifest(dir), sizeOf(t, manifest(dir))/2) }, ""},
		"empty manifest":      {func(dir string) { truncate(t, manifest(dir), 0) }, ""},
		"cut table":           {func(dir string) { truncate(t, table(dir), sizeOf(t, table(dir))-1) }, "bytes, not"},
		"missing table":       {func(dir string) { remove(t, table(dir)) }, "is missing"},
		"a way out":           {func(dir string) { replace(t, manifest(dir), filepath.Base(table(dir)), "../../evil") }, "no name of a file"},
		"an absolute name":    {func(dir string) { replace(t, manifest(dir), filepath.Base(table(dir)), "/etc/passwd") }, "no name of a file"},
		"another size":        {func(dir string) { replace(t, manifest(dir), `"size": 0`, `"size": 1`) }, "bytes, not"},
		"a later version":     {func(dir string) { replace(t, manifest(dir), `"version": 1`, `"version": 2`) }, "version 2"},
		"a link":              {func(dir string) { link(t, table(dir)) }, "regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
				t.Fatal(err)
			}
			gannet(t, exitOK, "verify", dir)
			c.do(dir)
			out, errs := gannet(t, exitFailure, "verify", dir)
			says(t, out+errs, c.says)
			target := filepath.Join(filepath.Dir(dir), "restored")
			gannet(t, exitFailure, "restore", dir, "--data", target)
			if left, err := filepath.Glob(target + "*"); err != nil || len(left) > 0 {
				t.Errorf("%q were made, %v", left, err)
			}
		})
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[at] ^= 0x10
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string, n int64) {
	t.Helper()
	if err := os.Truncate(path, n); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// link puts a symbolic link in the place of a file.
func link(t *testing.T, path string) {
	t.Helper()
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(moved, path); err != nil {
		t.Fatal(err)
	}
}

func replace(t *testing.T, path, old, by string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q: %v", path, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, by)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Nothing is restored over data; an empty directory keeps its mode.
func TestRestoreInto(t *testing.T) {
	backup := newBackedUp(t)
	dir := t.TempDir()
	used, empty := filepath.Join(dir, "used"), filepath.Join(dir, "empty")
	if err := os.MkdirAll(used, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(used, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, said := gannet(t, exitFailure, "restore", backup, "--data", used)
	says(t, said, used+" isn't empty")
	if entries, err := os.ReadDir(used); err != nil || len(entries) != 1 {
		t.Errorf("it has %v, %v", entries, err)
	}
	if err := os.Mkdir(empty, 0o750); err != nil {
		t.Fatal(err)
	}
	gannet(t, exitOK, "restore", backup, "--data", empty)
	if info, err := os.Stat(empty); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("beside it are %v, %v", entries, err)
	}
	gannet(t, exitOK, "verify", empty)
}
