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

const runVersion = 1

// Bits of the byte that begins a message in a run: what else is there.
const (
	hasType  = 1 << 0
	hasFlags = 1 << 1
)

// A run is
//
//	version, count uvarint, then for each message
//	  bits, id uvarint, time varint, from, [type], [flags byte], content
//
// where id and time are the differences to the message before (to 0 in the
// first), and from, type and content are strings with their length before
// them. The seq follows from the key and the count.
func appendRun(dst []byte, msgs []Message) []byte {
	dst = append(dst, runVersion)
	dst = binary.AppendUvarint(dst, uint64(len(msgs)))
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
	if m.Type != "" {
		bits |= hasType
	}
	if m.Flags != 0 {
		bits |= hasFlags
	}
	dst = binary.AppendUvarint(append(dst, bits), id)
	dst = binary.AppendVarint(dst, time)
	dst = appendString(dst, m.From)
	if m.Type != "" {
		dst = appendString(dst, m.Type)
	}
	if m.Flags != 0 {
		dst = append(dst, m.Flags)
	}
	return appendString(dst, m.Content)
}

// runDecoder reads the messages of one run in order.
type runDecoder struct {
	decoder
	key  []byte
	left uint64 // messages not read yet
	last uint64 // seq of the last message
	id   uint64
	time int64
}

// open begins with the run in a row. The run aliases both slices.
func (r *runDecoder) open(key, value []byte) error {
	_, last, ok := splitRunKey(key)
	*r = runDecoder{decoder: decoder{rest: value}, key: key, last: last}
	r.version(runVersion)
	r.left = r.uvarint()
	if !ok || r.bad || r.left == 0 || r.left > maxRunLen || r.left > last {
		return corrupt(key, "bad run header")
	}
	return nil
}

// first is the seq of the next message to be read.
func (r *runDecoder) first() uint64 { return r.last - r.left + 1 }

// next reads a message into m, whose slices alias the run. It must not be
// called when none is left.
func (r *runDecoder) next(m *Message) error {
	bits := r.byte()
	delta := r.uvarint()
	*m = Message{Seq: r.first(), ID: r.id + delta, Time: r.time + r.varint(), From: r.text()}
	if bits&hasType != 0 {
		m.Type = r.text()
		r.bad = r.bad || m.Type == ""
	}
	if bits&hasFlags != 0 {
		m.Flags = r.byte()
		r.bad = r.bad || m.Flags == 0
	}
	m.Content = r.bytes()
	r.left--
	if bits&^(hasType|hasFlags) != 0 || delta == 0 || m.ID < r.id || m.ID > math.MaxInt64 {
		r.fail()
	}
	if r.bad || r.left == 0 && len(r.rest) != 0 {
		return corrupt(r.key, "bad message in run")
	}
	r.id, r.time = m.ID, m.Time
	return nil
}

// runEnd is how many of the messages go into the first run.
func runEnd(msgs []Message, limit int) int {
	size := 0
	for i := range msgs {
		size += len(msgs[i].Content) + len(msgs[i].From)
		if i > 0 && (i == limit || size > maxRunBytes) {
			return i
		}
	}
	return len(msgs)
}
