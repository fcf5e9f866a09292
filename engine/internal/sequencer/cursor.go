package sequencer

import (
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
)

// cursors collects moves between the batches they ride in. A user who is sent a
// thousand messages a second costs one row a second.
type cursors struct {
	moved map[string]map[uint64]uint64 // user → conversation → seq
	n     int
	since time.Time // of the oldest
}

func (k *cursors) move(c Cursor, now time.Time) {
	if k.moved == nil {
		k.moved = make(map[string]map[uint64]uint64)
	}
	of := k.moved[c.User]
	if of == nil {
		of = make(map[uint64]uint64)
		k.moved[c.User] = of
	}
	if _, ok := of[c.Conv]; !ok {
		if k.n == 0 {
			k.since = now
		}
		k.n++
	}
	of[c.Conv] = max(of[c.Conv], c.Seq)
}

func (k *cursors) due(now time.Time) bool {
	return k.n > 0 && (now.Sub(k.since) >= cursorsEvery || k.n >= maxCursors)
}

// flushCursors writes all collected moves into the batch.
func (s *Sequencer) flushCursors() {
	for id := range s.cursors.moved {
		s.flushCursorsOf(id)
	}
}

// flushCursorsOf writes one user's moves into the batch.
func (s *Sequencer) flushCursorsOf(id string) {
	of := s.cursors.moved[id]
	for num, seq := range of {
		if err := s.moveAck(id, num, seq); err != nil {
			s.cfg.Logger.Error("moving a cursor", "user", id, "conv", num, "err", err)
		}
	}
	s.cursors.n -= len(of)
	delete(s.cursors.moved, id)
}

// moveAck moves a stored cursor forward, never past the end of the log.
func (s *Sequencer) moveAck(id string, num, seq uint64) error {
	rec, ok, err := s.session(id, num)
	if err != nil || !ok || seq <= rec.AckSeq {
		return err
	}
	last, err := s.db.LastSeq(num)
	if err != nil {
		return err
	}
	if seq = min(seq, last); seq > rec.AckSeq {
		rec.AckSeq = seq
		s.putSession(rec)
	}
	return nil
}

type sessionKey struct {
	user string
	conv uint64
}

// session reads a session as this batch will leave it.
func (s *Sequencer) session(id string, num uint64) (storage.Session, bool, error) {
	if rec, ok := s.cur.sessions[sessionKey{id, num}]; ok {
		return rec, true, nil
	}
	return s.db.Session(id, num)
}

func (s *Sequencer) putSession(rec storage.Session) {
	s.cur.sessions[sessionKey{rec.User, rec.Conv}] = rec
	s.cur.w.PutSession(rec)
}
