package chat

import (
	"time"

	"gannet/engine/internal/failpoint"
	"gannet/storage"
)

const (
	maxMarks      = 8  // looks at which a window remembers how far it was
	redeliverOnce = 64 // messages that one look sends again
)

// window is what a tracked client was sent of a conversation and has not
// acknowledged.
type window struct {
	acked  uint64
	pushed uint64
	marks  []mark // by rising seq
	tries  int
}

// mark says that everything up to seq had been pushed at some time.
type mark struct {
	seq uint64
	at  time.Time
}

// track notes that what is above start, up to last, was pushed.
func (ss *Session) track(conv, start, last uint64, now time.Time) {
	w := ss.windows[conv]
	if w == nil {
		if ss.windows == nil {
			ss.windows = make(map[uint64]*window)
		}
		w = &window{acked: start}
		ss.windows[conv] = w
	}
	w.push(last, now, ss.svc.cfg.RetryAfter/(maxMarks-2))
}

// push notes that everything up to last was pushed. Marks stand at least apart,
// so that a handful of them covers the time after which the oldest is due.
func (w *window) push(last uint64, now time.Time, apart time.Duration) {
	w.pushed = max(w.pushed, last)
	if n := len(w.marks); n > 0 && (n == maxMarks || now.Sub(w.marks[n-1].at) < apart) {
		w.marks[n-1].seq = w.pushed
		return
	}
	w.marks = append(w.marks, mark{w.pushed, now})
}

// ack moves the window's begin; true when nothing is left in it.
func (w *window) ack(seq uint64) bool {
	if seq <= w.acked {
		return false
	}
	w.acked, w.tries = seq, 0
	for len(w.marks) > 0 && w.marks[0].seq <= seq {
		w.marks = w.marks[1:]
	}
	return seq >= w.pushed
}

// due returns the seq up to which messages have waited too long, 0 if none have.
func (w *window) due(now time.Time, after time.Duration) (seq uint64) {
	for _, m := range w.marks {
		if now.Sub(m.at) < after {
			break
		}
		seq = m.seq
	}
	return seq
}

// redeliver sends again what waits too long for its acknowledgement, a few
// times; then it is left to sync.
func (ss *Session) redeliver(now time.Time) {
	if ss.catchUp != nil {
		return
	}
	for conv, w := range ss.windows {
		to := w.due(now, ss.svc.cfg.RetryAfter)
		if to == 0 {
			continue
		}
		if w.tries >= ss.svc.cfg.Retries {
			delete(ss.windows, conv)
			continue
		}
		from := w.acked + 1
		to = min(to, w.acked+redeliverOnce)
		if ss.svc.pushAgain(ss, conv, from, to) {
			w.tries++
			for i := range w.marks {
				if w.marks[i].seq <= to || i == 0 {
					w.marks[i].at = now
				}
			}
		}
	}
}

// pushAgain reads the messages from..to and sends those that are not the
// user's own. It reports whether a reader could take it on.
func (s *Service) pushAgain(ss *Session, conv, from, to uint64) bool {
	id, user := ss.conn.ID(), ss.user
	return s.readers.try(func() {
		frames, err := s.readFrames(conv, from, to, user)
		if err != nil {
			s.cfg.Logger.Error("reading messages to send again", "conv", conv, "err", err)
			return
		}
		s.redelivered.Add(to - from + 1)
		failpoint.Hit(failpoint.MidRedelivery)
		s.loops.Do(id, func(ss *Session) { ss.conn.Send(frames) })
	})
}

// readFrames makes the frames of the messages from..to that others sent; of
// large ones only the first, the others are due again when these are acknowledged.
func (s *Service) readFrames(conv, from, to uint64, user string) (frames []byte, err error) {
	rec, ok, err := s.db.ConversationByNum(conv)
	if err != nil || !ok {
		return nil, err
	}
	p, _ := newPlace(rec.Num, rec.ID)
	session, ok, err := s.db.Session(user, conv)
	if err != nil || !ok || session.Left {
		return nil, err
	}
	from = max(from, floorOf(&session)+1) // the user may have been out meanwhile
	enough := s.stepBytes()
	err = s.messages(conv, from, to, func(m *storage.Message) error {
		if len(frames) < enough && m.From != user {
			frames = appendFrame(frames, func(b []byte) []byte { return p.appendStored(b, m) })
		}
		return nil
	})
	return frames, err
}
