package chat

import (
	"context"
	"math"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// target is the conversation that a request names, seen by one user.
type target struct {
	kind   sequencer.Kind
	convID string
	peer   string // of a single conversation
}

// resolve finds the conversation that r means for a user. What is not the
// user's looks like what doesn't exist. The strings live in a.
func resolve(user string, r *wire.Request, a *arena) (target, *wire.Error) {
	switch {
	case r.To == user:
		return target{}, errSelf
	case r.To != "":
		return target{sequencer.Single, a.singleID(user, r.To), a.text(r.To)}, nil
	case r.GroupID != "":
		return target{sequencer.Group, a.groupID(r.GroupID), ""}, nil
	}
	conv, ok := wire.ParseConvID(r.ConvID)
	if !ok {
		return target{}, errNotFound
	}
	switch conv.Kind {
	case wire.Single:
		peer, ok := conv.Peer(user)
		if !ok {
			return target{}, errNotFound
		}
		return target{sequencer.Single, a.text(r.ConvID), a.text(peer)}, nil
	case wire.Group:
		return target{sequencer.Group, a.text(r.ConvID), ""}, nil
	case wire.Service:
		return target{sequencer.Service, a.text(r.ConvID), ""}, nil
	}
	return target{}, errNotFound
}

// prepare fills in a Send with copies of what the request says.
func prepare(m *sequencer.Send, user string, r *wire.Request, a *arena) *wire.Error {
	if r.Claimed != "" && r.Claimed != user {
		return errOther
	}
	t, err := resolve(user, r, a)
	if err != nil {
		return err
	}
	if strings.HasPrefix(t.peer, VisitorPrefix) {
		return errToVisitor
	}
	m.From, m.Kind, m.ConvID, m.To = user, t.kind, t.convID, t.peer
	m.CID, m.Content = a.text(r.CID), a.bytes(r.Content)
	if r.ContentType != "text" {
		m.Type = a.text(r.ContentType)
	}
	if r.ReplyTo != 0 || r.TTL != 0 || r.MentionAll || len(r.Mentions) > 0 {
		m.More = more(r)
	}
	return nil
}

// more copies what few messages have.
func more(r *wire.Request) *sequencer.More {
	m := &sequencer.More{MentionAll: r.MentionAll, ReplyTo: r.ReplyTo, TTL: int64(r.TTL) * 1000}
	var extra wire.Extra
	for _, user := range r.Mentions {
		if !slices.Contains(m.Mentions, user) {
			m.Mentions = append(m.Mentions, strings.Clone(user))
		}
	}
	switch {
	case m.MentionAll:
		extra = extra.Text("mentions", "all")
	case len(m.Mentions) > 0:
		extra = extra.Texts("mentions", m.Mentions)
	}
	if m.ReplyTo != 0 {
		extra = extra.ID("reply_to", m.ReplyTo) // the log's writer adds reply_seq
	}
	m.Extra = extra
	return m
}

// send takes a message of a connection; it is handed over at the end of the turn.
func (s *Service) send(ss *Session, r *wire.Request) *wire.Error {
	t := &s.turns[ss.conn.ID().Reactor]
	m := t.add()
	if err := prepare(m, ss.user, r, &t.arena); err != nil {
		*m = sequencer.Send{}
		t.sends = t.sends[:len(t.sends)-1]
		return err
	}
	m.Origin = ss.conn.ID()
	if cu := ss.catchUp; cu != nil && !cu.joined {
		cu.since = math.MaxUint64 // what it sent itself is not to come back to it
	}
	if len(t.sends) == cap(t.sends) {
		s.submitTurn(ss)
	}
	return nil
}

// Send stores a message of a user and returns when it is on disk. If ctx ends
// first, whether the message is stored is unknown: a retry with the same cid
// finds out.
func (s *Service) Send(ctx context.Context, user string, r *wire.Request) (Sent, error) {
	var a arena
	a.buf = make([]byte, 0, len(r.Content)+len(r.CID)+len(r.ContentType)+2*maxConvID)
	m := make([]sequencer.Send, 1)
	if err := prepare(&m[0], user, r, &a); err != nil {
		return Sent{}, err
	}
	answer := make(chan sequencer.Result, 1)
	m[0].Done = func(r sequencer.Result) { answer <- r }
	if err := s.submit(user, m); err != nil {
		s.busy(err)
		return Sent{}, s.Refusal(err)
	}
	select {
	case r := <-answer:
		if r.Err != nil {
			return Sent{}, s.Refusal(r.Err)
		}
		return Sent{ID: r.ID, ConvID: r.ConvID, Seq: r.Seq, Time: r.Time}, nil
	case <-ctx.Done():
		return Sent{}, s.Refusal(ctx.Err())
	}
}
