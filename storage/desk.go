package storage

import "encoding/binary"

// All that the customer-service desk keeps is under one prefix; the second byte
// of a key says what it is. Records have small letters, indexes of sessions
// capital ones.
const (
	deskAgent   = 'a'
	deskSkill   = 'k'
	deskReply   = 'r'
	deskSession = 's'
	deskVisitor = 'v'
	deskMerge   = 'm'

	deskOpen      = 'O' // sessions that aren't closed
	deskCreated   = 'C' // all sessions
	deskByAgent   = 'A'
	deskByVisitor = 'V'
	deskByTag     = 'T'
)

var (
	deskRecords = []byte{deskAgent, deskSkill, deskReply, deskSession, deskVisitor, deskMerge}
	deskIndexes = []byte{deskOpen, deskCreated, deskByAgent, deskByVisitor, deskByTag}
)

func appendDeskKey(dst []byte, kind byte, name string) []byte {
	return append(append(dst, prefixDesk, kind), name...)
}

// splitDeskKey returns what a record of the desk is called.
func splitDeskKey(key []byte, kind byte) (name string, ok bool) {
	if len(key) < 3 || key[0] != prefixDesk || key[1] != kind {
		return "", false
	}
	return string(key[2:]), true
}

// deskKey begins a record of the desk. The first one of all signs the database
// anew: a program that knows nothing of the desk must not open it, since
// conversations would go on without their sessions.
func (b *Batch) deskKey(kind byte, name string) {
	b.fail(checkText("desk record", name))
	if b.err == nil {
		b.fail(b.keys.db.raise(schemaDesk))
	}
	b.key = appendDeskKey(b.key[:0], kind, name)
}

// deleteDesk removes a record of the desk.
func (b *Batch) deleteDesk(kind byte, name string) {
	b.fail(checkText("desk record", name))
	b.key = appendDeskKey(b.key[:0], kind, name)
	b.delete()
}

// findDesk returns the record of the desk with a name.
func findDesk[T any](db *DB, kind byte, name string, decode func(key, value []byte) (T, error)) (T, bool, error) {
	return find(db.p, appendDeskKey(nil, kind, name), decode)
}

// eachDesk hands all records of one kind to fn, in the order of their names.
func eachDesk[T any](db *DB, kind byte, decode func(key, value []byte) (T, error), fn func(T) error) error {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixDesk, kind), append(s.upper[:0], prefixDesk, kind+1)
	return s.each(db.p, func(key, value []byte) error {
		record, err := decode(key, value)
		if err != nil {
			return err
		}
		return fn(record)
	})
}

func appendStrings(dst []byte, list []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, s := range list {
		dst = appendString(dst, s)
	}
	return dst
}

// strings reads a list of strings; an empty one is nil.
func (d *decoder) strings() (list []string) {
	n := d.uvarint()
	if n > uint64(len(d.rest)) { // each has its length at least
		d.fail()
		return nil
	}
	for range n {
		list = append(list, d.string())
	}
	return list
}
