package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// Whoever's words an error has, a terminal only shows them.
func TestErrorsAreInert(t *testing.T) {
	var stderr bytes.Buffer
	report(&stderr, errors.New("no: \x1b[2J\u202e\nmore"))
	if got := stderr.String(); got != "gannet: no: ␛[2J<U+202E>\n  more\n" {
		t.Errorf("%q", got)
	}
}

func TestExitCodes(t *testing.T) {
	for line, want := range map[string]int{
		"":                              exitOK,
		"version":                       exitOK,
		"config":                        exitOK,
		"help serve":                    exitOK,
		"nonsense":                      exitUsage,
		"serve --nonsense":              exitUsage,
		"serve extra":                   exitUsage,
		"serve --set node_id=-1":        exitUsage,
		"serve --config /nowhere.yaml":  exitUsage,
		"config --set nonsense=1":       exitUsage,
		"token":                         exitUsage,
		"apikey":                        exitUsage,
		"bench nonsense":                exitUsage,
		"config --reference --markdown": exitUsage,
	} {
		var stdout, stderr bytes.Buffer
		got := run(context.Background(), strings.Fields(line), strings.NewReader(""), &stdout, &stderr)
		if got != want {
			t.Errorf("gannet %s: exit %d, want %d\n%s", line, got, want, &stderr)
		}
		if (got == exitOK) != (stderr.Len() == 0) {
			t.Errorf("gannet %s: exit %d with %q on standard error", line, got, &stderr)
		}
	}
}
