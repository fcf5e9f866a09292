package codec

import (
	"bytes"
	"strings"
)

// MaxHead is the most bytes that the head of a request or of a response may
// have, its empty line included.
const MaxHead = 8 << 10

// findHead returns the size of the HTTP head at the start of buf, or 0 while
// its empty line is not there. It refuses at sight what the head's lines could
// not hold (RFC 9112 §2.2): then more bytes are of no use.
func findHead(buf []byte) (int, *HandshakeError) {
	seen := buf[:min(len(buf), MaxHead)]
	end := bytes.Index(seen, []byte("\r\n\r\n"))
	if end >= 0 {
		seen = seen[:end+4]
	}
	switch {
	case !cleanLines(seen):
		return 0, badRequest("malformed line")
	case end >= 0:
		return len(seen), nil
	case len(buf) >= MaxHead:
		return 0, &HandshakeError{Status: 431, Reason: "too_large", Msg: "header too large"}
	}
	return 0, nil
}

// cleanLines reports whether every CR is followed by LF, every LF comes after
// CR, and there is no NUL. A CR at the very end is still open.
func cleanLines(b []byte) bool {
	for i := 0; i < len(b); i++ {
		next := bytes.IndexAny(b[i:], "\r\n\x00")
		if next < 0 {
			return true
		}
		i += next
		if b[i] != '\r' || i+1 < len(b) && b[i+1] != '\n' {
			return false
		}
		i++
	}
	return true
}

// nextLine cuts the first line off a head.
func nextLine(head string) (line, rest string) {
	line, rest, _ = strings.Cut(head, "\r\n")
	return line, rest
}

// splitField takes a header field apart (RFC 9112 §5). Folded lines and blanks
// before the colon are errors there, since others read them differently.
func splitField(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	if !ok || !isToken(name) {
		return "", "", false
	}
	value = trimOWS(value)
	return name, value, isFieldValue(value)
}

// trimOWS strips optional whitespace (RFC 9110 §5.6.3).
func trimOWS(s string) string { return strings.Trim(s, " \t") }

// isFieldValue reports whether s has no control characters (RFC 9110 §5.5).
func isFieldValue(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// isToken reports whether s is a token (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isVisible reports whether s is of visible ASCII characters only.
func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// hasToken reports whether a comma-separated list has the token, in any case.
func hasToken(list, token string) bool {
	for element := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(trimOWS(element), token) {
			return true
		}
	}
	return false
}

// appendList appends the elements of a comma-separated list; commas between
// quotes belong to the element. Empty elements are left out (RFC 9110 §5.6.1).
func appendList(dst []string, list string) []string {
	start, quoted := 0, false
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || list[i] == ',' && !quoted:
			if element := trimOWS(list[start:i]); element != "" {
				dst = append(dst, element)
			}
			start = i + 1
		case list[i] == '"':
			quoted = !quoted
		case list[i] == '\\' && quoted && i+1 < len(list):
			i++
		}
	}
	return dst
}
