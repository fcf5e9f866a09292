package chat

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	maxReceiptIDs = 500  // ids that one receipt names, the newest
	receiptReach  = 1000 // entries that a receipt looks back over
)

// moved is a read cursor that was moved: what is above from, up to to, is read.
type moved struct{ conv, from, to uint64 }

// receiveRead takes a client's word that its user has read a conversation up to a seq.
func (s *Service) receiveRead(ss *Session, r *wire.Request) *wire.Error {
	req := wire.Request{ConvID: strings.Clone(r.ConvID), Seq: r.Seq, IDs: slices.Clone(r.IDs)}
	id, user, visitor, cid := ss.conn.ID(), ss.user, ss.visitor(), strings.Clone(r.CID)
	answer := func(err error) {
		if err != nil || cid != "" {
			s.answer(id, cid, err)
		}
	}
	if !s.readers.try(func() {
		moves, err := s.acknowledged(user, visitor, &req)
		if err == nil && len(moves) == 0 {
			err = errNotFound
		}
		if err != nil {
			answer(err)
			return
		}
		var done []moved
		err = s.seq.GoAnyway(s.moveRead(user, id, moves, &done), func(err error) {
			s.receipts(user, done)
			answer(err)
		})
		if err != nil {
			answer(err)
		}
	}) {
		return errBusy.Pick()
	}
	return nil
}

// Read is receiveRead over HTTP.
func (s *Service) Read(_ context.Context, user string, r *wire.Request) error {
	moves, err := s.acknowledged(user, false, r)
	if err == nil && len(moves) == 0 {
		err = errNotFound
	}
	if err != nil {
		return s.Refusal(err)
	}
	var done []moved
	if err := s.seq.DoAnyway(s.moveRead(user, delivery.Conn{}, moves, &done)); err != nil {
		return s.Refusal(err)
	}
	s.receipts(user, done)
	return nil
}

// moveRead moves cursors and tells the user's other devices.
func (s *Service) moveRead(user string, from delivery.Conn, moves []sequencer.Cursor, done *[]moved) func(*sequencer.Tx) error {
	return func(tx *sequencer.Tx) error {
		for _, m := range moves {
			was, is, err := tx.MoveRead(user, m.Conv, m.Seq)
			if err != nil {
				return err
			}
			if is <= was {
				continue
			}
			*done = append(*done, moved{m.Conv, was, is})
			head, err := tx.Conversation(m.Conv)
			if err != nil {
				return err
			}
			tx.NotifyAbout(head.Kind, user, from, frame(func(b []byte) []byte {
				return wire.AppendRead(b, head.ID, user, is, nil, tx.Now())
			}))
		}
		return nil
	}
}

// receipts lets a reader tell those whose messages were read. Where too much
// waits they are not told: they see it in their lists.
func (s *Service) receipts(user string, done []moved) {
	if len(done) == 0 {
		return
	}
	s.readers.try(func() {
		for _, m := range done {
			if err := s.receipt(user, m); err != nil && !errors.Is(err, sequencer.ErrShuttingDown) {
				s.cfg.Logger.Error("telling what was read", "user", user, "conv", m.conv, "err", err)
			}
		}
	})
}

func (s *Service) receipt(user string, m moved) error {
	rec, ok, err := s.db.ConversationByNum(m.conv)
	if err != nil || !ok {
		return err
	}
	p, _ := newPlace(rec.Num, rec.ID)
	if tells, err := s.tellsReceipts(&p, user); err != nil || !tells {
		return err
	}
	of, err := s.covered(user, m)
	if err == nil {
		err = s.stay(m.conv, of)
	}
	if err != nil || len(of) == 0 {
		return err
	}
	return s.seq.GoAnyway(func(tx *sequencer.Tx) error {
		for sender, ids := range of {
			if p.kind == sequencer.Group {
				ids = nil
			}
			tx.NotifyAbout(p.kind, sender, delivery.Conn{}, frame(func(b []byte) []byte {
				return wire.AppendRead(b, p.id, user, m.to, ids, tx.Now())
			}))
		}
		return nil
	}, func(error) {})
}

// tellsReceipts reports whether others are to hear what a user has read: not in
// large groups, nor of who silently looks into a service session.
func (s *Service) tellsReceipts(p *place, user string) (bool, error) {
	switch p.kind {
	case sequencer.Group:
		g, ok, err := s.db.Group(p.num)
		return ok && int(g.Members) <= s.cfg.ReceiptMembers, err
	case sequencer.Service:
		m, ok, err := s.db.Member(p.num, user)
		return ok && m.Role != sequencer.RoleSilent, err
	}
	return true, nil
}

// stay leaves out those who are not in the conversation any more.
func (s *Service) stay(conv uint64, of map[string][]uint64) error {
	for sender := range of {
		rec, ok, err := s.db.Session(sender, conv)
		if err != nil {
			return err
		}
		if !ok || rec.Left {
			delete(of, sender)
		}
	}
	return nil
}

// covered finds the messages of others that a receipt newly covers, by sender.
func (s *Service) covered(user string, m moved) (map[string][]uint64, error) {
	from := m.from + 1
	if m.to-m.from > receiptReach {
		from = m.to - receiptReach + 1
	}
	of := make(map[string][]uint64)
	err := s.db.Messages(m.conv, from, m.to, func(msg *storage.Message) error {
		if !msg.Event && msg.From != user {
			ids := of[msg.From]
			if ids == nil {
				ids = make([]uint64, 0, 4)
			}
			of[strings.Clone(msg.From)] = append(ids, msg.ID)
		}
		return nil
	})
	for sender, ids := range of {
		if len(ids) > maxReceiptIDs {
			of[sender] = ids[len(ids)-maxReceiptIDs:]
		}
	}
	return of, err
}

// readersStep is how many members one page of readers looks at.
const readersStep = 1000

// Readers lists the members who have read a message of a group, in the order of
// their ids. A page may be short, even empty, and still have a next.
func (s *Service) Readers(_ context.Context, user, groupID string, seq uint64, after string, limit int) (list []Reader, next string, err error) {
	rec, floor, err := s.groupFor(user, groupID)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	last, err := s.published(&place{num: rec.Conv, id: groupPrefix + groupID})
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	if seq <= floor || seq > last {
		return nil, "", errNoMessage
	}
	sender, err := s.senderOf(rec.Conv, seq)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	members, err := s.db.Members(rec.Conv, after, readersStep)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	noted, err := s.notedIn(rec.Conv, members)
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	for i, m := range members {
		if len(list) == limit {
			return list, next, nil
		}
		next = m.User
		session, ok, err := s.db.Session(m.User, rec.Conv)
		if err != nil {
			return nil, "", s.Refusal(err)
		}
		if read := max(session.ReadSeq, session.SentSeq, noted[i].Sent); ok && m.User != sender && m.JoinSeq <= seq && read >= seq {
			list = append(list, Reader{User: m.User, ReadSeq: min(read, last)})
		}
	}
	if len(members) < readersStep {
		next = ""
	}
	return list, next, nil
}

// senderOf tells who sent a message; of an event it says that there is none.
func (s *Service) senderOf(conv, seq uint64) (sender string, err error) {
	err = s.db.Messages(conv, seq, seq, func(m *storage.Message) error {
		if m.Event {
			return errNoMessage
		}
		sender = strings.Clone(m.From)
		return nil
	})
	return sender, err
}

// notedIn asks for what the sessions of members don't tell yet.
func (s *Service) notedIn(conv uint64, members []storage.Member) ([]sequencer.Noted, error) {
	noted := make([]sequencer.Noted, len(members))
	return noted, s.seq.Ask(func(tx *sequencer.Tx) {
		for i, m := range members {
			noted[i] = tx.NotedIn(m.User, conv)
		}
	})
}
