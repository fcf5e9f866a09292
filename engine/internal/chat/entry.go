package chat

import (
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// entry is a message that a command is about.
type entry struct {
	place
	msg storage.Message
}

// entry finds a message that a user may see. Anything else looks like a message
// that doesn't exist.
func (s *Service) entry(tx *sequencer.Tx, user string, id uint64) (*entry, error) {
	at, ok, err := s.db.Place(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoMessage
	}
	rec, ok, err := tx.Session(user, at.Conv)
	if err != nil {
		return nil, err
	}
	if !ok || rec.Left || at.Seq < rec.JoinSeq || at.Seq <= rec.ClearedSeq {
		return nil, errNoMessage
	}
	head, err := tx.Conversation(at.Conv)
	if err == nil && head == nil {
		err = errNoMessage
	}
	if err != nil {
		return nil, err
	}
	msg, ok, err := tx.Entry(at.Conv, at.Seq)
	if err != nil {
		return nil, err
	}
	if !ok || msg.Event || msg.ID != id {
		return nil, errNoMessage
	}
	e := &entry{msg: msg}
	e.place, _ = newPlace(head.Num, head.ID)
	return e, nil
}

// peer is the other user of a single conversation.
func (p *place) peer(user string) string {
	if user == p.a {
		return p.b
	}
	return p.a
}

// group is the id of a group's conversation without its prefix.
func (p *place) group() string { return p.id[len(groupPrefix):] }

// mayWrite says why a user may not write in the message's conversation.
func (e *entry) mayWrite(tx *sequencer.Tx, user string) error {
	return tx.MayWrite(e.kind, e.id, user, e.peer(user))
}

// about begins what an event says of the message.
func (e *entry) about() wire.Extra { return wire.Extra(nil).ID("id", e.msg.ID) }

// event appends an event about the message to its conversation.
func (e *entry) event(tx *sequencer.Tx, word, by string, extra wire.Extra) error {
	_, err := tx.Event(e.id, sequencer.Event{Type: word, From: by, Ref: e.msg.Seq, Extra: extra})
	return err
}
