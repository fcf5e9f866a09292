//go:build failpoints

package failpoint

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is also the process that fails: it says which place it has come to,
// three times each of two.
func TestMain(m *testing.M) {
	if os.Getenv("FAILPOINT_CHILD") == "" {
		os.Exit(m.Run())
	}
	if err := Check(); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	for n := range 3 {
		Hit(BeforeSync)
		fmt.Print("s", n+1, " ")
		Hit(AfterSync)
		fmt.Print("t", n+1, " ")
	}
	fmt.Print(Wall(time.Unix(0, 0)).Unix(), " ", Now().Unix()-time.Now().Unix())
	os.Exit(0)
}

func child(t *testing.T, rules, clock string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "FAILPOINT_CHILD=1", "FAILPOINT="+rules, "FAILPOINT_CLOCK="+clock)
	return cmd
}

func TestKill(t *testing.T) {
	for rules, want := range map[string]string{
		"before-sync:1":                        "",
		"after-sync:1":                         "s1 ",
		"before-sync:3:kill":                   "s1 t1 s2 t2 ",
		"after-sync:3,before-sync:2":           "s1 t1 ",
		"before-sync:1:sleep=1ms,after-sync:2": "s1 t1 s2 ",
	} {
		out, err := child(t, rules, "").Output()
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || string(out) != want {
			t.Errorf("%s: %q, %v", rules, out, err)
		}
	}
}

func TestGoesOn(t *testing.T) {
	for _, rules := range []string{"", "before-sync:4", "mid-recall:1:stop"} {
		out, err := child(t, rules, "").Output()
		if err != nil || string(out) != "s1 t1 s2 t2 s3 t3 0 0" {
			t.Errorf("%s: %q, %v", rules, out, err)
		}
	}
	begin := time.Now()
	if out, err := child(t, "after-sync:2:sleep=300ms", "").Output(); err != nil || time.Since(begin) < 300*time.Millisecond {
		t.Errorf("%q, %v after %v", out, err, time.Since(begin))
	}
}

// A halted process goes on where it was.
func TestStop(t *testing.T) {
	cmd := child(t, "after-sync:2:stop", "")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("%v, stopped %v", err, status.Stopped())
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.HasPrefix(out.String(), "s1 t1 s2 t2 s3 t3 ") {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestClock(t *testing.T) {
	out, err := child(t, "", "jumps:3").Output()
	off := int64(newJumps(3).start / time.Second)
	var wall, now int64
	if n, _ := fmt.Sscanf(string(out), "s1 t1 s2 t2 s3 t3 %d %d", &wall, &now); err != nil || n != 2 {
		t.Fatalf("%q, %v", out, err)
	}
	if max(wall-off, off-wall) > 1 || max(now-off, off-now) > 1 {
		t.Errorf("%d and %d off, want %d", wall, now, off)
	}
}

// The child's clock is ahead by what stands in a file.
func TestClockOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(path, []byte("1h1s"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := child(t, "", "file:"+path).Output()
	if err != nil || !strings.HasPrefix(string(out), "s1 t1 s2 t2 s3 t3 3601 360") {
		t.Errorf("%q, %v", out, err)
	}
}

func TestRefuses(t *testing.T) {
	for _, env := range [][2]string{{"mid-air:1", ""}, {"", "stands still"}} {
		out, err := child(t, env[0], env[1]).Output()
		if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.ExitCode() != 3 || len(out) == 0 {
			t.Errorf("%v: %q, %v", env, out, err)
		}
	}
}
