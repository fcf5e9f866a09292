package chat

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Config is what the rules may be told. All fields must be set but where one says
// otherwise.
type Config struct {
	Reactors    int           // how many loops call in
	Readers     int           // goroutines that read storage
	Backlog     int           // messages of a conversation that a simple client is sent on connecting
	RetryAfter  time.Duration // how long a tracked client may leave a message unacknowledged
	Retries     int           // how often it is sent again
	MaxOutbound int           // bytes that may wait for one connection
	Crowded     func() bool   // so much waits for all together that each should get little at a time; any goroutine
	Logger      *slog.Logger

	RecallWindow time.Duration // how long one's own message may be recalled
	RecallText   string        // what a recalled message says
	EditWindow   time.Duration // how long it may be edited

	MaxMembers     int // of a group that asks for no other number
	GroupMembers   int // the most it may ask for
	ReceiptMembers int // groups with more get no read receipts

	MessagesPerSecond int // requests of one connection; 0: any number
	Burst             int

	// Hook is asked about messages and edits before they get to the log; nil: nobody is.
	Hook *Hook

	// Renew checks a login that a logged-in client sends and answers it. It is
	// called on the client's loop and must not block.
	Renew func(conn delivery.Conn, user, cid, token string)

	// Agent takes how an agent of the customer-service desk wants to work, from a
	// client that logged in with this role. It is called on the client's loop, must not
	// block, and answers by AnswerAgent, once. May be nil: then there is no desk.
	Agent func(conn delivery.Conn, user, role, cid string, r AgentRequest)
	// Staff is told of each connection of an agent or supervisor. It is called on
	// the connection's loop and must not block; nil: nobody minds.
	Staff func(user, role string)

	// Revoke makes tokens void, Revoked reports whether one is, and Revocations
	// moves with each Revoke. Outlived is when no token issued until now can be
	// good any more; zero: never. Any goroutine.
	Revoke      func(storage.Revocation)
	Revoked     func(user string, t Token) bool
	Revocations func() uint64
	Outlived    func(now time.Time) time.Time
}

// Conn is a client's connection. Its methods are called on its loop only.
type Conn interface {
	ID() delivery.Conn
	// Send queues complete frames, which must not change afterwards.
	Send(frames []byte)
	// SendParts queues one frame that comes in parts.
	SendParts(head, older, newer, tail []byte)
	// SendRun queues the frames of a run above a seq that the connection did
	// not send itself, and returns how many.
	SendRun(run *delivery.Run, after uint64) int
	// SetWatched makes runs to rooms go through Session.Deliver.
	SetWatched(on bool)
	// Pending is how many bytes wait to be sent.
	Pending() int
	// EachRoom tells how far the connection got in each of its rooms.
	EachRoom(fn func(conv, at uint64))
	// Close closes with a close code.
	Close(code uint16, reason string)
}

// Loops runs functions on the loop of a connection.
type Loops interface {
	// Do calls fn with the session of a connection, or not at all if the
	// connection is gone by then. Any goroutine.
	Do(conn delivery.Conn, fn func(*Session))
}

// Service holds what the sessions share.
type Service struct {
	cfg     Config
	db      *storage.DB
	seq     *sequencer.Sequencer
	loops   Loops
	readers *readers
	chunks  *chunks
	slots   chan struct{} // of readers that HTTP may take
	turns   []turn        // by reactor, each owned by its loop
	screen  *screen       // before the log; nil: nothing is

	recalled   []byte // the content of recalled messages
	watches    watches
	answersDay atomic.Uint32 // when old answers were last dropped
	start      time.Time
	quit       chan struct{}
	sweeper    sync.WaitGroup

	busySends   atomic.Uint64
	redelivered atomic.Uint64
	rateLimited atomic.Uint64
}

// New makes the service. Close ends its readers.
func New(cfg Config, db *storage.DB, seq *sequencer.Sequencer, loops Loops) *Service {
	s := &Service{
		cfg: cfg, db: db, seq: seq, loops: loops,
		readers:  newReaders(cfg.Readers),
		chunks:   newChunks(),
		slots:    make(chan struct{}, cfg.Readers),
		turns:    make([]turn, cfg.Reactors),
		recalled: wire.AppendString(nil, cfg.RecallText),
		start:    time.Now(),
		quit:     make(chan struct{}),
	}
	s.screen = newScreen(cfg.Hook, s)
	return s
}

// Close waits for the reads that run and drops those that wait. No method may
// be called after it.
func (s *Service) Close() {
	close(s.quit)
	s.sweeper.Wait()
	s.readers.close()
}

// Rewritten is for the sequencer: what is cached of an entry is old.
func (s *Service) Rewritten(conv, seq uint64) {
	s.chunks.drop(chunkKey{conv, chunkIndex(seq)})
}

// Stats are figures for the metrics.
type Stats struct {
	WaitingReads int    // reads that wait for a reader
	BusySends    uint64 // turns of sends refused because too much waits
	BusyReads    uint64 // reads refused likewise
	Redelivered  uint64 // messages sent again to tracked clients
	RateLimited  uint64 // requests of connections that were too fast
	Held         int    // messages and edits that wait for the hook
	BusyHook     uint64 // those refused because too many wait for it
}

// Stats reads the figures. Any goroutine.
func (s *Service) Stats() Stats {
	held, full := s.screen.stats()
	return Stats{
		Held: held, BusyHook: full,
		WaitingReads: len(s.readers.jobs),
		BusySends:    s.busySends.Load(),
		BusyReads:    s.readers.full.Load(),
		Redelivered:  s.redelivered.Load(),
		RateLimited:  s.rateLimited.Load(),
	}
}

// busy counts a refusal that says so.
func (s *Service) busy(err error) {
	if errors.Is(err, sequencer.ErrBusy) {
		s.busySends.Add(1)
	}
}

// handle carries out one request of a session.
func (s *Service) handle(ss *Session, r *wire.Request) *wire.Error {
	if ss.visitor() {
		if err := VisitorMay(r); err != nil {
			return err
		}
	}
	switch r.Verb {
	case wire.VerbSend:
		return s.send(ss, r)
	case wire.VerbAck:
		return s.ack(ss, r)
	case wire.VerbHistory:
		return s.history(ss, r)
	case wire.VerbSync:
		return s.sync(ss, r)
	case wire.VerbRead:
		return s.receiveRead(ss, r)
	case wire.VerbRecall:
		return s.command(ss, r.CID, s.seq.GoAnyway, ss.about(r.ID, s.recall(ss.user, r.ID)))
	case wire.VerbEdit:
		return s.receiveEdit(ss, r)
	case wire.VerbReact:
		return s.command(ss, r.CID, s.seq.Go, ss.about(r.ID, s.react(ss.user, r)))
	case wire.VerbConversations:
		return s.list(ss, r)
	case wire.VerbTyping:
		return s.typing(ss, r)
	case wire.VerbPresence:
		return s.presence(ss, r)
	case wire.VerbAgent:
		return s.agent(ss, r)
	case wire.VerbAuth:
		s.cfg.Renew(ss.conn.ID(), ss.user, strings.Clone(r.CID), strings.Clone(r.Token))
		return nil
	case wire.VerbPing:
		ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendPong(b, r.CID) }))
		return nil
	}
	return errVerb
}
