package chat

import (
	"context"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// heldEdit is an edit that waits for the hook.
type heldEdit struct {
	screen *screen
	change *change
	cid    string
	edit   func(*sequencer.Tx) error // carries change out
	done   func(error)               // answers, once; any goroutine
}

func (h *heldEdit) size() int { return len(h.change.content) }

// pass implements held.
func (h *heldEdit) pass(ctx context.Context) {
	if err := h.judge(ctx); err != nil {
		h.done(err)
		return
	}
	if err := h.screen.svc.seq.Go(h.edit, h.done); err != nil {
		h.done(err)
	}
}

// judge asks the hook and makes the change what it wants, or says why there is to
// be none. A message that isn't there nobody is asked about: the edit will find that
// it isn't.
func (h *heldEdit) judge(ctx context.Context) error {
	if ctx.Err() != nil {
		return sequencer.ErrShuttingDown
	}
	at, ok, err := h.screen.svc.placeOf(h.change.id)
	if err != nil || !ok || !at.maybeOf(h.change.user) || !h.screen.Kinds[at.kind] {
		return err
	}
	v, err := h.screen.Ask(ctx, h.question(&at))
	switch {
	case err != nil:
		return sequencer.ErrShuttingDown
	case v.Refusal != nil:
		return v.Refusal
	case v.Content != nil:
		h.change.content = v.Content
		if v.ContentType != nil {
			h.change.kind = *v.ContentType
		}
	}
	return nil
}

func (h *heldEdit) question(at *place) *wire.Question {
	c := h.change
	q := &wire.Question{
		Type: "edit", From: c.user, ConvID: at.id, ID: c.id, CID: h.cid,
		Content: c.content, ContentType: c.kind, Time: time.Now().UnixMilli(),
	}
	if at.kind == sequencer.Single {
		q.To = at.peer(c.user)
	}
	return q
}

// maybeOf reports whether a user may be in the conversation, as far as its id tells.
func (p *place) maybeOf(user string) bool {
	return p.kind != sequencer.Single || user == p.a || user == p.b
}

// placeOf finds the conversation of a message.
func (s *Service) placeOf(id uint64) (place, bool, error) {
	at, ok, err := s.db.Place(id)
	if err != nil || !ok {
		return place{}, false, err
	}
	conv, ok, err := s.db.ConversationByNum(at.Conv)
	if err != nil || !ok {
		return place{}, false, err
	}
	p, ok := newPlace(conv.Num, conv.ID)
	return p, ok, nil
}
