package overload

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// gannet is the program that servers and attackers are started with.
var gannet string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gannet-overload-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	gannet = filepath.Join(dir, "gannet")
	build := exec.Command("go", "build", "-o", gannet, "gannet/cmd/gannet")
	build.Stderr = os.Stderr
	if err = build.Run(); err == nil {
		code := m.Run()
		os.RemoveAll(dir)
		os.Exit(code)
	}
	os.RemoveAll(dir)
	fmt.Fprintln(os.Stderr, "building the server:", err)
	os.Exit(1)
}

// TestAttacks tries all attacks with a few attackers each. What is asked is what
// doesn't depend on the machine's speed: that the server does to attackers what it
// should, that the healthy chat loses nothing, and that the figures come back to
// what they were.
func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for i := range catalogue {
		a := &catalogue[i]
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			o := Options{Scale: 4, Alone: time.Second, Lasts: time.Second, Settle: 2 * time.Minute, Dir: t.TempDir(), Executable: gannet}
			if a.files > 0 {
				o.Scale = 100 // it is the server's limit that it must come to
			}
			o.Attacks = []string{a.name}
			rows, err := measure(t.Context(), o, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			r := rows[0]
			t.Logf("%+v", *r)
			for _, fault := range r.Faults {
				t.Error(fault)
			}
			if r.Peak.Memory > 300<<20 {
				t.Errorf("%d MiB at the peak", r.Peak.Memory>>20)
			}
		})
	}
}

// TestNoServer: what can't be tried is an error, and no row.
func TestNoServer(t *testing.T) {
	for name, o := range map[string]Options{
		"no such program":     {Executable: filepath.Join(t.TempDir(), "none")},
		"another program":     {Executable: "/bin/false"},
		"no such attack":      {Executable: gannet, Attacks: []string{"sorcery"}},
		"a server that fails": {Executable: gannet, ServerArgs: []string{"--set", "reactors=-1"}},
	} {
		if err := Run(t.Context(), o, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
