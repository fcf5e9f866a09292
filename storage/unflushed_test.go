package storage

import (
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// logs are the names of the log files.
func logs(t *testing.T, fs vfs.FS) (names []string) {
	t.Helper()
	for _, name := range listing(t, fs) {
		if strings.HasSuffix(name, ".log") {
			names = append(names, name)
		}
	}
	return names
}

// A log with something in it that isn't in tables is missed, also by a read-only
// opening.
func TestMissingLog(t *testing.T) {
	for name, end := range ends {
		fs := filled(t, 1, end)
		files := logs(t, fs)
		gone := files[len(files)-1]
		err := damaged(t, fs, func(fs vfs.FS) error { return fs.Remove("/a/data/" + gone) })
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), gone+" is gone") {
			t.Errorf("%s: %v", name, err)
		}
		if err := fs.Remove("/a/data/" + gone); err != nil {
			t.Fatal(err)
		}
		o := options(t, fs)
		o.ReadOnly = true
		if _, err := Open(o); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s, read-only: %v", name, err)
		}
	}
}

// Marks that are behind speak of logs that are gone because all of them is in
// tables. So do those of before a program that keeps no marks.
func TestOldMarksOfLogs(t *testing.T) {
	fs := vfs.NewMem()
	var old []byte
	for range 3 {
		inOpening(t, fs, nil, func(db *DB) {
			for first := uint64(1); first < 100; first += 32 {
				write(t, db, func(b *Batch) { putEntries(b, first, first+31) })
				if err := errors.Join(db.Seal(), db.p.Flush()); err != nil {
					t.Fatal(err)
				}
			}
		})
		if old == nil {
			b, err := readFile(fs, "/a/data/"+marksFile, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			old = b
		}
	}
	found, err := readMarks(fs, "/a/data")
	if err != nil || len(found.marks) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := damaged(t, fs, func(fs vfs.FS) error { return replace(fs, marksFile, old) }); err != nil {
		t.Error(err)
	}
}

// What can't be understood of a manifest says nothing of logs.
func TestFirstLog(t *testing.T) {
	fs := filled(t, 1, ends["closed"])
	manifest := "/a/data/" + ofKind(listing(t, fs), "MANIFEST")[0]
	first, known, err := firstLog(fs, manifest)
	if err != nil || !known || first == 0 {
		t.Fatalf("%d, %v, %v", first, known, err)
	}
	b, err := readFile(fs, manifest, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(b) {
		if err := replace(fs, "cut", b[:n]); err != nil {
			t.Fatal(err)
		}
		if got, _, err := firstLog(fs, "/a/data/cut"); got > first || err != nil {
			t.Fatalf("of %d bytes: %d, %v", n, got, err)
		}
	}
}
