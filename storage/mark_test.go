package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestSlot(t *testing.T) {
	marks := []mark{{"000001.log", 5, 0xabc}, {"MANIFEST-000002", 1 << 40, 0}}
	b := append(appendSlot(nil, 7, marks), "left over from a longer one\nend 00000000\n"...)
	if turn, got, ok := readSlot(b); turn != 7 || !slices.Equal(got, marks) || !ok {
		t.Fatalf("%d %v %v", turn, got, ok)
	}
	end := len(appendSlot(nil, 7, marks))
	for i := range end * 8 {
		bad := slices.Clone(b[:end])
		bad[i/8] ^= 1 << (i % 8)
		if _, got, ok := readSlot(bad); ok {
			t.Fatalf("bit %d: %v from %q", i, got, bad)
		}
	}
	for i := range end {
		if _, _, ok := readSlot(b[:i]); ok {
			t.Fatalf("%q is taken", b[:i])
		}
	}
	many := make(map[string]mark)
	for i := range 1000 {
		name := fmt.Sprintf("%06d.log", i)
		many[name] = mark{name, 1 << 50, 1 << 31}
	}
	if n := len(appendSlot(nil, 1<<60, newest(many))); n > slotBytes {
		t.Errorf("a slot of %d bytes", n)
	}
}

// damaged opens a copy of a closed database after a change, and returns the error.
func damaged(t *testing.T, fs vfs.FS, change func(fs vfs.FS) error) error {
	t.Helper()
	clone := cloned(t, fs)
	if err := change(clone); err != nil {
		t.Fatal(err)
	}
	before := listing(t, clone)
	db, err := Open(options(t, clone))
	if err == nil {
		return db.Close()
	}
	if after := listing(t, clone); !slices.Equal(after, before) {
		t.Errorf("%v\nmade of %q\n%q", err, before, after)
	}
	return err
}

func listing(t *testing.T, fs vfs.FS) []string {
	t.Helper()
	names, err := fs.List("/a/data")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func replace(fs vfs.FS, name string, content []byte) error {
	return writeFile(fs, "/a/data", name, content)
}

// A log or manifest that is too short or not the one that was written is refused,
// before anything in the directory is changed.
func TestMarksRefuse(t *testing.T) {
	fs := filled(t, 1, ends["closed"])
	names := listing(t, fs)
	log, manifest := "/a/data/"+ofKind(names, ".log")[0], "/a/data/"+ofKind(names, "MANIFEST")[0]
	short := func(name string) func(vfs.FS) error {
		return func(fs vfs.FS) error {
			b, err := readFile(fs, name, 1<<30)
			return errors.Join(err, replace(fs, fs.PathBase(name), b[:len(b)-12]))
		}
	}
	for want, change := range map[string]func(vfs.FS) error{
		".log has":       short(log),
		"MANIFEST-":      short(manifest),
		"says nothing":   func(fs vfs.FS) error { return replace(fs, marksFile, make([]byte, slots*slotBytes)) },
		"of MANIFEST-00": func(fs vfs.FS) error { flip(t, fs, manifest, 99); return nil },
		"there are tables, but": func(fs vfs.FS) error {
			return fs.Remove("/a/data/" + ofKind(names, "marker.manifest")[0])
		},
	} {
		if err := damaged(t, fs, change); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := damaged(t, fs, func(vfs.FS) error { return nil }); err != nil {
		t.Errorf("undamaged: %v", err)
	}
	if err := damaged(t, fs, func(fs vfs.FS) error { return fs.Remove("/a/data/" + marksFile) }); err != nil {
		t.Errorf("without marks: %v", err)
	}
}

// Two slots that were torn by a power cut leave the third.
func TestTornSlots(t *testing.T) {
	fs := filled(t, 1, ends["closed"])
	for whole := range slots {
		err := damaged(t, fs, func(fs vfs.FS) error {
			b, err := readFile(fs, "/a/data/"+marksFile, slots*slotBytes)
			for i := range slots {
				if i != whole {
					b[i*slotBytes+3] ^= 1
				}
			}
			return errors.Join(err, replace(fs, marksFile, b))
		})
		if err != nil {
			t.Errorf("slot %d alone: %v", whole, err)
		}
	}
}

// A mark is never ahead of what is durable.
func TestMarkFollowsSync(t *testing.T) {
	fs := vfs.NewMem()
	o := options(t, fs)
	m := newMarks(fs, "/", newListener(&o))
	f, err := markedFS{FS: fs, marks: m}.Create("/000001.log", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{0, 5} {
		if _, err := f.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if got := m.list(); len(got) != 1 || got[0].length != want {
			t.Errorf("%+v, want length %d", got, want)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
