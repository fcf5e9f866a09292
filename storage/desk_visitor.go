package storage

import (
	"bytes"
	"encoding/binary"
)

// DeskVisitor is somebody who asks the desk.
type DeskVisitor struct {
	ID         string // user id
	Name       string
	Attributes []byte // a JSON object of the site's own; nil: none
	User       string // the user id it was identified as; "": it wasn't
	CreatedAt  int64  // Unix milliseconds
	SeenAt     int64  // Unix milliseconds
	LastAgent  string // user id of who served it last; "": nobody
	Open       string // id of its open session; "": none
	FullAt     int64  // Unix milliseconds at which it may open as many sessions again as at once; 0: since long
}

const deskVisitorVersion = 1

func appendDeskVisitor(dst []byte, v *DeskVisitor) []byte {
	dst = append(dst, deskVisitorVersion)
	for _, text := range [...]string{v.Name, v.User, v.LastAgent, v.Open} {
		dst = appendString(dst, text)
	}
	dst = appendString(dst, v.Attributes)
	return binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(dst, v.CreatedAt), v.SeenAt), v.FullAt)
}

func decodeDeskVisitor(key, value []byte) (DeskVisitor, error) {
	id, ok := splitDeskKey(key, deskVisitor)
	d := decoder{rest: value}
	d.version(deskVisitorVersion)
	v := DeskVisitor{
		ID: id, Name: d.string(), User: d.string(), LastAgent: d.string(), Open: d.string(),
		Attributes: bytes.Clone(d.bytes()), CreatedAt: d.varint(), SeenAt: d.varint(), FullAt: d.varint(),
	}
	if len(v.Attributes) == 0 {
		v.Attributes = nil
	}
	if !ok || !d.done() {
		return DeskVisitor{}, corrupt(key, "bad desk visitor")
	}
	return v, nil
}

// PutDeskVisitor adds or replaces a visitor.
func (b *Batch) PutDeskVisitor(v DeskVisitor) {
	b.deskKey(deskVisitor, v.ID)
	b.value = appendDeskVisitor(b.value[:0], &v)
	b.set()
}

// DeskVisitor returns the visitor with a user id.
func (db *DB) DeskVisitor(id string) (DeskVisitor, bool, error) {
	return findDesk(db, deskVisitor, id, decodeDeskVisitor)
}
