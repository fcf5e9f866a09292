package chat_test

import (
	"fmt"
	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func (r *modelRun) drawRead() modelOp {
	user := r.user()
	return r.readOp(user, r.upTo(user))
}

func (r *modelRun) drawReadIDs() modelOp { return r.readOp(r.several()) }

func (r *modelRun) drawAck() modelOp {
	user := r.user()
	return r.ackOp(user, r.upTo(user))
}

func (r *modelRun) drawAckIDs() modelOp { return r.ackOp(r.several()) }

// upTo names a stretch of a conversation.
func (r *modelRun) upTo(user string) *wire.Request {
	conv := r.convID(user)
	return &wire.Request{ConvID: conv, Seq: r.seq(conv)}
}

// several names a few entries, one of them mostly of one's own conversations.
func (r *modelRun) several() (string, *wire.Request) {
	user, id := r.entryFor()
	req := &wire.Request{IDs: []uint64{id}}
	for range rapid.IntRange(0, 2).Draw(r.t, "more ids") {
		_, id := r.entry()
		req.IDs = append(req.IDs, id)
	}
	return user, req
}

func (r *modelRun) readOp(user string, req *wire.Request) modelOp {
	req.Verb = wire.VerbRead
	return modelOp{
		what: fmt.Sprintf("%s reads %s %d %v", user, req.ConvID, req.Seq, req.IDs),
		do:   func(s *modelSite) (any, error) { return nil, s.Read(modelCtx, user, req) },
		rules: func(w *modelWorld) (any, string) {
			return nil, w.receipt(user, req, func(s *modelSeat, seq uint64) {
				if seq > s.read && seq > s.join-1 {
					s.read = seq
					s.ack.write(seq)
				}
			})
		},
	}
}

func (r *modelRun) ackOp(user string, req *wire.Request) modelOp {
	req.Verb = wire.VerbAck
	return modelOp{
		what: fmt.Sprintf("%s acks %s %d %v", user, req.ConvID, req.Seq, req.IDs),
		do:   func(s *modelSite) (any, error) { return nil, s.Ack(modelCtx, user, req) },
		rules: func(w *modelWorld) (any, string) {
			return nil, w.receipt(user, req, func(s *modelSeat, seq uint64) { s.ack.move(seq) })
		},
	}
}

// receipt moves the cursors that a request means.
func (w *modelWorld) receipt(user string, req *wire.Request, move func(*modelSeat, uint64)) string {
	found := false
	take := func(c *modelConv, seq uint64) {
		if c == nil {
			return
		}
		if s, ok := c.seat(user); ok {
			found = true
			move(s, min(seq, c.last()))
		}
	}
	if req.IDs == nil {
		take(w.convs[req.ConvID], req.Seq)
	}
	for _, id := range req.IDs {
		take(w.place(id))
	}
	if !found {
		return wire.ReasonNotFound
	}
	return ""
}

func (r *modelRun) drawClear() modelOp {
	user := r.user()
	conv := r.convID(user)
	seq := r.seq(conv)
	if rapid.Bool().Draw(r.t, "all") {
		seq = 0
	}
	return modelOp{
		what: fmt.Sprintf("%s clears %s up to %d", user, conv, seq),
		do:   func(s *modelSite) (any, error) { return nil, s.ClearConversation(modelCtx, user, conv, seq) },
		rules: func(w *modelWorld) (any, string) {
			return nil, w.setSeat(user, conv, func(s *modelSeat, last uint64) {
				if seq == 0 || seq > last {
					s.cleared = last
				}
				s.cleared = max(s.cleared, min(seq, last))
			})
		},
	}
}

func (r *modelRun) drawSettings() modelOp {
	user := r.user()
	conv := r.convID(user)
	p := chat.ConversationPatch{Pinned: r.flag("pinned"), Muted: r.flag("muted"), Hidden: r.flag("hidden")}
	return modelOp{
		what: fmt.Sprintf("%s sets %s: %s", user, conv, modelJSON(p)),
		do:   func(s *modelSite) (any, error) { return nil, s.UpdateConversation(modelCtx, user, conv, p) },
		rules: func(w *modelWorld) (any, string) {
			return nil, w.setSeat(user, conv, func(s *modelSeat, last uint64) { s.set(p, last, w.now) })
		},
	}
}

func (s *modelSeat) set(p chat.ConversationPatch, last uint64, now int64) {
	if p.Pinned != nil {
		s.pinned = 0
		if *p.Pinned {
			s.pinned = now
		}
	}
	if p.Muted != nil {
		s.quiet = *p.Muted
	}
	if p.Hidden != nil {
		s.hidden = 0
		if *p.Hidden {
			s.hidden = last
		}
	}
}

func (w *modelWorld) setSeat(user, conv string, change func(s *modelSeat, last uint64)) string {
	c := w.convs[conv]
	if c == nil {
		return wire.ReasonNotFound
	}
	s, ok := c.seat(user)
	if !ok {
		return wire.ReasonNotFound
	}
	change(s, c.last())
	return ""
}

func (r *modelRun) drawBlock() modelOp {
	user := r.user()
	other := r.other(user)
	return modelOp{
		what: fmt.Sprintf("%s blocks %s", user, other),
		do:   func(s *modelSite) (any, error) { return nil, s.Block(modelCtx, user, other) },
		rules: func(w *modelWorld) (any, string) {
			if user == other {
				return nil, wire.ReasonBadRequest
			}
			if key := [2]string{user, other}; w.blocks[key] == 0 {
				w.blocks[key] = w.now
			}
			return nil, ""
		},
	}
}

func (r *modelRun) drawUnblock() modelOp {
	user := r.user()
	other := r.other(user)
	return modelOp{
		what: fmt.Sprintf("%s unblocks %s", user, other),
		do:   func(s *modelSite) (any, error) { return nil, s.Unblock(modelCtx, user, other) },
		rules: func(w *modelWorld) (any, string) {
			delete(w.blocks, [2]string{user, other})
			return nil, ""
		},
	}
}
