package main

import "testing"

// TestMutantsCanBeMade fails when the source has moved on and the table hasn't.
func TestMutantsCanBeMade(t *testing.T) {
	t.Chdir("../..")
	for _, m := range mutants {
		if _, err := m.write(t.TempDir()); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}

func TestNoticed(t *testing.T) {
	for name, tc := range map[string]struct {
		out, want string
		fails     bool
	}{
		"a test":    {out: "x\n--- FAIL: TestCrash (0.01s)\n", want: "./p TestCrash"},
		"a panic":   {out: "panic: test timed out after 5m0s\ngoroutine 1", want: "./p panic: test timed out after 5m0s"},
		"the build": {out: "FAIL ./p [build failed]", fails: true},
	} {
		got, err := noticed("./p", []byte(tc.out))
		if got != tc.want || (err != nil) != tc.fails {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
