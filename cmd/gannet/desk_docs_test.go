package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shellExample is a command of a page, and what it prints there.
type shellExample struct{ command, printed string }

// shellExamples are the commands behind a $ in the fences of a page, but for the
// server's.
func shellExamples(t *testing.T, page string) (list []shellExample) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	fenced, shell := false, false
	for line := range strings.Lines(string(text)) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			fenced, shell = !fenced, false
		case fenced && isCommand:
			shell = true
			list = append(list, shellExample{command: strings.TrimSpace(command)})
		case shell:
			list[len(list)-1].printed += line
		}
	}
	return slices.DeleteFunc(list, func(e shellExample) bool { return strings.HasPrefix(e.command, "gannet ") })
}

// TestDeskQuickStart does what docs/desk.md shows, against a real server, and gets
// answers of the shape that stands there.
func TestDeskQuickStart(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the quick start of docs/desk.md was NOT tried: its commands need curl")
	}
	p := startProcess(t, t.TempDir(), "desk.visitors=true")
	const mark = "=== next ===\n"
	script, examples := "", shellExamples(t, "../../docs/desk.md")
	for _, e := range examples {
		script += strings.ReplaceAll(e.command, "127.0.0.1:9501", p.http) + "\n"
		if strings.HasSuffix(e.command, "&") { // it is to be connected before what follows
			script += "until grep -q welcome amy.txt; do sleep 0.02; done\n"
		}
		script += "printf '" + strings.TrimSpace(mark) + "\\n'\n"
	}
	printed := runShell(t, script+"kill $!\n")
	answers := strings.Split(printed, mark)
	if len(answers) != len(examples)+1 || len(examples) < 10 {
		t.Fatalf("%d commands and %d answers:\n%s", len(examples), len(answers), printed)
	}
	for i, e := range examples {
		if err := sameShape(e.printed, answers[i]); err != nil {
			t.Errorf("%s\nprinted %sthe page says %s%v", e.command, answers[i], e.printed, err)
		}
	}
}

func runShell(t *testing.T, script string) (printed string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-eu")
	cmd.Stdin, cmd.Dir, cmd.WaitDelay = strings.NewReader(script), t.TempDir(), patience
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, &log)
	}
	return string(out)
}

var timeText = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// sameShape compares two answers: of JSON the members and their types, of a text
// all but the times.
func sameShape(want, got string) error {
	if !strings.HasPrefix(want, "{") {
		return same(timeText.ReplaceAllString(want, "T"), timeText.ReplaceAllString(got, "T"))
	}
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		return err
	}
	return sameTypes(a, b)
}

func sameTypes(want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		if err := same(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); err != nil {
			return err
		}
		for key := range want {
			if err := sameTypes(want[key], got[key]); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []any:
		if got, ok := got.([]any); ok && len(want) > 0 && len(got) > 0 {
			return sameTypes(want[0], got[0])
		}
	}
	return same(reflect.TypeOf(want), reflect.TypeOf(got))
}
