package terminal

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// key is what was pressed: a word for keys that do something, else text.
type key struct {
	name string // "" is text
	text string
}

// controls are the keys that are one byte.
var controls = map[byte]string{
	1: "home", 2: "left", 3: "interrupt", 4: "eof", 5: "end", 6: "right", 8: "backspace", 9: "tab",
	11: "cut-end", 12: "redraw", 13: "enter", 10: "enter", 14: "down", 16: "up", 21: "cut-start", 23: "cut-word",
	25: "paste", 26: "suspend", 127: "backspace",
}

// sequences are the keys that are an escape sequence, without its escape.
var sequences = map[string]string{
	"[A": "up", "[B": "down", "[C": "right", "[D": "left", "[H": "home", "[F": "end",
	"OA": "up", "OB": "down", "OC": "right", "OD": "left", "OH": "home", "OF": "end",
	"[1~": "home", "[7~": "home", "[4~": "end", "[8~": "end", "[3~": "delete",
	"[1;3C": "word-right", "[1;3D": "word-left", "[1;5C": "word-right", "[1;5D": "word-left",
	"f": "word-right", "b": "word-left", "d": "delete-word", "\x7f": "cut-word", "\b": "cut-word",
	"\r": "newline", "\n": "newline",
}

const (
	escape     = '\x1b'
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// keys decodes what comes from a terminal.
type keys struct{ rest []byte }

// feed takes in bytes and returns the keys that are complete by now.
func (k *keys) feed(b []byte) (list []key) {
	k.rest = append(k.rest, b...)
	for {
		next, n := decodeKey(k.rest)
		if n == 0 {
			return list
		}
		k.rest = k.rest[n:]
		if next != (key{}) {
			list = append(list, next)
		}
	}
}

// maxSequence is the longest escape sequence that is waited for.
const maxSequence = 32

// decodeKey returns the first key of b and its length, 0 where more must come. A
// zero key means nothing here.
func decodeKey(b []byte) (key, int) {
	switch {
	case len(b) == 0:
		return key{}, 0
	case b[0] == escape:
		return decodeSequence(b)
	case b[0] < ' ' || b[0] == 127:
		return key{name: controls[b[0]]}, 1
	}
	n := 0
	for n < len(b) && b[n] >= ' ' && b[n] != 127 && utf8.FullRune(b[n:]) {
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return key{text: strings.ToValidUTF8(string(b[:n]), "\ufffd")}, n
}

func decodeSequence(b []byte) (key, int) {
	if bytes.HasPrefix(b, []byte(pasteBegin)) {
		end := bytes.Index(b, []byte(pasteEnd))
		if end < 0 {
			return key{}, 0
		}
		return key{name: "pasted", text: pastedText(b[len(pasteBegin):end])}, end + len(pasteEnd)
	}
	n := sequenceLength(b)
	if n == 0 {
		return key{}, 0
	}
	return key{name: sequences[string(b[1:n])]}, n
}

// sequenceLength is the length of the escape sequence at the beginning of b (ECMA-48
// §5.4, and ESC with a key for Alt), 0 where it isn't complete.
func sequenceLength(b []byte) int {
	switch {
	case len(b) < 2:
		return 0
	case b[1] == escape:
		return 1 // the first of two means nothing
	case b[1] == 'O':
		return min(3, len(b)/3*3)
	case b[1] != '[':
		return 2
	}
	for i, c := range b[2:min(len(b), maxSequence)] {
		if c >= '@' && c <= '~' {
			return i + 3
		}
	}
	if len(b) >= maxSequence {
		return 1
	}
	return 0
}

// pastedText is what a terminal pastes, which ends lines as the Enter key does.
func pastedText(b []byte) string {
	text := strings.ToValidUTF8(string(b), "\ufffd")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}
