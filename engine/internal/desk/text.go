package desk

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"
)

// printable reports whether s is from least to most characters of text that stays
// on its line.
func printable(s string, least, most int) bool {
	if len(s) > most*utf8.UTFMax || !utf8.ValidString(s) {
		return false
	}
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return false
	}
	for _, r := range s {
		const joiner, firstTag, lastTag = '\u200d', '\U000e0020', '\U000e007f' // of emoji
		if !unicode.IsPrint(r) && r != joiner && (r < firstTag || r > lastTag) {
			return false
		}
	}
	return true
}

// validText reports whether s is text of several lines.
func validText(s string) bool {
	for _, r := range s {
		if r != '\n' && r != '\t' && r != '\r' && unicode.IsControl(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// validObject reports whether b is a JSON object of at most so many bytes, or
// nothing.
func validObject(b []byte, most int) bool {
	if len(b) == 0 {
		return true
	}
	var object map[string]json.RawMessage
	return len(b) <= most && json.Unmarshal(b, &object) == nil && object != nil
}
