package storage

import (
	"encoding/binary"
	"math"
)

// Limits of a run. A longer run costs a single read more and a page of
// messages less; the decoder takes any run up to maxRunLen, so that the limit
// for new runs may change.
const (
	defaultRunLen = 32
	maxRunLen     = 256
	maxRunBytes   = 16 << 10
)

const runVersion = 2

// maxPlain is how much memory for opened runs is kept: more than a run needs
// whose entries aren't very large.
const maxPlain = 4 * maxRunBytes

// Bits of the byte that begins a message in a run: what else is there.
const (
	hasType    = 1 << 0
	hasFlags   = 1 << 1
	isEvent    = 1 << 2
	hasRef     = 1 << 3
	hasExtra   = 1 << 4
	hasExpires = 1 << 5
)

// A run is
//
//	version, count uvarint, base uvarint, then for each entry
//	  bits, id uvarint, time varint, from, [type], [flags byte],
//	  [ref uvarint], [extra], [expires varint], content
//
// where base is how many entries of the conversation before the run are
// messages, not events; id and time are the differences to the entry before
// (to 0 in the first) and expires is the one to the time; from, type, extra
// and content are strings with their length before them. The seq follows from
// the key and the count.
func appendRun(dst []byte, base uint64, msgs []Message) []byte {
	return appendEntries(appendRunHeader(dst, runVersion, base, msgs), msgs)
}

func appendRunHeader(dst []byte, version byte, base uint64, msgs []Message) []byte {
	dst = binary.AppendUvarint(append(dst, version), uint64(len(msgs)))
	return binary.AppendUvarint(dst, base)
}

func appendEntries(dst []byte, msgs []Message) []byte {
	var id uint64
	var time int64
	for i := range msgs {
		m := &msgs[i]
		dst = appendMessage(dst, m, m.ID-id, m.Time-time)
		id, time = m.ID, m.Time
	}
	return dst
}

func appendMessage(dst []byte, m *Message, id uint64, time int64) []byte {
	var bits byte
	if !m.plain() {
		bits = m.bits()
	}
	dst = binary.AppendUvarint(append(dst, bits), id)
	dst = binary.AppendVarint(dst, time)
	dst = appendString(dst, m.From)
	if bits != 0 {
		dst = appendMore(dst, m, bits)
	}
	return appendString(dst, m.Content)
}

// plain is bits() == 0 in a single branch, as it is for nearly all messages.
func (m *Message) plain() bool {
	return uint64(len(m.Type)|len(m.Extra)|int(m.Flags))|m.Ref|uint64(m.Expires) == 0 && !m.Event
}

// bits say what there is of a message besides what all have.
func (m *Message) bits() (bits byte) {
	if m.Type != "" {
		bits |= hasType
	}
	if m.Flags != 0 {
		bits |= hasFlags
	}
	if m.Event {
		bits |= isEvent
	}
	if m.Ref != 0 {
		bits |= hasRef
	}
	if len(m.Extra) > 0 {
		bits |= hasExtra
	}
	if m.Expires != 0 {
		bits |= hasExpires
	}
	return bits
}

// appendMore appends what few messages have.
func appendMore(dst []byte, m *Message, bits byte) []byte {
	if bits&hasType != 0 {
		dst = appendString(dst, m.Type)
	}
	if bits&hasFlags != 0 {
		dst = append(dst, m.Flags)
	}
	if bits&hasRef != 0 {
		dst = binary.AppendUvarint(dst, m.Ref)
	}
	if bits&hasExtra != 0 {
		dst = appendString(dst, m.Extra)
	}
	if bits&hasExpires != 0 {
		dst = binary.AppendVarint(dst, m.Expires-m.Time)
	}
	return dst
}

// runDecoder reads the entries of one run in order.
type runDecoder struct {
	runState
	box   box    // scratch
	plain []byte // scratch
}

// runState is where the reading of a run has got to.
type runState struct {
	decoder
	key    []byte
	left   uint64 // entries not read yet
	last   uint64 // seq of the last entry
	count  uint64 // messages of the conversation before the next entry
	id     uint64 // of the entry before, as is time
	time   int64
	number uint64 // of the data key, 0 in the clear
	nonce  uint64
}

// open begins with the run in a row. The run aliases both slices or, if it is
// sealed, the decoder's own memory instead of the value.
func (r *runDecoder) open(k *keyring, key, value []byte) error {
	if err := r.header(key, value); err != nil {
		return err
	}
	switch {
	case r.number != 0:
		return r.unseal(k, value)
	case k.only.Load():
		return corrupt(key, "run in the clear, in a database where all are sealed")
	}
	return nil
}

// header reads what is before the entries, or before the box they are in.
func (r *runDecoder) header(key, value []byte) error {
	_, last, ok := splitRunKey(key)
	r.runState = runState{decoder: decoder{rest: value}, key: key, last: last}
	version := r.byte()
	r.left, r.count = r.uvarint(), r.uvarint()
	switch version {
	case runVersion:
	case sealedRunVersion:
		if r.number, r.nonce = r.uvarint(), r.uvarint(); r.number == 0 {
			r.fail()
		}
	default:
		r.fail()
	}
	if !ok || r.bad || r.left == 0 || r.left > maxRunLen || r.left > last || r.count >= r.first() {
		return corrupt(key, "bad run header")
	}
	return nil
}

// reset lets go of a run and keeps the scratch, unless it is very large.
func (r *runDecoder) reset() {
	r.runState = runState{}
	if cap(r.plain) > maxPlain {
		r.plain = nil
	}
}

// first is the seq of the next entry to be read.
func (r *runDecoder) first() uint64 { return r.last - r.left + 1 }

// next reads an entry into m, whose slices alias the run. It must not be
// called when none is left.
func (r *runDecoder) next(m *Message) error {
	bits := r.byte()
	delta := r.uvarint()
	*m = Message{} // and then by field: a literal would be made elsewhere and copied
	m.Seq, m.ID, m.Time, m.From = r.first(), r.id+delta, r.time+r.varint(), r.text()
	if bits != 0 {
		r.more(m, bits)
	}
	m.Content = r.bytes()
	r.left--
	if !m.Event {
		r.count++
	}
	if delta == 0 || m.ID < r.id || m.ID > math.MaxInt64 {
		r.fail()
	}
	if r.bad || r.left == 0 && len(r.rest) != 0 {
		return corrupt(r.key, "bad message in run")
	}
	r.id, r.time = m.ID, m.Time
	return nil
}

// more reads what few messages have.
func (r *runDecoder) more(m *Message, bits byte) {
	m.Event = bits&isEvent != 0
	if bits&hasType != 0 {
		m.Type = r.text()
	}
	if bits&hasFlags != 0 {
		m.Flags = r.byte()
	}
	if bits&hasRef != 0 {
		m.Ref = r.uvarint()
	}
	if bits&hasExtra != 0 {
		m.Extra = r.bytes()
	}
	if bits&hasExpires != 0 {
		m.Expires = m.Time + r.varint()
	}
	if m.bits() != bits { // something is said to be there and is empty
		r.fail()
	}
}

// skip reads the entries with seqs up to the given one.
func (r *runDecoder) skip(m *Message, to uint64) error {
	for r.left > 0 && r.first() <= to {
		if err := r.next(m); err != nil {
			return err
		}
	}
	return nil
}

// readable is how many of the entries are messages, not events.
func readable(msgs []Message) (n uint64) {
	for i := range msgs {
		if !msgs[i].Event {
			n++
		}
	}
	return n
}

// runEnd is how many of the messages go into the first run.
func runEnd(msgs []Message, limit int) int {
	size := 0
	for i := range msgs {
		size += len(msgs[i].Content) + len(msgs[i].Extra) + len(msgs[i].From)
		if i > 0 && (i == limit || size > maxRunBytes) {
			return i
		}
	}
	return len(msgs)
}
