package desk

import (
	"context"
	"crypto/rand"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Bounds of what visitors say of themselves.
const (
	maxVisitorName = 128     // characters
	maxAttributes  = 4 << 10 // bytes
)

// VisitorPrefix begins the user ids of visitors.
const VisitorPrefix = chat.VisitorPrefix

var (
	errVisitorName = wire.NewError(wire.ReasonBadRequest, "name must be at most 128 characters of printable text")
	errAttributes  = wire.NewError(wire.ReasonBadRequest, "attributes must be a JSON object of at most 4096 bytes")
)

// newID names something new.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// NewVisitor makes a visitor of whom nothing is known but what they say: the name
// may be "", the attributes, a JSON object, nil. It returns their user id.
func (d *Desk) NewVisitor(_ context.Context, name string, attributes []byte) (id string, err error) {
	if !printable(name, 0, maxVisitorName) {
		return "", errVisitorName
	}
	if !validObject(attributes, maxAttributes) {
		return "", errAttributes
	}
	v := storage.DeskVisitor{ID: VisitorPrefix + newID(), Name: name, Attributes: attributes}
	err = d.do(func(tx *sequencer.Tx) error {
		v.CreatedAt, v.SeenAt = tx.Now(), tx.Now()
		tx.Writes(sequencer.OfVisitor(v.ID)).PutDeskVisitor(v)
		return nil
	})
	return v.ID, err
}
