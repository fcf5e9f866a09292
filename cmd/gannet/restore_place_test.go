package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gannet/storage"
)

// bindMount mounts a directory at itself for as long as the test: it is on the file
// system of the directory above it, and yet can't be renamed.
func bindMount(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// A mount point is filled where it is, with nothing beside it, or is empty again.
func TestRestoreIntoMountPoint(t *testing.T) {
	backup := newBackedUp(t)
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.CopyFS(broken, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	m, err := storage.ReadManifest(broken)
	if err != nil {
		t.Fatal(err)
	}
	truncate(t, filepath.Join(broken, m.Files[len(m.Files)-1].Name), 0)
	replace(t, filepath.Join(broken, storage.ManifestName), `"size": 0`, `"size": 1`)
	for name, dir := range map[string]string{"another disk": smallDisk(t, 64*mib), "the same disk": bindMount(t)} {
		t.Run(name, func(t *testing.T) {
			if err := os.Mkdir(filepath.Join(dir, "lost+found"), 0o700); err != nil {
				t.Fatal(err)
			}
			gannet(t, exitFailure, "restore", broken, "--data", dir)
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Errorf("there are %v, %v", entries, err)
			}
			gannet(t, exitOK, "restore", backup, "--data", dir)
			if beside, err := filepath.Glob(dir + "?*"); err != nil || len(beside) > 0 {
				t.Errorf("beside it are %v, %v", beside, err)
			}
			gannet(t, exitOK, "verify", dir)
			startProcess(t, dir).stop()
			_, said := gannet(t, exitFailure, "restore", backup, "--data", dir)
			says(t, said, dir+" isn't empty")
		})
	}
}

// A restore that was killed while it filled a mount point has made nothing that
// opens.
func TestRestoreKilledInPlace(t *testing.T) {
	backup, dir := newBackedUp(t), bindMount(t)
	m, err := storage.ReadManifest(backup)
	if err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(backup, m.Files[len(m.Files)-1].Name)
	remove(t, pipe)
	if err := unix.Mkfifo(pipe, 0o600); err != nil { // which the copying waits at
		t.Fatal(err)
	}
	cmd := exec.Command("gannet", "restore", backup, "--data", dir)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { panic("nobody opens the last file") })
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	late.Stop()
	if err := errors.Join(err, cmd.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	refusesToStart(t, dir, "a restore into it isn't done")
	out, errs := gannet(t, exitFailure, "verify", dir)
	says(t, out+errs, "a restore into it isn't done")
	_, said := gannet(t, exitFailure, "restore", backup, "--data", dir)
	says(t, said, dir+" has what an interrupted restore has left")
}

// An empty directory in one that isn't ours is filled where it is.
func TestRestoreInForeignDirectory(t *testing.T) {
	backup := newBackedUp(t)
	above := t.TempDir()
	dir := filepath.Join(above, "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(above, 0o555); err != nil {
		t.Fatal(err)
	}
	r := restore{from: backup, to: dir, progress: newProgress(t.Output(), false)}
	if err := asNobody(t, []string{backup, dir}, func() error { _, err := r.run(t.Context()); return err }); err != nil {
		t.Fatal(err)
	}
	gannet(t, exitOK, "verify", dir)
}

// asNobody does something without the rights of root over files, but as the owner of
// some directories and what is in them.
func asNobody(t *testing.T, dirs []string, do func() error) error {
	t.Helper()
	if os.Geteuid() != 0 {
		return do()
	}
	const nobody = 65534
	for _, dir := range dirs {
		for path := range owners(t, dir) {
			if err := os.Chown(path, nobody, -1); err != nil {
				t.Fatal(err)
			}
		}
		for above := filepath.Dir(dir); above != os.TempDir() && above != "/"; above = filepath.Dir(above) {
			info, err := os.Stat(above)
			if err == nil {
				err = os.Chmod(above, info.Mode().Perm()|0o055)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends, too
		done <- errors.Join(unix.Setfsuid(nobody), do())
	}()
	return <-done
}
