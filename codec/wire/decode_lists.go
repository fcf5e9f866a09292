package wire

// walker steps through the elements of an object or array that was judged
// sound, so it need not look out for faults.
type walker struct{ c scanner }

func walk(v []byte) walker { return walker{scanner{b: v, p: 1}} }

// next returns the next value, or key, without white space around it.
func (w *walker) next() (v []byte, ok bool) {
	c := &w.c
	for b := c.peek(); b == ',' || b == ':'; b = c.peek() {
		c.p++
	}
	if b := c.peek(); b == ']' || b == '}' || b == 0 {
		return nil, false
	}
	start := c.p
	ok = c.value()
	return c.b[start:c.p], ok
}

var errMessageID = badRequest("message ids must be whole numbers above 0, or strings of one")

// ids reads the list of message ids.
func (t *text) ids(r *Request) *Error {
	v := t.raw(fieldIDs)
	if len(v) == 0 {
		return nil
	}
	if v[0] != '[' {
		return badRequest("ids must be a list")
	}
	w := walk(v)
	for v, ok := w.next(); ok; v, ok = w.next() {
		if err := r.addID(v); err != nil {
			return err
		}
	}
	return nil
}

// msgID reads the one message id that older callers name instead of a list.
func (t *text) msgID(r *Request) *Error {
	v := t.raw(fieldMsgID)
	if len(v) == 0 {
		return nil
	}
	return r.addID(v)
}

func (r *Request) addID(v []byte) *Error {
	id, err := messageID(v)
	if err == nil {
		r.IDs = append(r.IDs, id)
	}
	return err
}

// messageID reads the sound value v as the id of a message.
func messageID(v []byte) (uint64, *Error) {
	s, ok := idText(v)
	if !ok {
		return 0, errMessageID
	}
	id, ok := ParseMessageID(s)
	if !ok {
		return 0, errMessageID
	}
	return id, nil
}

// users appends the ids in a list of users to dst. A value that is no list of at
// most limit ids is refused with wrong. The ids are not checked.
func (t *text) users(f field, dst []string, limit int, wrong *Error) ([]string, *Error) {
	v := t.raw(f)
	if len(v) == 0 {
		return dst, nil
	}
	if v[0] != '[' {
		return dst, wrong
	}
	w := walk(v)
	for v, ok := w.next(); ok; v, ok = w.next() {
		id, ok := idText(v)
		if !ok || len(dst) == limit {
			return dst, wrong
		}
		dst = append(dst, id)
	}
	return dst, nil
}

// cursors reads the object {conv_id: seq}.
func (t *text) cursors(r *Request) *Error {
	v := t.raw(fieldCursors)
	if len(v) == 0 {
		return nil
	}
	if v[0] != '{' {
		return badRequest("cursors must be an object")
	}
	r.HasCursors = true
	w := walk(v)
	for key, ok := w.next(); ok; key, ok = w.next() {
		value, _ := w.next()
		seq, ok := parseUint(alias(value), MaxSeq)
		if !ok {
			return badRequest("cursors must be whole numbers from 0 to 2^53-1")
		}
		r.Cursors = append(r.Cursors, Cursor{ConvID: literalText(key), Seq: seq})
	}
	return nil
}
