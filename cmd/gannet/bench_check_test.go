package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchCheck: a history in which a promise is broken is a failure.
func TestBenchCheck(t *testing.T) {
	const (
		begun    = `{"at":1,"user":"a","conn":1,"op":1,"phase":"invoke","verb":"send","conv":"single_a:b","cid":"c","content":"hi"}` + "\n"
		answered = `{"at":2,"user":"a","conn":1,"op":1,"phase":"ok","verb":"send","conv":"single_a:b","cid":"c","content":"hi","seq":1,"id":"7"}` + "\n"
		reading  = `{"at":3,"user":"b","conn":0,"op":2,"phase":"invoke","verb":"final","conv":"single_a:b"}` + "\n"
		there    = `{"at":4,"user":"b","conn":0,"op":2,"phase":"ok","verb":"final","conv":"single_a:b","entries":[{"seq":1,"id":"7","from":"a","content":"hi"}]}` + "\n"
		nothing  = `{"at":4,"user":"b","conn":0,"op":2,"phase":"ok","verb":"final","conv":"single_a:b"}` + "\n"
	)
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := file("good", begun+answered+reading+there)
	bad := file("bad", begun+answered+reading+nothing)
	cut := file("cut", begun+answered[:40])
	for _, test := range []struct {
		args []string
		exit int
		said string // on standard output, or on standard error where there is none
	}{
		{[]string{good}, exitOK, "no violations"},
		{[]string{bad}, exitFailure, "lost"},
		{[]string{good, bad}, exitFailure, "lost"},
		{[]string{cut}, exitFailure, "line 2"},
		{[]string{filepath.Join(dir, "none")}, exitFailure, "no such file"},
		{nil, exitUsage, "at least one"},
	} {
		var stdout, stderr bytes.Buffer
		exit := run(t.Context(), append([]string{"bench", "check"}, test.args...), strings.NewReader(""), &stdout, &stderr)
		if said := stdout.String() + stderr.String(); exit != test.exit || !strings.Contains(said, test.said) {
			t.Errorf("%v: exit %d, it says %q", test.args, exit, said)
		}
	}
}

// TestBenchChaosUsage: what can't be tried is a mistake of who asks for it.
func TestBenchChaosUsage(t *testing.T) {
	for line, said := range map[string]string{
		"--faults flood":         "there is no fault",
		"--rounds -1":            "rounds",
		"kill":                   "takes no argument",
		"--faults kill --nonono": "unknown flag",
	} {
		var stdout, stderr bytes.Buffer
		exit := run(t.Context(), append([]string{"bench", "chaos"}, strings.Fields(line)...), strings.NewReader(""), &stdout, &stderr)
		if exit != exitUsage || !strings.Contains(stderr.String(), said) {
			t.Errorf("bench chaos %s: exit %d, %q", line, exit, &stderr)
		}
	}
}
