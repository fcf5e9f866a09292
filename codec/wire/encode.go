package wire

import (
	"strconv"
	"unicode/utf8"
)

// mustEscape marks the bytes that can't be copied into a string literal as
// they are: quote, backslash, control characters, and everything above ASCII,
// which is looked at rune by rune.
var mustEscape = func() (t [256]bool) {
	for b := range t {
		t[b] = b < ' ' || b == '"' || b == '\\' || b >= 0x7f
	}
	return t
}()

// AppendString appends s as a JSON string literal. Control characters and the
// line separators U+2028 and U+2029, which are line ends to JavaScript, are
// escaped; what is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if mustEscape[s[i]] {
			return appendRest(append(dst, s[:i]...), s[i:])
		}
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendRest appends the rest of a string literal, looking at it rune by rune
// where it must. It is apart from AppendString because nearly every string, being
// an id, needs none of it.
func appendRest(dst []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); {
		if !mustEscape[s[i]] {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if plainRune(r, n) {
			i += n
			continue
		}
		dst = append(dst, s[done:i]...)
		dst = appendEscaped(dst, r)
		i += n
		done = i
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// plainRune reports whether a rune of n bytes that mustEscape stopped at may be
// copied after all.
func plainRune(r rune, n int) bool {
	return n > 1 && r != '\u2028' && r != '\u2029'
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// appendText appends `,"key":"s"`; lead is `,"key":`.
func appendText(dst []byte, lead, s string) []byte {
	return AppendString(append(dst, lead...), s)
}

// appendInt appends lead and a number.
func appendInt(dst []byte, lead string, n int64) []byte {
	return strconv.AppendInt(append(dst, lead...), n, 10)
}

// appendUint appends lead and a number.
func appendUint(dst []byte, lead string, n uint64) []byte {
	return strconv.AppendUint(append(dst, lead...), n, 10)
}

// appendCID appends `,"cid":"…"` where the request had one.
func appendCID(dst []byte, cid string) []byte {
	if cid == "" {
		return dst
	}
	return appendText(dst, `,"cid":`, cid)
}

func appendBool(dst []byte, lead string, b bool) []byte {
	return strconv.AppendBool(append(dst, lead...), b)
}

// appendMessageID appends lead, which ends in a quote, and a message id.
func appendMessageID(dst []byte, lead string, id uint64) []byte {
	return append(appendUint(dst, lead, id), '"')
}

// appendIDs appends `,"ids":["…"]` unless there are none.
func appendIDs(dst []byte, ids []uint64) []byte {
	if len(ids) == 0 {
		return dst
	}
	lead := `,"ids":["`
	for _, id := range ids {
		dst = appendMessageID(dst, lead, id)
		lead = `,"`
	}
	return append(dst, ']')
}

// appendTexts appends lead and a list of strings.
func appendTexts(dst []byte, lead string, list []string) []byte {
	dst = append(append(dst, lead...), '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, s)
	}
	return append(dst, ']')
}

// appendExtra appends a comma and members unless there are none.
func appendExtra(dst, extra []byte) []byte {
	if len(extra) == 0 {
		return dst
	}
	return append(append(dst, ','), extra...)
}
