package desk

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// MaxComment bounds the comment of a rating, in bytes.
const MaxComment = 1 << 10

var (
	errRating  = wire.NewError(wire.ReasonBadRequest, "rating must be 1 to 5")
	errComment = wire.NewError(wire.ReasonBadRequest, "comment must be text of at most 1024 bytes")
)

// Rate notes what a visitor thinks of a session that is over: 1 to 5 stars and a
// comment, which may be "". It can be done once.
func (d *Desk) Rate(_ context.Context, by Actor, id string, rating int, comment string) error {
	switch {
	case rating < 1 || rating > 5:
		return errRating
	case len(comment) > MaxComment || !validText(comment):
		return errComment
	}
	return d.do(func(tx *sequencer.Tx) error {
		rec, s, err := d.find(tx, by, id)
		switch {
		case err != nil:
			return err
		case by.User != rec.Visitor:
			return errVisitors
		case s != nil:
			return errNotOver
		case rec.RatedAt != 0:
			return errRated
		}
		d.amend(tx, rec, nil, func(r *storage.DeskSession) {
			r.Rating, r.Comment, r.RatedAt = uint8(rating), comment, tx.Now()
		})
		d.figures.rated(uint8(rating))
		return nil
	})
}
