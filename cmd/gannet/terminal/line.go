package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// line is the text that is being typed, on both sides of the cursor. What is a
// character is up to who reads: an emoji of many code points is one.
type line struct {
	before, after string
	cut           string // what was cut out last
}

func (l *line) text() string { return l.before + l.after }

func (l *line) set(text string) { l.before, l.after = text, "" }

// insert puts text at the cursor. Of controls only line feeds are taken.
func (l *line) insert(text string) {
	l.before += strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r != '\n' && unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
}

// lastCluster returns the last character of text.
func lastCluster(text string) string {
	cluster := ""
	for state := -1; text != ""; {
		cluster, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
	}
	return cluster
}

func firstCluster(text string) string {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text, -1)
	return cluster
}

func (l *line) left() {
	c := lastCluster(l.before)
	l.before, l.after = strings.TrimSuffix(l.before, c), c+l.after
}

func (l *line) right() {
	c := firstCluster(l.after)
	l.before, l.after = l.before+c, l.after[len(c):]
}

func (l *line) home() { l.before, l.after = "", l.text() }
func (l *line) end()  { l.before, l.after = l.text(), "" }

func (l *line) backspace() { l.before = strings.TrimSuffix(l.before, lastCluster(l.before)) }
func (l *line) delete()    { l.after = l.after[len(firstCluster(l.after)):] }

// wordStart is where the word before the cursor begins.
func (l *line) wordStart() int {
	words := strings.TrimRightFunc(l.before, unicode.IsSpace)
	at := strings.LastIndexFunc(words, unicode.IsSpace)
	if at < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(words[at:])
	return at + size
}

// wordEnd is where, in the text behind the cursor, its first word ends.
func (l *line) wordEnd() int {
	rest := strings.TrimLeftFunc(l.after, unicode.IsSpace)
	end := strings.IndexFunc(rest, unicode.IsSpace)
	if end < 0 {
		end = len(rest)
	}
	return len(l.after) - len(rest) + end
}

func (l *line) wordLeft() {
	at := l.wordStart()
	l.before, l.after = l.before[:at], l.before[at:]+l.after
}

func (l *line) wordRight() {
	at := l.wordEnd()
	l.before, l.after = l.before+l.after[:at], l.after[at:]
}

func (l *line) cutWord() {
	at := l.wordStart()
	l.before, l.cut = l.before[:at], l.before[at:]
}

func (l *line) deleteWord() {
	at := l.wordEnd()
	l.after, l.cut = l.after[at:], l.after[:at]
}

func (l *line) cutStart() { l.before, l.cut = "", l.before }
func (l *line) cutEnd()   { l.after, l.cut = "", l.after }
