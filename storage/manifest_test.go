package storage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// newManifest describes all files of a directory, such as a checkpoint. It reads
// them all; progress, which may be nil, hears after each part how many bytes
// were read since it was last called.
func newManifest(dir string, created time.Time, progress func(bytes int64)) (*Manifest, error) {
	names, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	var files []ManifestFile
	for _, name := range names {
		f, err := describeFile(dir, name, progress)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return ManifestOf(created, files), nil
}

func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestManifest(t *testing.T) {
	dir := writeFiles(t, map[string]string{"b": "two", "a": "", "c": "three", "LOCK": ""})
	if _, err := ReadManifest(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is written: %v", err)
	}
	read := int64(0)
	m, err := newManifest(dir, testTime, func(n int64) { read += n })
	if err != nil || read != 8 || m.TotalBytes() != 8 || len(m.Files) != 3 || m.Files[1].Name != "b" {
		t.Fatalf("%+v, %d bytes read, %v", m, read, err)
	}
	if err := WriteManifest(dir, m); err != nil {
		t.Fatal(err)
	}
	again, err := ReadManifest(dir)
	if err != nil || !again.CreatedAt.Equal(testTime) || again.Files[2] != m.Files[2] {
		t.Fatalf("%+v, %v", again, err)
	}
	if err := again.CheckFiles(dir, nil); err != nil {
		t.Error(err)
	}
}

// Every fault is named.
func TestCheckFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a": "one", "b": "two", "c": "three", "d": "four"})
	m := manifestOf(t, dir)
	for name, content := range map[string]string{"a": "onE", "b": "two ", "e": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	err := m.CheckFiles(dir, nil)
	if !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	for _, want := range []string{"a has been altered", "b has 4 bytes, not 3", "c is missing", "e doesn't belong"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), " d ") {
		t.Error(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "f")); err != nil {
		t.Fatal(err)
	}
	if err := m.CheckFiles(dir, nil); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("a link: %v", err)
	}
}

func TestBadManifests(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	file := func(name string) string {
		return `{"name":"` + name + `","size":1,"sha256":"` + sum + `","mtime":"2026-01-02T03:04:05Z"}`
	}
	manifest := func(files ...string) string {
		return `{"version":1,"created_at":"2026-01-02T03:04:05Z","files":[` + strings.Join(files, ",") + `]}`
	}
	if _, err := parseManifest([]byte(manifest(file("a"), file("b")))); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"cut":         manifest(file("a"))[:90],
		"trailing":    manifest(file("a")) + "{}",
		"another":     `{"version":1,"surprise":true}`,
		"twice":       manifest(file("a"), file("a")),
		"order":       manifest(file("b"), file("a")),
		"parent":      manifest(file("..")),
		"self":        manifest(file(".")),
		"empty":       manifest(file("")),
		"absolute":    manifest(file("/etc/passwd")),
		"below":       manifest(file("a/b")),
		"climbing":    manifest(file("../a")),
		"backslash":   manifest(file(`..\\a`)),
		"nul":         manifest(file(`a\u0000`)),
		"itself":      manifest(file(ManifestName)),
		"short sum":   strings.Replace(manifest(file("a")), sum, "abab", 1),
		"no hex":      strings.Replace(manifest(file("a")), sum, strings.Repeat("xy", 32), 1),
		"negative":    strings.Replace(manifest(file("a")), `"size":1`, `"size":-1`, 1),
		"fractional":  strings.Replace(manifest(file("a")), `"size":1`, `"size":1.5`, 1),
		"no manifest": "[]",
	} {
		if _, err := parseManifest([]byte(bad)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := parseManifest([]byte(`{"version":2,"files":7}`)); !errors.Is(err, ErrSchema) {
		t.Errorf("newer: %v", err)
	}
	if err := WriteManifest(t.TempDir(), &Manifest{Files: []ManifestFile{{Name: "../x"}}}); !errors.Is(err, ErrDamaged) {
		t.Errorf("written: %v", err)
	}
}
