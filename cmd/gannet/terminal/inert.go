package terminal

import (
	"fmt"
	"strings"
	"unicode"
)

// Inert returns text that a terminal can only show. Whatever would move its
// cursor, change its state or the direction of writing, or can't be seen at all,
// becomes a visible sign; line feeds stay.
func Inert(text string) string { return inert(text) }

func inert(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for _, r := range text { // bad UTF-8 comes as U+FFFD
		switch {
		case r == '\t':
			b.WriteString("    ")
		case hidden(r):
			b.WriteString(sign(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// inertLine is inert for what must stay in one line.
func inertLine(text string) string {
	return strings.ReplaceAll(inert(text), "\n", "⏎")
}

// hidden reports whether a rune is none that a terminal shows: controls (C0 and
// C1), formats, among them those of bidirectional text, and separators of lines.
// Joiners and tags, of which families and flags are made, do no harm.
func hidden(r rune) bool {
	switch {
	case r == '\n', r == '\u200c', r == '\u200d', r >= '\U000e0020' && r <= '\U000e007f':
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// sign stands for a hidden rune.
func sign(r rune) string {
	const pictures, deleted = '\u2400', '\u2421'
	switch {
	case r < ' ':
		return string(pictures + r)
	case r == 0x7f:
		return string(deleted)
	}
	return fmt.Sprintf("<U+%04X>", r)
}
