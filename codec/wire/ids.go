package wire

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// The limits of the protocol's ids and numbers.
const (
	MaxIDLen     = 64        // bytes of a user, group, session or device id
	MaxCIDLen    = 64        // bytes of a cid
	MaxConvIDLen = 140       // bytes of a conversation id
	MaxSeq       = 1<<53 - 1 // the largest seq, and the largest integer every JSON reader keeps exact
	MaxMessageID = 1<<63 - 1 // message ids have 63 bits
)

// idBytes marks the alphabet of ids: [A-Za-z0-9._@-].
var idBytes = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-") {
		t[c] = true
	}
	return t
}()

// ValidID reports whether s may be the id of a user, a group, a session or a
// device: 1 to [MaxIDLen] bytes of [A-Za-z0-9._@-].
func ValidID(s string) bool {
	if s == "" || len(s) > MaxIDLen {
		return false
	}
	for i := range len(s) {
		if !idBytes[s[i]] {
			return false
		}
	}
	return true
}

// ValidCID reports whether s may be a cid: 1 to [MaxCIDLen] bytes of printable
// UTF-8.
func ValidCID(s string) bool { return printable(s, MaxCIDLen) }

// ValidEmoji reports whether s may be a reaction: 1 to [MaxEmojiLen] bytes of
// printable UTF-8, among which count the joiners and tags that families and flags
// are made of (Unicode Technical Standard #51).
func ValidEmoji(s string) bool {
	if s == "" || len(s) > MaxEmojiLen || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		const joiner, firstTag, lastTag = '\u200d', '\U000e0020', '\U000e007f'
		if !unicode.IsPrint(r) && r != joiner && (r < firstTag || r > lastTag) {
			return false
		}
	}
	return true
}

// printable reports whether s is 1 to limit bytes of printable UTF-8.
func printable(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return printableRunes(s[i:])
		}
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func printableRunes(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// ParseMessageID reads the decimal text of a message id.
func ParseMessageID(s string) (uint64, bool) {
	id, ok := parseUint(s, MaxMessageID)
	return id, ok && id > 0
}

// AppendMessageID appends a message id as its decimal text, without quotes.
func AppendMessageID(dst []byte, id uint64) []byte { return strconv.AppendUint(dst, id, 10) }

// parseUint reads a plain decimal number: digits only, no sign, no leading
// zero, at most limit.
func parseUint(s string, limit uint64) (uint64, bool) {
	if s == "" || len(s) > 19 || (s[0] == '0' && len(s) > 1) {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint64(d) // 19 digits stay below 2^64
	}
	return n, n <= limit
}
