//go:build !failpoints

package failpoint

import (
	"os/exec"
	"testing"
	"time"
)

// Without the tag nothing is read from the environment and nothing happens.
func TestOff(t *testing.T) {
	t.Setenv("FAILPOINT", "no such place:0")
	t.Setenv("FAILPOINT_CLOCK", "stands still")
	if err := Check(); err != nil || Built {
		t.Errorf("%v, %v", err, Built)
	}
	Hit(BeforeWrite)
	if now := time.Now(); Wall(now) != now {
		t.Error("the clock was shifted")
	}
}

// TestWithTag runs the tests of what is there only with the tag.
func TestWithTag(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package a second time")
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-tags=failpoints", ".").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
