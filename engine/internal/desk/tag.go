package desk

import (
	"context"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Bounds of a session's tags.
const (
	maxTags    = 20
	maxTagSize = 64 // characters
)

var errTags = wire.NewError(wire.ReasonBadRequest, "tags must be at most 20 texts of 1 to 64 printable characters")

func validTag(t string) bool { return printable(t, 1, maxTagSize) }

// Tag replaces a session's tags, also after its end. The session's agent and
// supervisors may. Each tag is kept once, in order.
func (d *Desk) Tag(_ context.Context, by Actor, id string, tags []string) (Session, error) {
	if len(tags) > maxTags || slices.ContainsFunc(tags, func(t string) bool { return !validTag(t) }) {
		return Session{}, errTags
	}
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	var out Session
	err := d.do(func(tx *sequencer.Tx) error {
		rec, s, err := d.find(tx, by, id)
		switch {
		case err != nil:
			return err
		case !d.mayServe(by, &rec):
			return errNotYours
		}
		rec = d.amend(tx, rec, s, func(r *storage.DeskSession) { r.Tags = tags })
		out = d.show(tx, &rec, s)
		return nil
	})
	return out, err
}

// amend changes what doesn't matter to the floor, also of a session that isn't
// open: then s is nil.
func (d *Desk) amend(tx *sequencer.Tx, rec storage.DeskSession, s *session, fn func(r *storage.DeskSession)) storage.DeskSession {
	if s != nil {
		d.change(tx, s, fn)
		return s.rec
	}
	old := rec
	fn(&rec)
	d.putRow(tx, &rec, &old)
	return rec
}
