package desk

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// MaxNote bounds a note, in bytes.
const MaxNote = 4 << 10

var errNote = wire.NewError(wire.ReasonBadRequest, "text must be 1 to 4096 bytes")

// Note writes a note that the visitor never sees: a message in a conversation of
// its own, which the first one makes. With a cid it is written once, however often
// it is asked for. The session's agent and supervisors may.
func (d *Desk) Note(ctx context.Context, by Actor, id, cid, text string) (chat.Sent, error) {
	if text == "" || len(text) > MaxNote || !validText(text) {
		return chat.Sent{}, errNote
	}
	var conv string
	err := d.do(func(tx *sequencer.Tx) error {
		s, err := d.findOpen(tx, by, id)
		if err == nil && !d.mayServe(by, &s.rec) {
			err = errNotYours
		}
		if err == nil {
			conv, err = s.staffID(), d.staffRoom(tx, s)
		}
		return err
	})
	if err != nil {
		return chat.Sent{}, err
	}
	outcomes, err := d.cfg.Chat.SendBatch(ctx, []chat.Outgoing{{
		From: d.name(by), ConvID: conv, CID: cid, Content: wire.AppendString(nil, text), System: true,
	}})
	if err != nil {
		return chat.Sent{}, d.refusal(err)
	}
	if outcomes[0].Err != nil {
		return chat.Sent{}, outcomes[0].Err
	}
	return outcomes[0].Sent, nil
}

// staffRoom makes the conversation of the notes, if there is none. It is new, so
// that nothing ends the batch meanwhile.
func (d *Desk) staffRoom(tx *sequencer.Tx, s *session) error {
	if s.rec.Staff != 0 {
		return nil
	}
	num, err := tx.CreateService(s.rec.ID + staffSuffix)
	if err != nil {
		return err
	}
	d.change(tx, s, func(r *storage.DeskSession) { r.Staff = num })
	if s.agent != nil {
		d.failed(s, "taking somebody in", tx.AddTo(s.staffID(), s.rec.Agent, 0))
	}
	for _, user := range s.rec.Watchers {
		d.failed(s, "taking somebody in", tx.AddTo(s.staffID(), user, 0))
	}
	return nil
}

// staffSuffix ends the id of the conversation of notes.
const staffSuffix = ".staff"
