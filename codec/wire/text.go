package wire

// span is where a value lies in the text. A value that is not there has end 0.
type span struct{ off, end uint32 }

// fields notes where the values of a request lie.
type fields [fieldCount]span

// text is a request that was judged sound, or is about to be.
type text struct {
	b  []byte
	at fields
}

// scan judges b, which must be one JSON object, and notes its fields.
func (t *text) scan(b []byte) *Error {
	if len(b) > maxText {
		return NewError(ReasonTooLarge, "the message is too large")
	}
	t.b = b
	c := scanner{b: b}
	if c.peek() != '{' {
		c.fail("not a JSON object")
	} else if c.object(&t.at) && c.end() {
		return nil
	}
	return badJSON(&c)
}

// maxText keeps offsets well within a span. Real limits are far below.
const maxText = 1 << 30

func badJSON(c *scanner) *Error {
	return Errorf(ReasonBadJSON, "%s, near byte %d", c.fault, c.p)
}

// raw returns the bytes of a field's value, nil where it is missing or null.
func (t *text) raw(f field) []byte {
	v := t.b[t.at[f].off:t.at[f].end]
	if len(v) == 4 && v[0] == 'n' {
		return nil
	}
	return v
}

// str returns the text of a string field, "" where it is missing or null.
func (t *text) str(f field) (string, *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return "", nil
	}
	if v[0] != '"' {
		return "", badRequest(f.name() + " must be a string")
	}
	return literalText(v), nil
}

// id returns the text of an id field: a string, or a whole number.
func (t *text) id(f field) (string, *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return "", nil
	}
	if s, ok := idText(v); ok {
		return s, nil
	}
	return "", badRequest(f.name() + " must be a string or a whole number")
}

// count returns the value of a field that is a whole number from 1 to limit, 0
// where it is missing or null.
func (t *text) count(f field, limit uint64) (uint64, *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return 0, nil
	}
	n, ok := parseUint(alias(v), limit)
	if !ok || n == 0 {
		return 0, Errorf(ReasonBadRequest, "%s must be a whole number from 1 to %d", f.name(), limit)
	}
	return n, nil
}

// messageID returns the message id in a field, 0 where it is missing or null.
func (t *text) messageID(f field) (uint64, *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return 0, nil
	}
	return messageID(v)
}

// flag returns the value of a field that is true or false, and whether it is
// there at all.
func (t *text) flag(f field) (on, given bool, err *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return false, false, nil
	}
	if v[0] != 't' && v[0] != 'f' {
		return false, false, badRequest(f.name() + " must be true or false")
	}
	return v[0] == 't', true, nil
}

// literalText returns the text of a sound string literal, quotes included.
func literalText(v []byte) string {
	inside := alias(v[1 : len(v)-1])
	for i := range len(inside) {
		if inside[i] == '\\' {
			return unescape(inside)
		}
	}
	return inside
}

// idText returns the text of a sound value that may be an id.
func idText(v []byte) (string, bool) {
	if v[0] == '"' {
		return literalText(v), true
	}
	for _, b := range v {
		if b-'0' > 9 {
			return "", false
		}
	}
	return alias(v), true
}
