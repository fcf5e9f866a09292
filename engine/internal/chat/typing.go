package chat

import (
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

const (
	typingEvery = time.Second
	maxTyping   = 64 // conversations that a session remembers having typed in
)

// typing tells the others of a conversation that the user is writing. Once a
// second is enough; more is left out without a word.
func (s *Service) typing(ss *Session, r *wire.Request) *wire.Error {
	a := arena{buf: make([]byte, 0, 2*maxConvID)}
	t, refused := resolve(ss.user, r, &a)
	if refused != nil {
		return refused
	}
	if !ss.mayType(t.convID, time.Now()) {
		return nil
	}
	id, user, cid := ss.conn.ID(), ss.user, strings.Clone(r.CID)
	err := s.seq.GoAnyway(func(tx *sequencer.Tx) error {
		if err := tx.MayWrite(t.kind, t.convID, user, t.peer); err != nil {
			return err
		}
		told := frame(func(b []byte) []byte { return wire.AppendTyping(b, t.convID, user) })
		switch t.kind {
		case sequencer.Group:
			tx.NotifyGroup(t.convID[len(groupPrefix):], id, told)
		case sequencer.Service:
			tx.NotifyConv(t.convID, id, told)
		default:
			tx.NotifyUser(t.peer, id, told)
		}
		return nil
	}, func(err error) {
		if err != nil {
			s.answer(id, cid, err)
		}
	})
	if err != nil {
		return s.Refusal(err)
	}
	return nil
}

func (ss *Session) mayType(convID string, now time.Time) bool {
	if now.Sub(ss.typed[convID]) < typingEvery {
		return false
	}
	if ss.typed == nil || len(ss.typed) >= maxTyping {
		ss.typed = make(map[string]time.Time)
	}
	ss.typed[convID] = now
	return true
}
