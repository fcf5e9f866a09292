package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A second signal ends a command that doesn't come to its end after the first: here
// one whose server doesn't answer to being told that the copy isn't needed.
func TestSecondSignal(t *testing.T) {
	asked := make(chan string, 2)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprint(w, `{"data":{"id":"b1","files":[{"name":"000004.sst","size":1}]}}`)
			return
		}
		asked <- r.Method
		<-r.Context().Done()
	}))
	defer s.Close()
	cmd := exec.Command("gannet", "backup", filepath.Join(t.TempDir(), "backups"), "--admin", s.URL)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{http.MethodGet, http.MethodDelete} {
		if method := <-asked; method != want {
			t.Errorf("%s came, not %s", method, want)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}
	_ = cmd.Wait() // says that it was ended
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}
