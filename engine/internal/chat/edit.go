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

// change is what an edit is to put in a message's place.
type change struct {
	user    string
	id      uint64
	content []byte
	kind    string // content type; "" = text
	refuse  error  // what refuses it even to who may edit the message; nil: nothing
}

// newChange copies what it needs of the request.
func newChange(user string, r *wire.Request) *change {
	c := &change{user: user, id: r.ID, content: slices.Clone(r.Content), kind: strings.Clone(r.ContentType)}
	if c.kind == "text" {
		c.kind = ""
	}
	return c
}

// Edit gives a message of one's own another content, for a while. If ctx ends
// first, whether it has it is unknown.
func (s *Service) Edit(ctx context.Context, user string, r *wire.Request) error {
	c := newChange(user, r)
	if s.screen == nil {
		return s.done(s.seq.Do(s.edit(c)))
	}
	answer := make(chan error, 1)
	err := s.screen.put(user, &heldEdit{
		screen: s.screen, change: c, edit: s.edit(c), done: func(err error) { answer <- err },
	})
	if err != nil {
		return s.Refusal(err)
	}
	select {
	case err := <-answer:
		return s.done(err)
	case <-ctx.Done():
		return s.Refusal(ctx.Err())
	}
}

// receiveEdit is Edit for a connection.
func (s *Service) receiveEdit(ss *Session, r *wire.Request) *wire.Error {
	c := newChange(ss.user, r)
	do := ss.about(c.id, s.edit(c))
	if s.screen == nil {
		return s.command(ss, r.CID, s.seq.Go, do)
	}
	s.submitTurn(ss) // what was sent before it is asked about before it
	id, cid := ss.conn.ID(), strings.Clone(r.CID)
	err := s.screen.put(ss.user, &heldEdit{
		screen: s.screen, change: c, cid: cid, edit: do, done: func(err error) { s.answer(id, cid, err) },
	})
	if err != nil {
		return s.Refusal(err)
	}
	return nil
}

// edit carries a change out, as it is by then.
func (s *Service) edit(c *change) func(*sequencer.Tx) error {
	return func(tx *sequencer.Tx) error {
		e, err := s.entry(tx, c.user, c.id)
		if err != nil {
			return err
		}
		if err := s.mayEdit(tx, e, c.user); err != nil {
			return err
		}
		if c.refuse != nil {
			return c.refuse
		}
		if bytes.Equal(e.msg.Content, c.content) && e.msg.Type == c.kind {
			return nil // a retry, most likely
		}
		return e.edit(tx, c.content, c.kind)
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
