package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInert(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain text":          {"hello", "hello"},
		"an escape sequence":  {"\x1b[2Jgone", "␛[2Jgone"},
		"a title":             {"\x1b]0;x\x07", "␛]0;x␇"},
		"C1 control":          {"a\u009b31mb", "a<U+009B>31mb"},
		"backspaces":          {"yes\b\b\bno", "yes␈␈␈no"},
		"carriage return":     {"12\r34", "12␍34"},
		"a network's line":    {"a\r\nb", "a\nb"},
		"delete":              {"\x7f", "␡"},
		"tab":                 {"a\tb", "a    b"},
		"right to left":       {"pay \u202e001", "pay <U+202E>001"},
		"isolates":            {"\u2066x\u2069", "<U+2066>x<U+2069>"},
		"zero width space":    {"a\u200bb", "a<U+200B>b"},
		"separators of lines": {"a\u2028b", "a<U+2028>b"},
		"bad UTF-8":           {"a\xffb", "a\ufffdb"},
		"bad UTF-8 besides":   {"\x1b\xff", "␛\ufffd"},
		"a family":            {"👨‍👩‍👧", "👨‍👩‍👧"},
		"Chinese":             {"你好，世界", "你好，世界"},
		"Arabic":              {"مرحبا", "مرحبا"},
		"two lines":           {"a\nb", "a\nb"},
	} {
		if got := inert(test.text); got != test.want {
			t.Errorf("%s: %q becomes %q, want %q", name, test.text, got, test.want)
		}
	}
	if got := inertLine("a\nb"); got != "a⏎b" {
		t.Errorf("in a line: %q", got)
	}
}

// Whatever comes in, nothing comes out that a terminal obeys.
func FuzzInert(f *testing.F) {
	f.Add("\x1b[31mred\u009b\u202e\r\n\t\xf0\x9f")
	f.Fuzz(func(t *testing.T, text string) {
		got := inert(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, hidden) {
			t.Errorf("%q becomes %q", text, got)
		}
		if strings.ContainsRune(inertLine(text), '\n') {
			t.Errorf("%q isn't in one line", text)
		}
	})
}
