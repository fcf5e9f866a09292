package failpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The clock is ahead by what the file says at this moment, and right without one.
func TestAhead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock")
	c, err := parseClock("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, step := range []struct {
		text string // "": no file
		by   time.Duration
	}{{"", 0}, {"61s", 61 * time.Second}, {"62s\n", 62 * time.Second}, {"25h0m1s", 25*time.Hour + time.Second}, {"", 0}} {
		if step.text == "" {
			_ = os.Remove(path) // it isn't there at first
		} else if err := os.WriteFile(path, []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if by := c.shift(now).Sub(now.Round(0)); by != step.by {
			t.Errorf("%q: %v ahead", step.text, by)
		}
	}
}

// A file that says nothing that can be understood is told at once: at the start,
// and else by the end of the process.
func TestAheadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock")
	c, err := parseClock("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("an hour"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parseClock("file:" + path); err == nil || !strings.Contains(err.Error(), "an hour") {
		t.Error(err)
	}
	if _, err := parseClock("file:" + t.TempDir()); err == nil {
		t.Error("a directory is a clock")
	}
	defer func() {
		if recover() == nil {
			t.Error("the clock went on")
		}
	}()
	c.shift(time.Now())
}
