package overload

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "gannet/engine" // what is tried: results that were kept from before it changed say nothing
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

// briefly is a try of an attack with a few attackers.
func briefly(t *testing.T, name string) Options {
	const beat = 500 * time.Millisecond
	o := Options{Scale: 4, Alone: beat, Lasts: 2 * beat, Settle: 2 * time.Minute, Dir: t.TempDir(), Executable: gannet, Attacks: []string{name}}
	switch {
	case attackNamed(name).files > 0:
		o.Scale = 100 // it is the server's limit that it must come to
	case name == "silent-readers":
		o.Scale = 1 // what more leave behind is given back after 10 s only
	}
	return o
}

// TestAttacks tries attacks with a few attackers each, side by side. What is asked is what
// doesn't depend on the machine's speed: that the server does to attackers what it
// should, that the healthy chat loses nothing, and that the figures come back to
// what they were.
func TestAttacks(t *testing.T) {
	names := shortAttacks()
	rows, errs := make([][]*Row, len(names)), make([]error, len(names))
	var all sync.WaitGroup // they mostly wait: more of them than t.Parallel runs at a time
	for i, name := range names {
		o := briefly(t, name)
		all.Go(func() { rows[i], errs[i] = measure(t.Context(), o, io.Discard) })
	}
	all.Wait()
	for i, name := range names {
		t.Run(name, func(t *testing.T) { judgeBriefly(t, rows[i], errs[i]) })
	}
}

func judgeBriefly(t *testing.T, rows []*Row, err error) {
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
}

// TestNoServer: what can't be tried is an error, and no row.
func TestNoServer(t *testing.T) {
	for name, o := range map[string]Options{
		"no such program":     {Executable: filepath.Join(t.TempDir(), "none")},
		"another program":     {Executable: "/bin/false"},
		"a server that fails": {Executable: gannet, ServerArgs: []string{"--set", "reactors=-1"}},
	} {
		o.Scale, o.Alone, o.Lasts, o.Settle = 1, time.Second, time.Second, time.Second
		if err := Run(t.Context(), o, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
