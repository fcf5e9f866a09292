package chat

import (
	"errors"
	"slices"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// A client may make this many mistakes within errorWindow before it is closed.
const (
	maxErrors   = 10
	errorWindow = 10 * time.Second
)

// Login says who a connection was let in as.
type Login struct {
	User, Device string
	Role         string // what the token says, often empty; RoleVisitor restricts the session
	Tracked      bool
	Token        *Token // nil where it was believed without one
	Resume       uint64 // id of the last message it had; 0: it says nothing
}

// Session is one connection's state. It belongs to the connection's loop. An
// idle one is small: its maps are made when they are first needed.
type Session struct {
	svc     *Service
	conn    Conn
	user    string
	tracked bool // acknowledges what it gets, asks for sync itself
	role    loginRole

	token       *Token
	revocations uint64 // how many there were when the token was last looked at; 0: it wasn't yet

	catchUp *catchUp          // a backlog or sync that runs; runs wait behind it
	at      map[uint64]uint64 // single conversations: the last seq sent here
	told    map[uint64]uint64 // simple clients: the last seq reported as delivered
	windows map[uint64]*window
	behind  map[uint64]struct{} // conversations that sync has not finished: their runs are left out
	acks    []sequencer.Cursor  // of this turn

	watched []string // whose comings and goings it wants to know
	typed   map[string]time.Time

	rate     bucket
	reads    int // under way
	errs     int
	errSince time.Time
}

// Open makes the session of a connection that was let in as a user and makes
// it known. A simple client is sent its backlog; a tracked one asks.
// replaced is called, on any goroutine, with the connection of the same device
// that this one takes the place of, if there is one.
func (s *Service) Open(conn Conn, login Login, replaced func(delivery.Conn)) (*Session, error) {
	ss := &Session{svc: s, conn: conn, user: login.User, tracked: login.Tracked, role: roleOf(login.Role), token: login.Token}
	conn.SetWatched(true)
	if !login.Tracked {
		// What another device of the user sends from now on is news.
		ss.catchUp = &catchUp{visitor: ss.visitor(), resume: login.Resume, since: s.seq.Durable()}
	}
	id := conn.ID()
	err := ss.attach(login.Device, func(old delivery.Conn, err error) {
		if errors.Is(err, sequencer.ErrTooManyConnections) {
			s.loops.Do(id, func(ss *Session) {
				ss.conn.Close(codec.CloseTryAgainLater, "too many connections of this user")
			})
		} else if err != nil {
			s.cfg.Logger.Error("attaching a connection", "user", login.User, "err", err)
			s.loops.Do(id, func(ss *Session) { ss.conn.Close(codec.CloseInternal, "internal") })
		}
		if old.Serial != 0 {
			replaced(old)
		}
	})
	if err == nil {
		ss.arrive()
	}
	return ss, err
}

// attach makes the connection known to the log's writer as what it is.
func (ss *Session) attach(device string, done func(delivery.Conn, error)) error {
	seq, id, live := ss.svc.seq, ss.conn.ID(), !ss.tracked
	if ss.visitor() {
		return seq.AttachVisitor(id, ss.user, device, live, done)
	}
	return seq.AttachStaff(ss.role.staff(), id, ss.user, device, live, done)
}

// User is who the session belongs to.
func (ss *Session) User() string { return ss.user }

// Renew puts a fresh token, and the role that it gives, in the place of the old
// one. Whether it was revoked since it was checked is looked at with the next tick,
// as with the first token. A token of a visitor in the place of another, or the
// other way round, is refused: what the connection was sent, and what not, goes by
// what it came as.
func (ss *Session) Renew(t *Token, role string) *wire.Error {
	if (role == RoleVisitor) != ss.visitor() {
		return errRenewal
	}
	was := ss.role
	ss.token, ss.revocations, ss.role = t, 0, roleOf(role)
	if was != ss.role {
		_ = ss.svc.seq.SetStaff(ss.role.staff(), ss.conn.ID(), ss.user) // refused only at the stop
		ss.arrive()
	}
	return nil
}

// arrive tells the desk of a connection that is now an agent's or a supervisor's.
func (ss *Session) arrive() {
	if staff := ss.svc.cfg.Staff; staff != nil && ss.role.staff() != sequencer.StaffNone {
		staff(ss.user, ss.role.String())
	}
}

// Message takes one message of the client. The payload may be used until it returns.
func (ss *Session) Message(payload []byte) {
	if wire.IsBarePing(payload) {
		ss.conn.Send(barePong)
		return
	}
	r := &ss.svc.turns[ss.conn.ID().Reactor].req
	err := wire.Decode(payload, r)
	if err == nil {
		err = ss.limited(r)
	}
	if err == nil {
		err = ss.svc.handle(ss, r)
	}
	if err != nil {
		ss.refuse(r.CID, err)
	}
}

var barePong = codec.AppendFrame(nil, codec.OpText, []byte("PONG"))

// refuse answers with an error. A client that makes too many is closed; those
// that are not its fault don't count.
func (ss *Session) refuse(cid string, err *wire.Error) {
	ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendError(b, cid, err) }))
	if err.Code >= 500 || err.Reason == wire.ReasonRateLimited {
		return
	}
	now := time.Now()
	if now.Sub(ss.errSince) > errorWindow {
		ss.errs, ss.errSince = 0, now
	}
	if ss.errs++; ss.errs >= maxErrors {
		ss.conn.Close(codec.ClosePolicy, "too many errors")
	}
}

// TurnEnd hands over what the messages of one read asked of the log.
func (ss *Session) TurnEnd() {
	ss.svc.submitTurn(ss)
	ss.moveAcks()
}

func (ss *Session) moveAcks() {
	if len(ss.acks) > 0 {
		_ = ss.svc.seq.Move(ss.acks) // where too much waits it is lost: what comes again is acknowledged again
		ss.acks = nil
	}
}

// Joined says that runs arrive from here on; all messages up to the id point
// have to be read from the log.
func (ss *Session) Joined(point uint64) {
	if ss.catchUp != nil {
		ss.startCatchUp(point)
	}
}

// Deliver takes a run to the user, or to a room while the connection is watched.
func (ss *Session) Deliver(run *delivery.Run) {
	if ss.catchUp != nil && ss.catchUp.joined {
		ss.hold(run)
		return
	}
	ss.push(run)
}

// push sends a run's frames on and remembers how far the connection got.
func (ss *Session) push(run *delivery.Run) {
	if _, ok := ss.behind[run.Conv]; ok {
		return
	}
	if ss.conn.SendRun(run, ss.at[run.Conv]) > 0 && ss.tracked {
		ss.track(run.Conv, run.First-1, run.Last(), time.Now())
	}
	if ss.at == nil {
		ss.at = make(map[uint64]uint64)
	}
	ss.at[run.Conv] = max(ss.at[run.Conv], run.Last()) // a sync may have got further
}

// Tick looks every few seconds for what is due.
func (ss *Session) Tick(now time.Time) {
	if ss.checkToken(now) {
		return
	}
	if ss.tracked {
		ss.redeliver(now)
		return
	}
	if moves := ss.delivered(); len(moves) > 0 && ss.svc.seq.Move(moves) != nil {
		clear(ss.told) // too much waits: told again at the next tick
	}
}

// Leaving is the end of the session: nothing more is pushed.
func (ss *Session) Leaving() {
	var moves []sequencer.Cursor
	if !ss.tracked {
		moves = ss.delivered()
	}
	ss.svc.unwatch(ss, slices.Clone(ss.watched)...)
	ss.svc.seq.Detach(ss.conn.ID(), ss.user, moves)
}

// delivered tells how far a simple client has been sent the conversations in
// which it got something since the last time: what was handed to the socket
// counts as received. While anything is held back nothing counts, and a
// conversation whose runs are left out does not.
func (ss *Session) delivered() (moves []sequencer.Cursor) {
	if ss.catchUp != nil || ss.conn.Pending() > 0 {
		return nil
	}
	report := func(conv, at uint64) {
		if _, ok := ss.behind[conv]; ok || at <= ss.told[conv] {
			return
		}
		if ss.told == nil {
			ss.told = make(map[uint64]uint64)
		}
		ss.told[conv] = at
		moves = append(moves, sequencer.Cursor{User: ss.user, Conv: conv, Seq: at})
	}
	for conv, at := range ss.at {
		report(conv, at)
	}
	ss.conn.EachRoom(report)
	return moves
}
