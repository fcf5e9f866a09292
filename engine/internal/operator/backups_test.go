package operator

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// fakeCheckpoints writes copies of two files, or fails.
type fakeCheckpoints struct{ err error }

func (f *fakeCheckpoints) Checkpoint(dir string) error {
	return errors.Join(
		os.Mkdir(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "000004.sst"), []byte("table"), 0o600),
		os.WriteFile(filepath.Join(dir, "MANIFEST-000001"), []byte("list"), 0o600),
		os.Mkdir(filepath.Join(dir, "directory"), 0o755),
		f.err,
	)
}

func newBackups(t *testing.T, dir string, db Checkpointer) *Backups {
	t.Helper()
	return newBackupsWith(t, dir, db, func() error { return nil })
}

func newBackupsWith(t *testing.T, dir string, db Checkpointer, room func() error) *Backups {
	t.Helper()
	if err := RemoveLeft(dir); err != nil {
		t.Fatal(err)
	}
	b := NewBackups(db, dir, room, quiet)
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func create(t *testing.T, b *Backups) Backup {
	t.Helper()
	c, err := b.Create()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// copies are the directories that are there.
func copies(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, Directory))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	b := newBackups(t, dir, &fakeCheckpoints{})
	c := create(t, b)
	var names []string
	for _, f := range c.Files {
		names = append(names, f.Name)
		if f.Size == 0 || f.Modified.IsZero() {
			t.Errorf("%+v", f)
		}
	}
	if want := []string{"000004.sst", "MANIFEST-000001"}; !slices.Equal(names, want) {
		t.Errorf("has %q, want %q", names, want)
	}
	f, err := b.Open(c.ID, "000004.sst")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Remove(c.ID); err != nil {
		t.Error(err)
	}
	if text, err := io.ReadAll(f); string(text) != "table" || err != nil {
		t.Errorf("an open file reads %q, %v", text, err)
	}
	if err := errors.Join(f.Close()); err != nil {
		t.Error(err)
	}
	if left := copies(t, dir); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	if err := b.Remove(c.ID); !errors.Is(err, ErrNoBackup) {
		t.Errorf("removed twice: %v", err)
	}
}

// Nothing but the files of a copy can be opened.
func TestOpenOnlyWhatIsListed(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBackups(t, dir, &fakeCheckpoints{})
	c := create(t, b)
	for _, at := range [][2]string{
		{c.ID, "../../secret"}, {c.ID, secret}, {c.ID, "directory"}, {c.ID, ""}, {c.ID, "."}, {c.ID, "000005.sst"},
		{"", "000004.sst"}, {"../" + copyPrefix + c.ID, "000004.sst"}, {c.ID + "x", "000004.sst"},
	} {
		if f, err := b.Open(at[0], at[1]); !errors.Is(err, ErrNoBackup) {
			t.Errorf("%q: %v, %v", at, f, err)
		}
	}
}

func TestTooManyBackups(t *testing.T) {
	dir := t.TempDir()
	b := newBackups(t, dir, &fakeCheckpoints{})
	first := create(t, b)
	create(t, b)
	if _, err := b.Create(); !errors.Is(err, ErrTooManyBackups) {
		t.Fatalf("a third: %v", err)
	}
	if err := b.Remove(first.ID); err != nil {
		t.Fatal(err)
	}
	create(t, b)
	if n := len(copies(t, dir)); n != MaxBackups {
		t.Errorf("%d copies", n)
	}
}

// A copy that can't be made leaves nothing behind, and takes no place.
func TestBackupFails(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("disk")
	f := &fakeCheckpoints{err: broken}
	b := newBackups(t, dir, f)
	for range MaxBackups + 1 {
		if _, err := b.Create(); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
	}
	if left := copies(t, dir); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	f.err = nil
	create(t, b)
}

// Without room nothing is begun.
func TestBackupNeedsRoom(t *testing.T) {
	dir := t.TempDir()
	var full atomic.Bool
	full.Store(true)
	b := newBackupsWith(t, dir, &fakeCheckpoints{}, func() error {
		if full.Load() {
			return ErrNoRoom
		}
		return nil
	})
	for range MaxBackups + 1 {
		if _, err := b.Create(); !errors.Is(err, ErrNoRoom) {
			t.Error(err)
		}
	}
	if left := copies(t, dir); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	full.Store(false)
	create(t, b)
}

// slowCheckpoints are made when they are let go.
type slowCheckpoints struct {
	fakeCheckpoints
	hold chan struct{}
}

func (f *slowCheckpoints) Checkpoint(dir string) error {
	<-f.hold
	return f.fakeCheckpoints.Checkpoint(dir)
}

// The end doesn't wait for a copy longer than it may, and leaves none.
func TestBackupsCloseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		f := &slowCheckpoints{hold: make(chan struct{})}
		b := newBackups(t, dir, f)
		result := make(chan error, 1)
		go func() {
			_, err := b.Create()
			result <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closed: %v", err)
		}
		close(f.hold)
		if err := b.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, ErrClosed) || len(copies(t, dir)) != 0 {
			t.Errorf("%v, left %q", err, copies(t, dir))
		}
	})
}

// A copy that nobody fetches goes; one that is being read stays.
func TestBackupExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBackups(t, t.TempDir(), &fakeCheckpoints{})
		idle, read := create(t, b), create(t, b)
		f, err := b.Open(read.ID, "000004.sst")
		if err != nil {
			t.Fatal(err)
		}
		wait(backupLife + 1)
		if err := b.Remove(idle.ID); !errors.Is(err, ErrNoBackup) {
			t.Errorf("the idle one: %v", err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		wait(backupLife - 1)
		if f, err = b.Open(read.ID, "000004.sst"); err != nil {
			t.Fatalf("gone too early: %v", err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		wait(backupLife + 1)
		if _, err := b.Open(read.ID, "000004.sst"); !errors.Is(err, ErrNoBackup) {
			t.Errorf("after its time: %v", err)
		}
	})
}

// What an earlier run left is removed, and nothing else.
func TestLeftCopies(t *testing.T) {
	dir := t.TempDir()
	b := newBackups(t, dir, &fakeCheckpoints{})
	create(t, b)
	mine := filepath.Join(dir, Directory, "mine")
	if err := os.Mkdir(mine, 0o755); err != nil {
		t.Fatal(err)
	}
	if n := len(copies(t, dir)); n != 2 {
		t.Fatalf("%d directories", n)
	}
	newBackups(t, dir, &fakeCheckpoints{})
	if left := copies(t, dir); !slices.Equal(left, []string{"mine"}) {
		t.Errorf("%q are left", left)
	}
}

// Where nothing is under way, the end needs no time.
func TestBackupsCloseOutOfTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // a wait that has to be noticed would be lost now and then
		dir := t.TempDir()
		b := newBackups(t, dir, &fakeCheckpoints{})
		create(t, b)
		if err := b.Close(ctx); err != nil || len(copies(t, dir)) != 0 {
			t.Fatalf("%v, left %q", err, copies(t, dir))
		}
	}
}

func TestBackupsClosed(t *testing.T) {
	dir := t.TempDir()
	b := newBackups(t, dir, &fakeCheckpoints{})
	create(t, b)
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := copies(t, dir); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	if _, err := b.Create(); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}

// Copies are for the server's user only.
func TestBackupMode(t *testing.T) {
	dir := t.TempDir()
	create(t, newBackups(t, dir, &fakeCheckpoints{}))
	info, err := os.Stat(filepath.Join(dir, Directory))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
}
