package terminal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		width int
		want  []string
	}{
		"fits":             {"a few words", 20, []string{"a few words"}},
		"exactly":          {"12345", 5, []string{"12345"}},
		"between words":    {"one two three", 8, []string{"one two", "three"}},
		"a long word":      {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"line feeds":       {"a\n\nb", 10, []string{"a", "", "b"}},
		"wide characters":  {"你好世界", 5, []string{"你好", "世界"}},
		"wide and narrow":  {"a你b好c", 4, []string{"a你b", "好c"}},
		"a family is one":  {"ab👨‍👩‍👧cd", 4, []string{"ab👨‍👩‍👧", "cd"}},
		"marks stay":       {"e\u0301e\u0301e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		"nothing":          {"", 5, []string{""}},
		"blanks at breaks": {"ab   cd", 3, []string{"ab", "cd"}},
	} {
		if got := wrap(test.text, test.width); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Rows are never wider than asked for, and nothing but blanks and line feeds is
// lost.
func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := inert(rapid.StringOf(rapid.RuneFrom([]rune("ab 你好👍\u0301-\n"))).Draw(t, "text"))
		width := rapid.IntRange(2, 12).Draw(t, "width")
		rows := wrap(text, width)
		for _, row := range rows {
			if columns(row) > width {
				t.Fatalf("%q is wider than %d", row, width)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got, want := bare.Replace(strings.Join(rows, "")), bare.Replace(text); got != want {
			t.Fatalf("%q becomes %q", text, rows)
		}
	})
}

func TestClip(t *testing.T) {
	for text, want := range map[string]string{"short": "short", "a long text": "a lo…", "你好世界": "你好…", "12345": "12345"} {
		if got := clip(text, 5); got != want {
			t.Errorf("%q is clipped to %q", text, got)
		}
	}
}
