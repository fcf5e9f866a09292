package wire

// MaxDepth is how deep objects and arrays of a JSON text may nest; the
// outermost one is at depth 1.
const MaxDepth = 32

// scanner judges one JSON text (RFC 8259) in a single pass. It is stricter than
// the grammar where the RFC lets readers differ: duplicate keys, bad UTF-8 and
// deep nesting are refused.
//
// Its methods expect p at the first byte of what they read, leave p behind it,
// and return false after the first fault, with p near it.
type scanner struct {
	b     []byte
	p     int
	depth int
	fault string // what is wrong; "" while nothing is

	keys [stackKeys]string // keys of the open objects, innermost last; see keySet
	top  int               // how many there are
}

func (c *scanner) fail(fault string) bool {
	c.fault = fault
	return false
}

// end checks that nothing but white space is left.
func (c *scanner) end() bool {
	if c.space(); c.p < len(c.b) {
		return c.fail("data after the JSON value")
	}
	return true
}

func (c *scanner) space() {
	for c.p < len(c.b) {
		switch c.b[c.p] {
		case ' ', '\n', '\t', '\r':
			c.p++
		default:
			return
		}
	}
}

// peek skips white space and returns the byte after it, 0 at the end. A NUL in
// the text is no start of anything, so the two need not be told apart.
func (c *scanner) peek() byte {
	if c.p < len(c.b) && c.b[c.p] > ' ' {
		return c.b[c.p]
	}
	if c.space(); c.p < len(c.b) {
		return c.b[c.p]
	}
	return 0
}

func (c *scanner) value() bool {
	switch c.peek() {
	case '"':
		_, ok := c.str()
		return ok
	case '{':
		return c.object(nil)
	case '[':
		return c.array()
	case 't':
		return c.literal("true")
	case 'f':
		return c.literal("false")
	case 'n':
		return c.literal("null")
	case 0:
		return c.fail("unexpected end")
	}
	return c.number()
}

func (c *scanner) literal(word string) bool {
	if len(c.b)-c.p < len(word) || string(c.b[c.p:c.p+len(word)]) != word {
		return c.fail("unexpected character")
	}
	c.p += len(word)
	return true
}

func (c *scanner) enter() bool {
	if c.depth++; c.depth > MaxDepth {
		return c.fail("nested too deeply")
	}
	c.p++
	return true
}

func (c *scanner) leave() bool {
	c.depth--
	c.p++
	return true
}

func (c *scanner) array() bool {
	if !c.enter() {
		return false
	}
	if c.peek() == ']' {
		return c.leave()
	}
	for c.value() {
		switch c.peek() {
		case ',':
			c.p++
		case ']':
			return c.leave()
		default:
			return c.fail("expected , or ] in an array")
		}
	}
	return false
}

// object reads an object. Where f is given, the values of the keys that f knows
// are noted there.
func (c *scanner) object(f *fields) bool {
	if !c.enter() {
		return false
	}
	if c.peek() == '}' {
		return c.leave()
	}
	set := keySet{base: c.top}
	for c.member(f, &set) {
		switch c.peek() {
		case ',':
			c.p++
		case '}':
			c.top = set.base
			return c.leave()
		default:
			return c.fail("expected , or } in an object")
		}
	}
	return false
}

// member reads one key, its colon and its value.
func (c *scanner) member(f *fields, set *keySet) bool {
	if c.peek() != '"' {
		return c.fail("expected a key")
	}
	key, ok := c.key()
	if !ok {
		return false
	}
	at := fieldNone
	if f != nil {
		at = fieldOf(key)
	}
	if (at != fieldNone && f[at].end != 0) || (at == fieldNone && !set.add(c, key)) {
		return c.fail("duplicate key")
	}
	if c.peek() != ':' {
		return c.fail("expected : after a key")
	}
	c.p++
	c.peek()
	off := c.p
	if !c.value() {
		return false
	}
	if at != fieldNone {
		f[at] = span{uint32(off), uint32(c.p)}
	}
	return true
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, RFC 8259 §6.
func (c *scanner) number() bool {
	c.skip('-')
	if !c.skip('0') && !c.digits() {
		return c.fail("unexpected character")
	}
	if c.skip('.') && !c.digits() {
		return c.fail("bad number")
	}
	if c.skip('e') || c.skip('E') {
		if !c.skip('+') {
			c.skip('-')
		}
		if !c.digits() {
			return c.fail("bad number")
		}
	}
	return true
}

// skip steps over the byte b if it comes next.
func (c *scanner) skip(b byte) bool {
	if c.p < len(c.b) && c.b[c.p] == b {
		c.p++
		return true
	}
	return false
}

// digits steps over one or more digits.
func (c *scanner) digits() bool {
	start := c.p
	for c.p < len(c.b) && c.b[c.p]-'0' <= 9 {
		c.p++
	}
	return c.p > start
}
