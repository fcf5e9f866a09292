package chat

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	catchUpStep  = 256 << 10             // bytes read and sent at a time
	crowdedStep  = 32 << 10              // the same while too much waits for all clients together
	catchUpRun   = 64                    // messages read at a time
	catchUpPause = 10 * time.Millisecond // before looking again whether the client has read
)

// catchUp brings a connection from what it has to where it joined the log: the
// backlog of a simple client, or a sync. Meanwhile runs wait in held, and leave
// when all is sent: no gap, nothing twice, in order.
//
// The plan and the steps run on readers, each started by the loop when the one
// before was sent; held and joined belong to the loop.
type catchUp struct {
	joined    bool
	held      []*delivery.Run
	heldBytes int

	visitor bool // it shows service conversations alone

	resume uint64 // id of the last message that a stream had; 0: it says nothing
	since  uint64 // backlog: the user's own messages up to this id are left out

	sync    bool // asked for by the client, which is told what it got
	cid     string
	cursors []wire.Cursor
	limit   uint64

	point     uint64 // the id up to which messages are read
	stretches []stretch
	next      int // the stretch that the next step begins with
	synced    []wire.Synced
}

// stretch is what one conversation has to send.
type stretch struct {
	place
	from, to uint64 // what is left
	start    uint64 // the seq before the first
	more     bool   // there is more behind it
}

// sync begins a sync; it answers when all messages were sent.
func (s *Service) sync(ss *Session, r *wire.Request) *wire.Error {
	if ss.catchUp != nil {
		return errSyncing.Pick()
	}
	cu := &catchUp{visitor: ss.visitor(), sync: true, cid: strings.Clone(r.CID), limit: uint64(r.Limit)}
	for _, c := range r.Cursors {
		cu.cursors = append(cu.cursors, wire.Cursor{ConvID: strings.Clone(c.ConvID), Seq: c.Seq})
	}
	ss.moveAcks() // of this turn: the sync is to find them
	if err := s.seq.Join(ss.conn.ID(), ss.user); err != nil {
		return s.Refusal(err)
	}
	ss.catchUp = cu
	return nil
}

// startCatchUp begins when the connection has joined at the point.
func (ss *Session) startCatchUp(point uint64) {
	cu := ss.catchUp
	if cu.joined {
		return
	}
	cu.joined, cu.point = true, point
	ss.conn.SetWatched(true)
	ss.readOn(func(s *Service, user string) ([]byte, error) {
		return nil, s.plan(user, cu)
	})
}

// readOn lets a reader do the next part. If too many reads wait it tries again
// in a moment: nobody waits for it but this client.
func (ss *Session) readOn(read func(*Service, string) ([]byte, error)) {
	s, id, user, cu := ss.svc, ss.conn.ID(), ss.user, ss.catchUp
	if s.readers.try(func() {
		frames, err := read(s, user)
		s.loops.Do(id, func(ss *Session) {
			if err != nil {
				ss.failCatchUp(cu, err)
				return
			}
			ss.conn.Send(frames)
			ss.goOn()
		})
	}) {
		return
	}
	time.AfterFunc(catchUpPause, func() {
		s.loops.Do(id, func(ss *Session) { ss.readOn(read) })
	})
}

// goOn takes the next step when the client has read most of what was sent: all of
// it, while too much waits for all clients together.
func (ss *Session) goOn() {
	cu := ss.catchUp
	switch {
	case cu.next == len(cu.stretches):
		ss.finishCatchUp()
	case ss.conn.Pending() > ss.svc.stepPending():
		s, id := ss.svc, ss.conn.ID()
		time.AfterFunc(catchUpPause, func() {
			s.loops.Do(id, func(ss *Session) { ss.goOn() })
		})
	default:
		ss.readOn(func(s *Service, user string) ([]byte, error) { return s.step(user, cu) })
	}
}

// hold keeps a run until the catch-up is done. Who lets too much pile up is as
// slow as one who doesn't read.
func (ss *Session) hold(run *delivery.Run) {
	cu := ss.catchUp
	cu.held = append(cu.held, run)
	if cu.heldBytes += len(run.Frames); cu.heldBytes > ss.svc.cfg.MaxOutbound {
		ss.conn.Close(codec.CloseSlowConsumer, "too much came in during the sync")
	}
}

// finishCatchUp lets the runs go that were held.
func (ss *Session) finishCatchUp() {
	cu, now := ss.catchUp, time.Now()
	ss.catchUp = nil
	if cu.sync {
		clear(ss.behind) // it looked at all conversations
	}
	for i := range cu.stretches {
		ss.reached(&cu.stretches[i], now)
	}
	if cu.sync {
		ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendSynced(b, cu.cid, cu.synced) }))
	}
	if c, ok := ss.conn.(interface{ CaughtUp(point uint64) }); ok {
		c.CaughtUp(cu.point)
	}
	for _, run := range cu.held {
		ss.push(run)
	}
	// After a sync the session alone knows how far it got: what was queued for a
	// room when it joined may still come, and has to be left out.
	ss.conn.SetWatched(ss.tracked || cu.sync || len(ss.behind) > 0)
}

// reached notes how far a stretch brought the connection.
func (ss *Session) reached(st *stretch, now time.Time) {
	last := st.from - 1
	if st.more {
		if ss.behind == nil {
			ss.behind = make(map[uint64]struct{})
		}
		ss.behind[st.num] = struct{}{}
	}
	if last <= st.start {
		return
	}
	if ss.tracked {
		ss.track(st.num, st.start, last, now)
	}
	if ss.at == nil {
		ss.at = make(map[uint64]uint64)
	}
	ss.at[st.num] = max(ss.at[st.num], last)
}

// failCatchUp closes the connection: its client would wait for ever.
func (ss *Session) failCatchUp(cu *catchUp, err error) {
	if ss.catchUp != cu {
		return
	}
	ss.svc.cfg.Logger.Error("catching up", "user", ss.user, "err", err)
	ss.conn.Close(codec.CloseInternal, "internal")
}

// plan finds the conversations that have something to send.
func (s *Service) plan(user string, cu *catchUp) error {
	has, err := s.cursorsByNum(cu.cursors)
	if err != nil {
		return err
	}
	return s.planFrom(user, cu, has)
}

// planFrom is plan for a client that has of each conversation, by its number, what
// its cursors said.
func (s *Service) planFrom(user string, cu *catchUp, has map[uint64]uint64) error {
	err := s.db.Sessions(user, func(rec storage.Session) error {
		if cu.visitor && sequencer.Kind(rec.Kind) != sequencer.Service {
			return nil
		}
		st, ok, err := s.stretch(cu, &rec, has)
		if ok {
			cu.stretches = append(cu.stretches, st)
		}
		return err
	})
	if err == nil {
		cu.planGone()
	}
	return err
}

// planGone tells a client of conversations that it names and that are not its
// user's, any more or ever: which of the two is not told. One that came into being
// after the cursors were looked up, and of which nothing is on disk, was not yet.
func (cu *catchUp) planGone() {
	planned := make(map[string]bool, len(cu.stretches))
	for i := range cu.stretches {
		planned[cu.stretches[i].place.id] = true
	}
	for _, c := range cu.cursors {
		if !planned[c.ConvID] {
			cu.synced = append(cu.synced, wire.Synced{ConvID: c.ConvID, Gone: true})
		}
	}
}

// stretch finds what a conversation has to send. One that the client named has a
// stretch in any case, be it empty: it is to hear where it stands.
func (s *Service) stretch(cu *catchUp, rec *storage.Session, has map[uint64]uint64) (st stretch, ok bool, err error) {
	if rec.Left {
		return st, false, nil
	}
	last, err := s.db.LastSeq(rec.Conv)
	if err != nil {
		return st, false, err
	}
	seq, named := has[rec.Conv]
	if !named {
		if seq, err = s.startOf(cu, rec); err != nil || seq >= last {
			return st, false, err
		}
	}
	conv, _, err := s.db.ConversationByNum(rec.Conv)
	if err != nil {
		return st, false, err
	}
	if h := s.seq.Head(conv.ID); h != nil {
		last = min(last, h.Published()) // a client is told of no seq that isn't on disk
	}
	seq = max(min(seq, last), rec.JoinSeq-1, rec.ClearedSeq)
	st = stretch{from: seq + 1, to: last, start: seq}
	if cu.sync && last > seq+cu.limit {
		st.to, st.more = seq+cu.limit, true
	}
	if backlog := uint64(s.cfg.Backlog); !cu.sync && cu.resume == 0 && last > seq+backlog {
		st.from, st.start = last-backlog+1, last-backlog
	}
	st.place, _ = newPlace(conv.Num, conv.ID)
	return st, named || last > seq, nil
}

// startOf is the seq that a client has of a conversation it said nothing of.
func (s *Service) startOf(cu *catchUp, rec *storage.Session) (uint64, error) {
	if cu.resume == 0 {
		return rec.AckSeq, nil
	}
	next, err := s.db.SeqAfter(rec.Conv, cu.resume)
	return next - min(next, 1), err
}

func (s *Service) cursorsByNum(cursors []wire.Cursor) (map[uint64]uint64, error) {
	has := make(map[uint64]uint64, len(cursors))
	for _, c := range cursors {
		rec, ok, err := s.db.Conversation(c.ConvID)
		if err != nil {
			return nil, err
		}
		if ok {
			has[rec.Num] = c.Seq
		}
	}
	return has, nil
}

// step reads the next frames. A simple client isn't sent its user's own
// messages of before it came; who syncs is, since another device may have sent them.
func (s *Service) step(user string, cu *catchUp) (frames []byte, err error) {
	for cu.next < len(cu.stretches) && len(frames) < s.stepBytes() {
		st := &cu.stretches[cu.next]
		if frames, err = s.advance(user, cu, st, frames); err != nil {
			return nil, err
		}
		if st.from > st.to {
			s.finishStretch(cu, st)
		}
	}
	return slices.Clip(frames), nil
}

// advance appends the next frames of a stretch and moves its begin behind them.
// It ends where the runs begin that were pushed since the connection joined.
func (s *Service) advance(user string, cu *catchUp, st *stretch, frames []byte) ([]byte, error) {
	to := min(st.to, st.from+catchUpRun-1)
	if st.from > to {
		return frames, nil
	}
	err := s.messages(st.num, st.from, to, func(m *storage.Message) error {
		switch {
		case m.ID > cu.point:
			st.to, st.more = m.Seq-1, false
			return errEnough
		case len(frames) >= s.stepBytes():
			return errEnough
		case cu.sync || cu.resume != 0 || m.From != user || m.Event || m.ID > cu.since:
			frames = appendFrame(frames, func(b []byte) []byte { return st.appendStored(b, m) })
		}
		st.from = m.Seq + 1
		return nil
	})
	switch {
	case err == errEnough:
		return frames, nil
	case err == nil && st.from <= to:
		return nil, storage.ErrCorrupt
	}
	return frames, err
}

var errEnough = errors.New("chat: enough for one step")

// stepBytes is about how much a step sends. With what the step before left
// unread, and a message of the largest size, it stays below what may wait.
func (s *Service) stepBytes() int {
	if s.cfg.Crowded() {
		return min(crowdedStep, s.cfg.MaxOutbound/4)
	}
	return min(catchUpStep, s.cfg.MaxOutbound/4)
}

// stepPending is how much may be unread when the next step is taken.
func (s *Service) stepPending() int {
	if s.cfg.Crowded() {
		return 0
	}
	return s.stepBytes()
}

func (s *Service) finishStretch(cu *catchUp, st *stretch) {
	cu.next++
	if cu.sync {
		cu.synced = append(cu.synced, wire.Synced{ConvID: st.id, Seq: st.from - 1, HasMore: st.more})
	}
}
