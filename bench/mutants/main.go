package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(names []string) error {
	chosen, err := choose(names)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gannet-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mutant\tbreaks\tresult\tafter")
	killed := 0
	for _, m := range chosen {
		start := time.Now()
		result, err := m.judge(filepath.Join(dir, m.name))
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if result != "" {
			killed++
			result = "killed by " + result
		} else {
			result = "SURVIVED"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f s\n", m.name, m.breaks, result, time.Since(start).Seconds())
		fmt.Fprintf(os.Stderr, "%s: %s\n", m.name, result)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d of %d killed\n", killed, len(chosen))
	if killed < len(chosen) {
		return errors.New("a mutant survived: a promise has no test")
	}
	return nil
}

func choose(names []string) ([]mutant, error) {
	if len(names) == 0 {
		return mutants, nil
	}
	var chosen []mutant
	for _, name := range names {
		before := len(chosen)
		for _, m := range mutants {
			if m.name == name {
				chosen = append(chosen, m)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("there is no mutant %q", name)
		}
	}
	return chosen, nil
}

// judge returns the test that noticed, "" if none did.
func (m *mutant) judge(dir string) (string, error) {
	overlay, err := m.write(dir)
	if err != nil {
		return "", err
	}
	build := append([]string{"build", "-overlay", overlay}, m.tests...)
	if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("it doesn't compile: %s", out)
	}
	for _, pkg := range m.tests {
		out, err := exec.Command("go", "test", "-overlay", overlay, "-failfast", "-count=1", "-timeout=5m", pkg).CombinedOutput()
		if err != nil {
			return noticed(pkg, out)
		}
	}
	return "", nil
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// noticed names the test in the output that failed. A test that crashed or ran
// into its time limit has noticed, too; one that didn't compile hasn't.
func noticed(pkg string, out []byte) (string, error) {
	if found := failure.FindSubmatch(out); found != nil {
		return pkg + " " + string(found[1]), nil
	}
	for _, end := range []string{"panic: ", "fatal error: "} {
		if at := bytes.Index(out, []byte(end)); at >= 0 {
			line, _, _ := strings.Cut(string(out[at:]), "\n")
			return pkg + " " + line, nil
		}
	}
	return "", fmt.Errorf("%s failed in another way: %s", pkg, out)
}

// write makes the broken files and the overlay that puts them in place of the
// real ones.
func (m *mutant) write(dir string) (overlay string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for i, e := range m.edits {
		path, err := filepath.Abs(e.file)
		if err != nil {
			return "", err
		}
		from := path
		if earlier, ok := replace[path]; ok {
			from = earlier
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if n := strings.Count(string(text), e.old); n != 1 {
			return "", fmt.Errorf("%s has %d times what is to be replaced: %q", e.file, n, e.old)
		}
		broken := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(broken, []byte(strings.Replace(string(text), e.old, e.new, 1)), 0o644); err != nil {
			return "", err
		}
		replace[path] = broken
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o644)
}
