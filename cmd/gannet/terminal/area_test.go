package terminal

import (
	"slices"
	"strings"
	"testing"
)

func TestLayOut(t *testing.T) {
	for name, test := range map[string]struct {
		before, after string
		rows          []string
		row, col      int
	}{
		"nothing":             {"", "", []string{"> "}, 0, 2},
		"within a row":        {"ab", "c", []string{"> abc"}, 0, 4},
		"a full row":          {"abcdef", "", []string{"> abcdef", ""}, 1, 0},
		"before a full row":   {"abcde", "f", []string{"> abcdef"}, 0, 7},
		"at a break":          {"abcdef", "gh", []string{"> abcdef", "gh"}, 1, 0},
		"wide at the edge":    {"你好a", "世", []string{"> 你好a", "世"}, 0, 7},
		"wide behind it":      {"你好a世", "", []string{"> 你好a", "世"}, 1, 2},
		"in the second row":   {"abcdefgh", "ij", []string{"> abcdef", "ghij"}, 1, 2},
		"many rows behind it": {"a", strings.Repeat("b", 15), []string{"> abbbbb", "bbbbbbbb", "bb"}, 0, 3},
	} {
		rows, row, col := layOut("> ", test.before, test.after, 8)
		if !slices.Equal(rows, test.rows) || row != test.row || col != test.col {
			t.Errorf("%s: %q, cursor at %d,%d", name, rows, row, col)
		}
	}
}

// Of more text than the terminal has rows the part around the cursor is shown.
func TestAreaIsBounded(t *testing.T) {
	l := line{before: strings.Repeat("a", 30), after: strings.Repeat("b", 100)}
	a := newArea("state", "> ", &l, 10, 6)
	if len(a.rows) != 5 || a.rows[0] != "state" || !strings.Contains(a.rows[a.row], "ab") || a.col != 2 {
		t.Errorf("%+v", a)
	}
}

// What was drawn is erased from its first row on, also where a narrower terminal has
// broken its rows.
func TestErase(t *testing.T) {
	for width, want := range map[int]string{20: "\x1b[1A\r\x1b[J", 8: "\x1b[3A\r\x1b[J"} {
		a := area{rows: []string{"\x1b[2m0123456789\x1b[0m", "> abcdefghij"}, row: 1, col: 12}
		if got := string(a.erase(nil, width)); got != want {
			t.Errorf("on %d columns: %q, want %q", width, got, want)
		}
	}
}
