package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"gannet/engine/auth"
)

func TestKeyFitsItsEntry(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"apikey", "--name", "billing"}, strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	words := strings.Fields(stdout.String())
	if len(words) != 4 {
		t.Fatalf("%q", &stdout)
	}
	keys, err := auth.NewAPIKeys(words[3:])
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := keys.Find(words[1]); name != "billing" || !ok {
		t.Errorf("%q, %t", name, ok)
	}
}
