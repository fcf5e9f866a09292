package terminal

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// area is what stands at the bottom of the terminal: a line with the state, and
// the line that is typed, in as many rows as it takes.
type area struct {
	rows     []string // as they are on the screen
	row, col int      // where the cursor is among them
}

// erase appends what takes the area off the screen. The cursor is then at the
// beginning of the row where it began. width is the terminal's by now: a narrower
// one has broken its rows.
func (a *area) erase(out []byte, width int) []byte {
	up := 0
	for _, row := range a.rows[:min(a.row, len(a.rows))] {
		up += brokenInto(columns(stripped(row)), width)
	}
	up += a.col / max(width, 1)
	if up > 0 {
		out = fmt.Appendf(out, "\x1b[%dA", up)
	}
	*a = area{}
	return append(out, "\r\x1b[J"...)
}

// brokenInto is how many rows a terminal makes of one that is wider than it.
func brokenInto(used, width int) int { return max(1, (used+width-1)/max(width, 1)) }

// draw appends what puts the area on the screen, where the cursor is at the
// beginning of an empty row.
func (a *area) draw(out []byte) []byte {
	out = append(out, strings.Join(a.rows, "\r\n")...)
	if up := len(a.rows) - 1 - a.row; up > 0 {
		out = fmt.Appendf(out, "\x1b[%dA", up)
	}
	out = append(out, '\r')
	if a.col > 0 {
		out = fmt.Appendf(out, "\x1b[%dC", a.col)
	}
	return out
}

// newArea lays out a status and, behind a prompt, what is typed, on a terminal of
// width columns. Of very much text the rows around the cursor are shown.
func newArea(status, prompt string, l *line, width, height int) area {
	rows, row, col := layOut(prompt, inertLine(l.before), inertLine(l.after), max(width, 2))
	if most := max(1, height-2); len(rows) > most {
		from := max(0, min(row-most/2, len(rows)-most))
		rows, row = rows[from:from+most], row-from
	}
	if status != "" {
		rows, row = append([]string{status}, rows...), row+1
	}
	return area{rows: rows, row: row, col: col}
}

// layOut breaks prompt and text into rows of width columns, and says where the
// place between before and after is. A cursor behind a full row is in the next one.
func layOut(prompt, before, after string, width int) (rows []string, row, col int) {
	current, used := prompt, columns(stripped(prompt))
	put := func(text string) {
		for state := -1; text != ""; {
			var cluster string
			var w int
			cluster, text, w, state = uniseg.FirstGraphemeClusterInString(text, state)
			if used+w > width {
				rows, current, used = append(rows, current), "", 0
			}
			current, used = current+cluster, used+w
		}
	}
	put(before)
	if used >= width {
		rows, current, used = append(rows, current), "", 0
	}
	row, col = len(rows), used
	put(after)
	return append(rows, current), row, col
}

// stripped is text without the codes of [style].
func stripped(text string) string {
	var b strings.Builder
	for {
		head, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(head)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(rest, "m")
	}
}
