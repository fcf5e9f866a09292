package storage

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// failingSync fails the fsync of files and directories whose names have a text in
// them.
func failingSync(names *atomic.Value) errorfs.Injector {
	return errorfs.InjectorFunc(func(op errorfs.Op) error {
		of, _ := names.Load().(string)
		if of != "" && strings.Contains(op.Path, of) && (op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpOpenDir) {
			return syscall.ENOSPC
		}
		return nil
	})
}

// slotsOf are the slots of the file of marks as they are.
func slotsOf(t *testing.T, fs vfs.FS) (all [slots][]byte) {
	t.Helper()
	b, err := readFile(fs, "/a/data/"+marksFile, slots*slotBytes)
	if err != nil || len(b) != slots*slotBytes {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	for i := range all {
		all[i] = b[i*slotBytes:][:slotBytes]
	}
	return all
}

// wantSealingNext holds the slot to be sealed after an opening against the newest
// that is sealed: it must be the other one.
func wantSealingNext(t *testing.T, fs vfs.FS) {
	t.Helper()
	all := slotsOf(t, fs)
	first, _, ok := readSlot(all[0])
	second, _, ok2 := readSlot(all[1])
	found, err := readMarks(fs, "/a/data")
	if err != nil || !ok || !ok2 || (found.sealing == 0) != (first < second) {
		t.Errorf("turns %d and %d, next is slot %d, %v", first, second, found.sealing, err)
	}
}

// However often sealing fails, the slot that was sealed last stays as it is, and so
// the database opens after a power cut that tears all others.
func TestFailingSeals(t *testing.T) {
	for reopened := range 2 {
		for before := range 3 {
			mem := vfs.NewMem()
			var failing atomic.Value
			fs := errorfs.Wrap(mem, failingSync(&failing))
			db, err := Open(options(t, fs))
			if err != nil {
				t.Fatal(err)
			}
			write(t, db, func(b *Batch) { putEntries(b, 1, 32) })
			for range before {
				if err := db.Seal(); err != nil {
					t.Fatal(err)
				}
			}
			if reopened == 1 {
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				wantSealingNext(t, mem)
				if db, err = Open(options(t, fs)); err != nil {
					t.Fatal(err)
				}
			}
			durable := slotsOf(t, mem)
			failing.Store(marksFile)
			for range 3 {
				if err := db.Seal(); !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("sealed: %v", err)
				}
				if err := db.Sync(); err != nil { // which writes the loose slot
					t.Fatal(err)
				}
			}
			after, whole := slotsOf(t, mem), 0
			for i := range slots {
				if _, _, ok := readSlot(durable[i]); ok && bytes.Equal(durable[i], after[i]) {
					whole++
				}
			}
			if whole == 0 {
				t.Errorf("%d seals before, reopened %d: all slots were written to", before, reopened)
			}
			failing.Store("")
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A database that is made anew has nothing to do with the marks of an old one.
func TestMarksOfNewDatabase(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, nil, func(*DB) {})
	for _, name := range listing(t, fs) {
		if name == marksFile {
			continue
		}
		if err := fs.Remove("/a/data/" + name); err != nil {
			t.Fatal(err)
		}
	}
	old := appendSlot(nil, 1<<40, []mark{{"MANIFEST-000001", 1 << 20, 1}})
	old = append(old, make([]byte, slotBytes-len(old))...)
	if err := replace(fs, marksFile, bytes.Repeat(old, slots)); err != nil {
		t.Fatal(err)
	}
	o := options(t, fs)
	db := &DB{dir: o.Dir, marks: newMarks(fs, o.Dir, newListener(&o))}
	if err := errors.Join(db.checkFiles(fs), db.marks.start()); err != nil { // and the power fails
		t.Fatal(err)
	}
	if found, err := readMarks(fs, o.Dir); found.turn != 0 || len(found.marks) != 0 || err != nil {
		t.Errorf("%+v, %v", found, err)
	}
	if err := db.marks.close(); err != nil {
		t.Error(err)
	}
}

// A directory of somebody else's isn't the database's: a copy that can't be made
// there ends nothing.
func TestCheckpointFails(t *testing.T) {
	var failing atomic.Value
	fs := errorfs.Wrap(vfs.NewMem(), failingSync(&failing))
	db, err := Open(options(t, fs)) // in which a fatal error fails the test
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, func(b *Batch) { putEntries(b, 1, 32) })
	failing.Store("/a/copy")
	if err := db.Checkpoint("/a/copy"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("copied: %v", err)
	}
	write(t, db, func(b *Batch) { putEntries(b, 33, 64) })
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if _, err := (markedFS{FS: vfs.NewMem(), marks: db.marks}).OpenDir("/a/data"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that isn't there: %v", err)
	}
}
