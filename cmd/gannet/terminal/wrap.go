package terminal

import (
	"strings"

	"github.com/rivo/uniseg"
)

// columns is how much room a text takes on a terminal: none for marks, two columns
// for wide characters and emojis.
func columns(text string) int { return uniseg.StringWidth(text) }

// wrap breaks inert text into rows of at most width columns: at its line feeds, else
// where a line may be broken, and only where there is no such place within a word.
func wrap(text string, width int) (rows []string) {
	width = max(width, 2)
	for line := range strings.SplitSeq(text, "\n") {
		rows = append(rows, wrapLine(line, width)...)
	}
	return rows
}

func wrapLine(line string, width int) (rows []string) {
	row, used := "", 0
	for state := -1; line != ""; {
		var piece string
		piece, line, _, state = uniseg.FirstLineSegmentInString(line, state)
		if room := columns(strings.TrimRight(piece, " ")); row != "" && used+room > width {
			rows, row, used = append(rows, strings.TrimRight(row, " ")), "", 0
		}
		for columns(strings.TrimRight(piece, " ")) > width {
			head := fitting(piece, width)
			rows, piece = append(rows, head), piece[len(head):]
		}
		row, used = row+piece, used+columns(piece)
	}
	return append(rows, strings.TrimRight(row, " "))
}

// fitting returns the longest beginning of text that fits into width columns, whole
// characters, at least one.
func fitting(text string, width int) string {
	used, at := 0, 0
	for rest, state := text, -1; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at > 0 && used+w > width {
			break
		}
		used, at = used+w, at+len(cluster)
	}
	return text[:at]
}

// clip returns text within width columns, with a sign where something was cut off.
func clip(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	if width < 2 {
		return ""
	}
	return fitting(text, width-1) + "…"
}

// padded is text with blanks behind it up to width columns.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}
