package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine makes one with files of the kernel's.
func machine(t *testing.T, files map[string]string) Machine {
	t.Helper()
	m := Machine{Root: t.TempDir()}
	for name, text := range files {
		path := filepath.Join(m.Root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// only wants one line in a report.
func only(t *testing.T, r *Report, check string, state State, found string) {
	t.Helper()
	if len(r.Lines) != 1 {
		t.Fatalf("%d lines: %+v", len(r.Lines), r.Lines)
	}
	line(t, r, check, state, found)
}

// line wants a line of a check.
func line(t *testing.T, r *Report, check string, state State, found string) {
	t.Helper()
	for _, l := range r.Lines {
		if l.Check != check {
			continue
		}
		if l.State != state || !strings.Contains(l.Found, found) {
			t.Errorf("%+v, want %s with %q", l, state, found)
		}
		if (l.State == OK || l.State == Unknown && l.Check != "machine") != (l.Advice == "") {
			t.Errorf("%+v: what is bad needs advice, and nothing else does", l)
		}
		return
	}
	t.Errorf("no line of %s in %+v", check, r.Lines)
}
