package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gannet/storage"
)

// mib is 2^20 bytes.
const mib = 1 << 20

// smallDisk mounts a file system of some bytes for as long as the test.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprint("size=", size)); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// occupy leaves some bytes free on the disk of a directory, and returns the file
// that has taken the others.
func occupy(t *testing.T, dir string, leave int) string {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "ballast")
	if err := os.WriteFile(name, make([]byte, int(st.Bavail)*int(st.Bsize)-leave), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// filler writes to a conversation what takes room, and notes what was answered.
type filler struct {
	p        *process
	n        int
	answered []string
}

// send sends one message and returns the reason of its refusal.
func (f *filler) send() string {
	f.p.t.Helper()
	content := make([]byte, 24<<10)
	_, _ = rand.Read(content) // never fails
	f.n++
	body := fmt.Sprintf(`{"to":"b","cid":"%d","content":"%x"}`, f.n, content)
	resp, err := browser.Post("http://"+f.p.http+"/api/v1/messages/send?uid=a", "application/json", strings.NewReader(body))
	if err != nil {
		f.p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Reason string
		Data   struct {
			MsgID string `json:"msg_id"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		f.p.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		f.answered = append(f.answered, answer.Data.MsgID)
	}
	return answer.Reason
}

// until sends until the answer is this one.
func (f *filler) until(reason string) {
	f.p.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		switch got := f.send(); {
		case got == reason:
			return
		case got != "" && got != "storage_full" || time.Now().After(deadline):
			f.p.t.Fatalf("message %d: %q, want %q", f.n, got, reason)
		}
	}
}

// check reads back that what was answered is there, all of it and nothing else.
func (f *filler) check() {
	f.p.t.Helper()
	var ids []string
	for path, more := "", true; more; {
		var page struct {
			Messages []struct {
				ID, Type string
				Seq      int
			}
			HasMore bool `json:"has_more"`
		}
		f.p.api("GET", "/api/v1/messages/history?uid=b&to=a&limit=20"+path, "", &page)
		for _, m := range slices.Backward(page.Messages) {
			if m.Type == "chat" {
				ids = append(ids, m.ID)
			}
		}
		if more = page.HasMore; more {
			path = fmt.Sprint("&before=", page.Messages[0].Seq)
		}
	}
	slices.Reverse(ids)
	if !slices.Equal(ids, f.answered) {
		f.p.t.Errorf("%d messages are there, %d were answered", len(ids), len(f.answered))
	}
}

// minFree is the setting of how much is to stay free.
func minFree(bytes int) string { return fmt.Sprint("storage.min_free_bytes=", bytes) }

// TestFullDisk: a real disk fills up. New messages are refused in time, reading
// goes on, it heals when there is room, and nothing that was answered is lost.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 608*mib)
	ballast := filepath.Join(disk, "ballast") // its room is enough to heal, however little is left
	if err := os.WriteFile(ballast, make([]byte, 224*mib), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(disk, "data")
	f := &filler{p: startProcess(t, dir, minFree(192*mib))}
	f.until("storage_full")
	if len(f.answered) == 0 {
		t.Error("full from the beginning")
	}
	f.check()
	f.p.api("POST", "/api/v1/messages/recall?uid=a", `{"id":"`+f.answered[len(f.answered)-1]+`"}`, &struct{}{})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	f.until("")
	f.check()
	f.p.kill()

	f.p = startProcess(t, dir, minFree(608*mib)) // more than there can be, whatever recovery frees: it starts full, and reads
	if reason := f.send(); reason != "storage_full" {
		t.Errorf("after a restart: %q", reason)
	}
	f.check()
	f.p.stop()

	db, err := storage.Open(storage.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Verify(func(p storage.Problem) { t.Errorf("verify: %v", p) }); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestNoRoomToStart: where a start can't succeed it says so and ends, be it seen
// beforehand or only when the database wants to write what its log holds.
func TestNoRoomToStart(t *testing.T) {
	disk := smallDisk(t, 64*mib)
	dir := filepath.Join(disk, "data")
	f := &filler{p: startProcess(t, dir, minFree(0))}
	for range 500 {
		f.send()
	}
	f.p.kill()
	ballast := occupy(t, disk, mib/2)
	for _, bound := range []int{16 * mib, 0} {
		cmd := command(t, dir, minFree(bound))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		late.Stop()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitFailure || !strings.Contains(stderr.String(), "the disk is full; make room on it first") {
			t.Errorf("bound %d: %v: %s", bound, err, &stderr)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	f.p = startProcess(t, dir, minFree(0))
	f.check()
}
