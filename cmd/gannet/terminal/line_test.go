package terminal

import (
	"strings"
	"testing"
)

// press gives keys to an editor, by name or as text, and returns what is typed then,
// with | at the cursor.
func press(e *editor, names ...string) string {
	for _, name := range names {
		if text, ok := strings.CutPrefix(name, "'"); ok {
			e.press(key{text: text})
			continue
		}
		e.press(key{name: name})
	}
	return e.line.before + "|" + e.line.after
}

func newTestEditor() *editor {
	return &editor{width: 40, height: 10, entered: func(string) {}, left: func(string) {}, typed: func() {},
		complete: func(string) (int, []string) { return 0, nil }}
}

func TestEditing(t *testing.T) {
	for want, names := range map[string][]string{
		"你|":           {"'你好", "backspace"},
		"你|好":          {"'你好", "left"},
		"|你好":          {"'你好", "home"},
		"a|":           {"'a👨‍👩‍👧", "backspace"},
		"|👨‍👩‍👧b":      {"'👨‍👩‍👧b", "left", "left"},
		"one |":        {"'one two", "cut-word"},
		"|":            {"'one two", "cut-start"},
		"one |two":     {"'one two", "word-left"},
		"one| two":     {"'one two", "home", "word-right"},
		"|ne":          {"'one", "home", "delete"},
		"two|one ":     {"'one two", "cut-word", "home", "paste"},
		"a b|":         {"'a\tb"},
		"ab|":          {"'a\x01b"},
		"a\n|":         {"'a", "newline"},
		"a　|":          {"'a　b", "cut-word"},
		"first|":       {"'first", "enter", "'second", "enter", "up", "up"},
		"unfinished|":  {"'first", "enter", "'unfinished", "up", "down"},
		"first again|": {"'first", "enter", "'first", "enter", "up", "' again"},
	} {
		if got := press(newTestEditor(), names...); got != want {
			t.Errorf("%q gives %q, want %q", names, got, want)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for range mostLines + 10 {
		h.add(strings.Repeat("x", len(h.lines)%7+1))
	}
	if len(h.lines) != mostLines {
		t.Errorf("%d lines are kept", len(h.lines))
	}
	if _, ok := h.move(1, ""); ok {
		t.Error("there is something after the last line")
	}
}
