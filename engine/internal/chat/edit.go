package chat

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Edit gives a message of one's own another content, for a while.
func (s *Service) Edit(_ context.Context, user string, r *wire.Request) error {
	return s.done(s.seq.Do(s.edit(user, r)))
}

// edit copies what it needs of the request.
func (s *Service) edit(user string, r *wire.Request) func(*sequencer.Tx) error {
	id, content, kind := r.ID, slices.Clone(r.Content), strings.Clone(r.ContentType)
	if kind == "text" {
		kind = ""
	}
	return func(tx *sequencer.Tx) error {
		e, err := s.entry(tx, user, id)
		if err != nil {
			return err
		}
		if err := s.mayEdit(tx, e, user); err != nil {
			return err
		}
		if bytes.Equal(e.msg.Content, content) && e.msg.Type == kind {
			return nil // a retry, most likely
		}
		return e.edit(tx, content, kind)
	}
}

func (s *Service) mayEdit(tx *sequencer.Tx, e *entry, user string) error {
	switch {
	case e.msg.From != user || e.msg.Flags&flagRecalled != 0:
		return errNoMessage
	case e.msg.Expires != 0 && e.msg.Expires <= tx.Now():
		return errNoMessage
	case tx.Now()-e.msg.Time > s.cfg.EditWindow.Milliseconds():
		return errEditTooLate
	}
	return e.mayWrite(tx, user)
}

// edit puts the new content in the message's place and into an event. The event
// of the edit before loses its content: what is recalled later is in two places
// at most.
func (e *entry) edit(tx *sequencer.Tx, content []byte, kind string) error {
	if e.msg.Ref != 0 {
		if err := tx.Rewrite(e.num, e.msg.Ref, eraseEvent); err != nil {
			return err
		}
	}
	hidden, err := e.hidden(tx)
	if err != nil {
		return err
	}
	extra, told := e.about(), content
	if hidden {
		told = nil
	} else if kind != "" {
		extra = extra.Text("content_type", kind)
	}
	// The event comes behind all that is stored, so its seq is known beforehand.
	last, err := tx.Last(e.num)
	if err != nil {
		return err
	}
	err = tx.Rewrite(e.num, e.msg.Seq, func(m *storage.Message) {
		m.Content, m.Type, m.Ref, m.Flags = content, kind, last+1, m.Flags|flagEdited
	})
	if err != nil {
		return err
	}
	_, err = tx.Event(e.id, sequencer.Event{
		Type: wire.EventEdit, From: e.msg.From, Ref: e.msg.Seq,
		Extra: extra, Content: told, Expires: e.msg.Expires,
	})
	return err
}

// hidden reports whether there are, or were, members who came after the message
// and don't see it: then the event, which everybody gets, doesn't tell its content.
func (e *entry) hidden(tx *sequencer.Tx) (bool, error) {
	if e.kind != sequencer.Group {
		return false, nil
	}
	g, err := tx.Group(e.group())
	return g.LastJoin > e.msg.Seq, err
}
