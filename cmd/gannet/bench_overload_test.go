package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestBenchOverloadUsage: mistakes in the options are told apart from harm done.
func TestBenchOverloadUsage(t *testing.T) {
	for _, options := range []string{
		"--attacks sorcery", "--scale 0", "--scale 1001", "--scale many", "--alone 0s", "--lasts -1s", "--settle 0s", "extra",
	} {
		var stdout, stderr bytes.Buffer
		line := append([]string{"bench", "overload"}, strings.Fields(options)...)
		if got := run(t.Context(), line, strings.NewReader(""), &stdout, &stderr); got != exitUsage || stderr.Len() == 0 {
			t.Errorf("%s: exit %d\n%s", options, got, &stderr)
		}
	}
}
