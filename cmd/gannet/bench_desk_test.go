package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestBenchDeskUsage: mistakes in the options are told before anything is started.
func TestBenchDeskUsage(t *testing.T) {
	for _, options := range []string{
		"--agents -1", "--agents 1000000", "--visitors -1", "--rate -5", "--rounds -1", "--kills -1", "--duration -1s", "--seed x", "extra",
	} {
		var stdout, stderr bytes.Buffer
		line := append([]string{"bench", "desk"}, strings.Fields(options)...)
		if got := run(t.Context(), line, strings.NewReader(""), &stdout, &stderr); got != exitUsage || stderr.Len() == 0 {
			t.Errorf("%s: exit %d\n%s", options, got, &stderr)
		}
	}
}
