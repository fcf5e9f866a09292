package chat

import (
	"context"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// maxReactions is how many emojis one user may put on one message.
const maxReactions = 20

// React puts an emoji on a message, or takes it off.
func (s *Service) React(_ context.Context, user string, r *wire.Request) error {
	return s.done(s.seq.Do(s.react(user, r)))
}

// react copies what it needs of the request.
func (s *Service) react(user string, r *wire.Request) func(*sequencer.Tx) error {
	id, emoji, remove := r.ID, strings.Clone(r.Emoji), r.Remove
	return func(tx *sequencer.Tx) error {
		e, err := s.entry(tx, user, id)
		if err != nil {
			return err
		}
		if e.msg.Flags&flagRecalled != 0 || e.msg.Expires != 0 && e.msg.Expires <= tx.Now() {
			return errNoMessage
		}
		if err := e.mayWrite(tx, user); err != nil {
			return err
		}
		on, err := tx.Reads(sequencer.OfReaction(e.num, e.msg.Seq, user)).Reacted(e.num, e.msg.Seq, user, emoji)
		if err != nil || on == !remove {
			return err // as it was asked for already
		}
		if remove {
			return e.unreact(tx, user, emoji)
		}
		return e.react(tx, user, emoji)
	}
}

func (e *entry) react(tx *sequencer.Tx, user, emoji string) error {
	rest, err := tx.Reads(sequencer.OfReaction(e.num, e.msg.Seq, user)).Reactions(e.num, e.msg.Seq, user, "", maxReactions)
	if err != nil {
		return err
	}
	if len(rest) == maxReactions && rest[maxReactions-1].User == user {
		return errReactions
	}
	tx.Writes(sequencer.OfReaction(e.num, e.msg.Seq, user)).PutReaction(e.num, e.msg.Seq, storage.Reaction{User: user, Emoji: emoji, At: tx.Now()})
	return e.reacted(tx, user, emoji, wire.ReactionAdd)
}

func (e *entry) unreact(tx *sequencer.Tx, user, emoji string) error {
	tx.Writes(sequencer.OfReaction(e.num, e.msg.Seq, user)).DeleteReaction(e.num, e.msg.Seq, user, emoji)
	return e.reacted(tx, user, emoji, wire.ReactionRemove)
}

func (e *entry) reacted(tx *sequencer.Tx, user, emoji, op string) error {
	return e.event(tx, wire.EventReaction, user, e.about().Text("emoji", emoji).Text("op", op))
}

// Reactions lists the reactions to a message, by user and emoji, those after an
// earlier page's next.
func (s *Service) Reactions(_ context.Context, user string, id uint64, after string, limit int) (list []Reaction, next string, err error) {
	at, ok, err := s.visible(user, id)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	if !ok {
		return nil, "", errNoMessage
	}
	afterUser, afterEmoji, _ := strings.Cut(after, " ")
	stored, err := s.db.Reactions(at.Conv, at.Seq, afterUser, afterEmoji, limit)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	for _, r := range stored {
		list = append(list, Reaction{User: r.User, Emoji: r.Emoji, At: r.At})
	}
	if len(list) == limit {
		next = list[limit-1].User + " " + list[limit-1].Emoji
	}
	return list, next, nil
}

// visible finds the place of a message that a user may see.
func (s *Service) visible(user string, id uint64) (at storage.Place, ok bool, err error) {
	at, ok, err = s.db.Place(id)
	if err != nil || !ok || id > s.seq.Durable() {
		return at, false, err
	}
	rec, ok, err := s.db.Session(user, at.Conv)
	return at, ok && !rec.Left && at.Seq >= rec.JoinSeq && at.Seq > rec.ClearedSeq, err
}
