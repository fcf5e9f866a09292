package chat

import (
	"context"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
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
	err := ctx.Err()
	if err == nil {
		err = h.judge(ctx)
	}
	if err != nil {
		h.done(sequencer.ErrShuttingDown)
		return
	}
	if err := h.screen.svc.seq.Go(h.edit, h.done); err != nil {
		h.done(err)
	}
}

// judge asks the hook and makes the change what it wants; its error is that of ctx. A
// refusal is left to the log's writer, who first finds out whether the user may edit
// the message at all: who may not isn't told whether it exists. Of such an edit nobody
// is asked, as far as can be seen here. It is refused even if the message should be
// there by the time the writer looks, since then nobody was asked about it.
func (h *heldEdit) judge(ctx context.Context) error {
	at, own, err := h.screen.svc.ownPlace(h.change.user, h.change.id)
	switch {
	case err != nil:
		h.change.refuse = err
		return nil
	case !own:
		h.change.refuse = errNoMessage
		return nil
	case !h.screen.Kinds[at.kind]:
		return nil
	}
	v, err := h.screen.Ask(ctx, h.question(&at))
	if err == nil {
		h.apply(&v)
	}
	return err
}

// apply makes the change what the verdict wants.
func (h *heldEdit) apply(v *wire.Verdict) {
	switch {
	case v.Refusal != nil:
		h.change.refuse = v.Refusal
	case v.Content != nil:
		h.change.content = v.Content
		if v.ContentType != nil {
			h.change.kind = *v.ContentType
		}
	}
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

// ownPlace finds the conversation of a message that a user has sent and that has its
// content still.
func (s *Service) ownPlace(user string, id uint64) (p place, own bool, err error) {
	at, ok, err := s.db.Place(id)
	if err != nil || !ok {
		return place{}, false, err
	}
	err = s.messages(at.Conv, at.Seq, at.Seq, func(m *storage.Message) error {
		own = !m.Event && m.ID == id && m.From == user && m.Flags&(flagRecalled|flagExpired) == 0
		return nil
	})
	if err != nil || !own {
		return place{}, false, err
	}
	conv, ok, err := s.db.ConversationByNum(at.Conv)
	if err != nil || !ok {
		return place{}, false, err
	}
	p, own = newPlace(conv.Num, conv.ID)
	return p, own, nil
}
