package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/bytedance/sonic/unquote"
)

// str steps over a string literal and reports whether it holds escapes.
func (c *scanner) str() (escaped, ok bool) {
	c.p++
	start, high := c.p, uint64(0)
	for {
		high |= c.plain()
		if c.p == len(c.b) {
			return escaped, c.fail("unterminated string")
		}
		switch b := c.b[c.p]; {
		case b == '"':
			c.p++
			return escaped, high&highBits == 0 || c.utf8(start)
		case b != '\\':
			return escaped, c.fail("control character in a string")
		case !c.escape():
			return escaped, c.fail("bad escape in a string")
		}
		escaped = true
	}
}

// utf8 checks the inside of the string literal that began at start and has
// just been stepped over.
func (c *scanner) utf8(start int) bool {
	if !utf8.Valid(c.b[start : c.p-1]) {
		return c.fail("bad UTF-8 in a string")
	}
	return true
}

// key reads a string literal and returns its text: an alias of the input where
// nothing was escaped, a copy otherwise.
func (c *scanner) key() (string, bool) {
	start := c.p
	escaped, ok := c.str()
	if !ok {
		return "", false
	}
	raw := alias(c.b[start+1 : c.p-1])
	if escaped {
		return unescape(raw), true
	}
	return raw, true
}

// alias returns b as a string that shares its bytes.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// unescape returns the text of the inside of a string literal that was judged
// sound. An escaped half of a surrogate pair becomes U+FFFD.
func unescape(inside string) string {
	text, _ := unquote.String(inside)
	return text
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// plain steps over the bytes of a string that mean themselves, up to a quote, a
// backslash, a control character or the end, eight at a time. It returns their
// bitwise or (with, at most, some bytes behind them), by which the caller knows
// that there is no byte above 0x7f to be checked as UTF-8.
func (c *scanner) plain() (seen uint64) {
	for len(c.b)-c.p >= 8 {
		w := binary.LittleEndian.Uint64(c.b[c.p:])
		seen |= w
		// The lowest high bit set in stop belongs to the first byte that is
		// below 0x20, a quote or a backslash: a subtraction borrows only out of
		// such a byte, so nothing below it can be flagged in error.
		quote, slash := w^lowBits*'"', w^lowBits*'\\'
		stop := ((w - lowBits*' ') & ^w) | ((quote - lowBits) & ^quote) | ((slash - lowBits) & ^slash)
		if stop &= highBits; stop != 0 {
			c.p += bits.TrailingZeros64(stop) / 8
			return seen
		}
		c.p += 8
	}
	for ; c.p < len(c.b); c.p++ {
		b := c.b[c.p]
		if b < ' ' || b == '"' || b == '\\' {
			break
		}
		seen |= uint64(b)
	}
	return seen
}

// escape steps over one escape sequence, RFC 8259 §7.
func (c *scanner) escape() bool {
	if len(c.b)-c.p < 2 {
		return false
	}
	c.p += 2
	switch c.b[c.p-1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		return c.hex4()
	}
	return false
}

func (c *scanner) hex4() bool {
	if len(c.b)-c.p < 4 {
		return false
	}
	for _, b := range c.b[c.p : c.p+4] {
		if b-'0' > 9 && (b|0x20)-'a' > 5 {
			return false
		}
	}
	c.p += 4
	return true
}
