package codec

import "unicode/utf8"

// assembly is a fragmented message under way (RFC 6455 §5.4).
type assembly struct {
	op       Op
	deflated bool
	checked  int // buf[:checked] is known to be UTF-8
	buf      []byte
}

// add takes in a fragment. It never holds more than limit bytes, which the
// judged length already respects.
func (a *assembly) add(fragment []byte, last bool, limit int) *CloseError {
	a.grow(len(fragment), limit)
	a.buf = append(a.buf, fragment...)
	if a.op != OpText || a.deflated {
		return nil
	}
	end := len(a.buf)
	if !last {
		end = wholeRunes(a.buf)
	}
	if !utf8.Valid(a.buf[a.checked:end]) {
		return invalidPayload("text is not UTF-8")
	}
	a.checked = end
	return nil
}

// grow makes room for n more bytes, at least doubling so that many small
// fragments stay cheap, and never above limit.
func (a *assembly) grow(n, limit int) {
	need := len(a.buf) + n
	if need <= cap(a.buf) {
		return
	}
	buf := make([]byte, len(a.buf), max(need, min(2*cap(a.buf), limit)))
	copy(buf, a.buf)
	a.buf = buf
}

// wholeRunes returns the length of b without a code point that is cut off at
// its end (RFC 6455 §5.6: fragments need not end at one). Bytes that no
// continuation could make valid stay in.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i >= max(0, len(b)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}
