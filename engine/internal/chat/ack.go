package chat

import (
	"context"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// ack takes a client's word that it has everything of a conversation up to a
// seq; an id means its message and all before it, since they came in order.
func (s *Service) ack(ss *Session, r *wire.Request) *wire.Error {
	if len(r.IDs) == 0 {
		if h := s.seq.Head(r.ConvID); h != nil {
			ss.acked(h.Num, min(r.Seq, h.Published())) // what is to come can't be had
			return nil
		}
	}
	if ss.reads >= maxSessionReads {
		if len(r.IDs) == 0 {
			return nil // what isn't acknowledged is sent again, or acknowledged by the next
		}
		return errBusy.Pick()
	}
	req := wire.Request{ConvID: strings.Clone(r.ConvID), Seq: r.Seq, IDs: slices.Clone(r.IDs)}
	id, user, visitor := ss.conn.ID(), ss.user, ss.visitor()
	if !s.readers.try(func() {
		moves, err := s.acknowledged(user, visitor, &req)
		if err != nil {
			s.cfg.Logger.Error("reading what was acknowledged", "user", user, "err", err)
		}
		s.loops.Do(id, func(ss *Session) {
			ss.reads--
			for _, m := range moves {
				ss.acked(m.Conv, m.Seq)
			}
			ss.TurnEnd()
		})
	}) {
		return errBusy.Pick()
	}
	ss.reads++
	return nil
}

// acked moves what this connection has, now, and the user's cursor, at the end
// of the turn.
func (ss *Session) acked(conv, seq uint64) {
	if w := ss.windows[conv]; w != nil && w.ack(seq) {
		delete(ss.windows, conv)
	}
	for i := range ss.acks {
		if ss.acks[i].Conv == conv {
			ss.acks[i].Seq = max(ss.acks[i].Seq, seq)
			return
		}
	}
	ss.acks = append(ss.acks, sequencer.Cursor{User: ss.user, Conv: conv, Seq: seq})
}

// Ack is ack over HTTP.
func (s *Service) Ack(_ context.Context, user string, r *wire.Request) error {
	moves, err := s.acknowledged(user, false, r)
	if err != nil {
		return s.Refusal(err)
	}
	if len(moves) == 0 {
		return errNotFound
	}
	if err := s.seq.Move(moves); err != nil {
		return s.Refusal(err)
	}
	return nil
}

// acknowledged finds the conversations that an ack means and that are the user's,
// each with the highest seq; of a visitor's those of service
// sessions alone.
func (s *Service) acknowledged(user string, visitor bool, r *wire.Request) (moves []sequencer.Cursor, err error) {
	named := s.namedBySeq
	if len(r.IDs) > 0 {
		named = s.namedByID
	}
	seqs, err := named(r)
	if err != nil {
		return nil, err
	}
	for conv, seq := range seqs {
		rec, ok, err := s.db.Session(user, conv)
		if err != nil {
			return nil, err
		}
		if ok && !rec.Left && (!visitor || sequencer.Kind(rec.Kind) == sequencer.Service) {
			moves = append(moves, sequencer.Cursor{User: user, Conv: conv, Seq: seq})
		}
	}
	return moves, nil
}

func (s *Service) namedBySeq(r *wire.Request) (map[uint64]uint64, error) {
	rec, ok, err := s.db.Conversation(r.ConvID)
	if err != nil || !ok {
		return nil, err
	}
	last, err := s.published(&place{num: rec.Num, id: rec.ID})
	return map[uint64]uint64{rec.Num: min(r.Seq, last)}, err
}

func (s *Service) namedByID(r *wire.Request) (map[uint64]uint64, error) {
	seqs := make(map[uint64]uint64)
	durable := s.seq.Durable()
	for _, id := range r.IDs {
		p, ok, err := s.db.Place(id)
		if err != nil {
			return nil, err
		}
		if ok && id <= durable {
			seqs[p.Conv] = max(seqs[p.Conv], p.Seq)
		}
	}
	return seqs, nil
}
