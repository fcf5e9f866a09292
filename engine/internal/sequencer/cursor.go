package sequencer

import (
	"strings"
	"time"

	"gannet/storage"
)

// Cursor says that a user has been sent, or has acknowledged, everything of a
// conversation up to a seq.
type Cursor struct {
	User string
	Conv uint64
	Seq  uint64
}

const (
	cursorsEvery = time.Second
	maxCursors   = 64 << 10
	// A turn writes up to cursorsATurn of the moves that are due, so that the
	// messages behind them do not wait for long.
	cursorsATurn = 4096
)

// marks are the cursors that move without anybody waiting for them. Sessions may
// be up to cursorsEvery behind them after a crash, never after a stop.
type marks struct {
	ack  uint64 // received up to here; a client that comes back reports it again
	sent uint64 // the last message of one's own; recoverSent finds it again
}

// cursors collects moves between the batches they ride in. A user who is sent a
// thousand messages a second costs one row a second.
type cursors struct {
	moved map[string]map[uint64]marks // user → conversation → where to
	n     int
	since time.Time // of the oldest
}

func (k *cursors) move(user string, conv uint64, to marks, now time.Time) {
	if k.moved == nil {
		k.moved = make(map[string]map[uint64]marks)
	}
	of := k.moved[user]
	if of == nil {
		of = make(map[uint64]marks)
		k.moved[strings.Clone(user)] = of
	}
	old, ok := of[conv]
	if !ok {
		if k.n == 0 {
			k.since = now
		}
		k.n++
	}
	of[conv] = marks{ack: max(old.ack, to.ack), sent: max(old.sent, to.sent)}
}

// forget drops what was collected of a user's place in a conversation.
func (k *cursors) forget(user string, conv uint64) {
	of := k.moved[user]
	if _, ok := of[conv]; !ok {
		return
	}
	k.n--
	if delete(of, conv); len(of) == 0 {
		delete(k.moved, user)
	}
}

// noteCursor collects a move. The first one sees to it that a turn comes for it.
func (s *Sequencer) noteCursor(user string, conv uint64, to marks) {
	var now time.Time // only the first one's counts
	if s.cursors.n == 0 {
		now = time.Now() // not s.now, which goes back where the wall clock does
		time.AfterFunc(cursorsEvery, s.inbox.ring)
	}
	s.cursors.move(user, conv, to, now)
}

func (k *cursors) due(now time.Time) bool {
	return k.n > 0 && (now.Sub(k.since) >= cursorsEvery || k.n >= maxCursors)
}

// flushCursors writes all collected moves into the batch.
func (s *Sequencer) flushCursors() { s.flushSomeCursors(s.cursors.n) }

// flushDueCursors writes some of the moves that are due, and sees to it that
// another turn comes for the rest.
func (s *Sequencer) flushDueCursors(now time.Time) {
	if !s.cursors.due(now) {
		return
	}
	s.flushSomeCursors(cursorsATurn)
	if s.cursors.due(now) {
		s.inbox.ring()
	}
}

func (s *Sequencer) flushSomeCursors(most int) {
	for id := range s.cursors.moved {
		if most <= 0 {
			break
		}
		most -= s.flushSomeOf(id, most)
	}
	if s.cursors.n == 0 {
		s.putNoted()
	}
}

// flushCursorsOf writes all of one user's moves into the batch.
func (s *Sequencer) flushCursorsOf(id string) { s.flushSomeOf(id, len(s.cursors.moved[id])) }

// flushSomeOf writes up to most of one user's moves and returns how many.
func (s *Sequencer) flushSomeOf(id string, most int) (n int) {
	of := s.cursors.moved[id]
	for num, to := range of {
		if n == most {
			break
		}
		n++
		delete(of, num)
		if err := s.moveCursors(id, num, to); err != nil {
			s.cfg.Logger.Error("moving a cursor", "user", id, "conv", num, "err", err)
		}
	}
	s.cursors.n -= n
	if len(of) == 0 {
		delete(s.cursors.moved, id)
	}
	return n
}

// moveCursors moves stored cursors forward, never past the end of the log. Who
// has left a conversation has none there any more.
func (s *Sequencer) moveCursors(id string, num uint64, to marks) error {
	rec, ok, err := s.session(id, num)
	if err != nil || !ok || rec.Left || to.ack <= rec.AckSeq && to.sent <= rec.SentSeq {
		return err
	}
	last, err := s.lastSeq(num)
	if err != nil {
		return err
	}
	ack, sent := max(rec.AckSeq, min(to.ack, last)), max(rec.SentSeq, min(to.sent, last))
	if ack != rec.AckSeq || sent != rec.SentSeq {
		rec.AckSeq, rec.SentSeq = ack, sent
		s.putSession(rec)
	}
	return nil
}

// lastSeq is the last seq of a conversation as this batch will leave it.
func (s *Sequencer) lastSeq(num uint64) (uint64, error) {
	if c := s.byNum[num]; c != nil {
		return c.last, nil
	}
	return s.db.LastSeq(num)
}

type sessionKey struct {
	user string
	conv uint64
}

// session reads a session as this batch will leave it.
func (s *Sequencer) session(id string, num uint64) (storage.Session, bool, error) {
	if rec, ok := s.cur.sessions[sessionKey{id, num}]; ok {
		return rec, rec.User != "", nil
	}
	return s.db.Session(id, num)
}

func (s *Sequencer) putSession(rec storage.Session) {
	s.cur.sessions[sessionKey{rec.User, rec.Conv}] = rec
	s.cur.w.PutSession(rec)
}

// deleteSession forgets a user's place in a conversation, and what was collected of
// it.
func (s *Sequencer) deleteSession(user string, num uint64) {
	s.cur.sessions[sessionKey{user, num}] = storage.Session{}
	s.cur.w.DeleteSession(user, num)
	s.cursors.forget(user, num)
}
