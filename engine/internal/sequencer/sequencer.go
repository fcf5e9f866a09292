package sequencer

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/delivery"
	"gannet/engine/internal/failpoint"
	"gannet/storage"
)

// Config is what a Sequencer needs to know. All of it must be set but where a
// field says otherwise.
type Config struct {
	Reactors         int
	Node             int           // of message ids, 0–1023
	DedupeWindow     time.Duration // how long a cid is remembered
	MaxConversations int           // kept in memory when nobody needs them; 0: 262,144
	MaxMembers       int           // of a group that its first sender creates
	OpenGroups       bool          // sending to a group creates and joins it (development)

	MaxUserConnections int // of one user at a time; 0: no bound
	MaxUserGroups      int // that one user may be in; 0: no bound

	StallAfter time.Duration // an fsync that takes longer makes Submit say ErrBusy; 0: 2 s
	Congested  func() bool   // whether the reactors have too much to send; may be nil

	Encoder Encoder
	Post    func(reactor int, posts []delivery.Post) // must copy posts; called on the syncer goroutine
	Observe func(*Published)                         // may be nil; called on the syncer goroutine
	Arrived func(took time.Duration)                 // may be nil; see Trip: called on reactors' goroutines

	// Rewritten says that a rewrite of an entry is on disk: what was read of it
	// before is old. Presence says that a user's first connection has come or the
	// last has gone, Staff that what [Tx.Staff] says of a user has changed; they are
	// called on the sequencer goroutine and must not block. All may be nil.
	Rewritten func(conv, seq uint64)
	Presence  func(user string, online bool)
	Staff     func(user string, now Staff)

	// Spoken says that a message, not an event, was given its place in a Service
	// conversation, by a user or in the name of one; a retry of one is not told. It
	// is called on the sequencer goroutine while the batch is being filled: what it
	// Writes becomes durable with the message. It must not append entries, change
	// memberships, read subjects (see [Tx.Reads]) or block. May be nil.
	Spoken func(tx *Tx, head *Head, from string)

	Fatal  func(error) // the log can't be written: nothing may be answered any more
	Logger *slog.Logger
}

// Sequencer is the log's one writer. Its methods may be called by any goroutine.
type Sequencer struct {
	cfg    Config
	db     *storage.DB
	enc    Encoder
	inbox  *inbox
	hash   hasher
	syncer *syncer
	heads  sync.Map // conversation id → *Head
	done   chan struct{}

	filling  sync.WaitGroup // reads duplicate records
	stopping atomic.Bool    // and is to end that
	started  atomic.Bool

	full    atomic.Bool   // the disk: see SetFull
	refused atomic.Uint64 // for want of room

	// Owned by the sequencer goroutine.
	cur     *batch
	convs   map[string]*conv // by id
	byNum   map[uint64]*conv // the same, by number
	users   map[string]*user
	cursors cursors
	dups    *duplicates
	ids     idSource
	lastNum uint64         // the last conversation number given
	now     int64          // Unix milliseconds, read once a turn
	roll    roll           // users, to be listed
	counts  map[string]int // of some users: the groups they are in
	failed  bool           // the log can't be written: all that comes is dropped unanswered

	evictions backOff

	sealed, noted uint64 // ids of entries: the last in a batch; see systemNoted

	unsynced unsynced // its own lock: readers look at it
}

// New makes a sequencer on an open database, which it must be the only one to write.
func New(db *storage.DB, cfg Config) (*Sequencer, error) {
	if cfg.MaxConversations == 0 {
		cfg.MaxConversations = 1 << 18
	}
	if cfg.StallAfter == 0 {
		cfg.StallAfter = 2 * time.Second
	}
	s := &Sequencer{
		cfg:   cfg,
		db:    db,
		enc:   cfg.Encoder,
		inbox: newInbox(),
		hash:  newHasher(),
		done:  make(chan struct{}),
		convs: make(map[string]*conv),
		byNum: make(map[uint64]*conv),
		users: make(map[string]*user),
		ids:   idSource{node: uint64(cfg.Node)},
		roll:  roll{seed: maphash.MakeSeed()},

		counts: make(map[string]int),
	}
	if err := s.recover(); err != nil {
		return nil, err
	}
	s.syncer = &syncer{
		start: time.Now(), db: db, cfg: &s.cfg, ring: s.inbox.ring, unsynced: &s.unsynced,
		applied: make(chan *batch, maxApplied),
		empty:   make(chan *batch, maxApplied+2),
		done:    make(chan struct{}),
		broken:  make(chan struct{}),
		sealer:  &sealer{seal: db.Seal, log: cfg.Logger},
	}
	s.syncer.durable.Store(s.ids.last)
	for range maxApplied + 1 {
		s.syncer.empty <- s.newBatch()
	}
	s.cur = s.newBatch()
	return s, nil
}

// recover finds where the log ended.
func (s *Sequencer) recover() (err error) {
	if s.ids.last, err = s.db.LastID(); err != nil {
		return err
	}
	s.sealed = s.ids.last
	if s.lastNum, err = s.db.LastConversation(); err != nil {
		return err
	}
	if err := s.recoverNoted(); err != nil { // nothing of it is worth not to start
		s.cfg.Logger.Error("looking for senders' places", "err", err)
	}
	s.dups, err = newDuplicates(s.db, s.cfg.DedupeWindow)
	return err
}

// Start starts the two goroutines, and a third that reads the duplicate records
// of earlier runs into filters and ends.
func (s *Sequencer) Start() {
	days := make([]uint16, 0, len(s.dups.byDay))
	for n := range s.dups.byDay {
		days = append(days, n)
	}
	s.started.Store(true)
	go s.run()
	go s.syncer.run()
	s.filling.Go(func() { s.fillFilters(days) })
}

func (s *Sequencer) fillFilters(days []uint16) {
	for _, n := range days {
		f, err := fill(s.db, n, s.hash, &s.stopping)
		if errors.Is(err, ErrShuttingDown) {
			return
		}
		if err != nil {
			s.cfg.Logger.Error("reading duplicate records", "day", n, "err", err)
			return
		}
		if s.inbox.put(item{do: func(tx *Tx) { s.dups.adopt(n, f) }}) != nil {
			return
		}
	}
}

// Drain refuses sends from now on and returns when all that came before are
// answered, for which it waits on a disk that has stalled, or with the error of ctx
// when that ends. Commands still work: connections can leave.
func (s *Sequencer) Drain(ctx context.Context) error {
	s.inbox.refuse()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_ = s.DoAnyway(func(*Tx) error { return nil }) // refused only after Stop, or a failure: nothing is answered any more
	}()
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stop refuses what comes from now on, writes and answers what came before, and
// returns when all goroutines have ended. One that was never started answers
// nothing: who waits for it is told that it shuts down.
func (s *Sequencer) Stop() {
	s.stopping.Store(true)
	s.inbox.close()
	if !s.started.Load() {
		close(s.syncer.done)
		return
	}
	s.filling.Wait()
	<-s.done
	<-s.syncer.done
}

// Submit hands over the sends of one turn, in order. On nil each is answered
// through its Origin or Done; on an error (ErrBusy, ErrShuttingDown) none is.
func (s *Sequencer) Submit(now time.Time, sends []Send) error {
	if s.Stalled(now) || s.cfg.Congested != nil && s.cfg.Congested() {
		return ErrBusy
	}
	bytes := 0
	for i := range sends {
		m := &sends[i]
		bytes += len(m.Content)
		if m.fingerprint == 0 {
			m.Stamp()
		}
		if m.CID != "" {
			m.hash = s.hash.sum(m.From, m.CID)
		}
	}
	return s.inbox.put(item{sends: sends, bytes: bytes, arrived: now})
}

// Waiting is how many messages wait to be looked at.
func (s *Sequencer) Waiting() int { return s.inbox.waiting() }

// Durable is the id of the last message that is on disk: readers that find a
// record with a higher id must not show it.
func (s *Sequencer) Durable() uint64 { return s.syncer.durable.Load() }

// run is the sequencer goroutine.
func (s *Sequencer) run() {
	defer close(s.done)
	defer close(s.syncer.applied)
	for {
		items, closed := s.inbox.take()
		s.turn(items)
		if len(items) > 0 {
			continue
		}
		if closed {
			s.commit() // which notes where its senders are
			s.flushCursors()
			s.commit()
			return
		}
		<-s.inbox.bell
	}
}

// turn takes in what has come and commits if the disk is free for it or if it is
// much. Applying small batches ahead of a busy disk would not bring them to it
// sooner: whatever has come by then goes into one batch and one fsync.
func (s *Sequencer) turn(items []item) {
	t := time.Now()
	s.now = failpoint.Wall(t).UnixMilli()
	s.dups.turn(day(s.now), s.cur.w)
	for i := range items {
		s.take(&items[i])
	}
	if s.syncer.flying.Load() == 0 || len(s.cur.answers) >= earlyBatchMessages {
		s.flushDueCursors(t)
		s.commit()
		s.evict()
	}
}

func (s *Sequencer) take(it *item) {
	if it.do != nil {
		it.do(&Tx{s})
		if s.cur.full() {
			s.commit()
		}
		return
	}
	s.cur.stats.arrivals = append(s.cur.stats.arrivals, it.arrived)
	for i := range it.sends {
		s.send(&it.sends[i])
		if s.cur.full() {
			s.commit()
		}
	}
}

// commit seals and applies the batch and hands it to the syncer. It waits where
// the syncer has enough to do.
func (s *Sequencer) commit() {
	b := s.cur
	if b.empty() {
		return
	}
	if s.failed {
		s.drop()
		return
	}
	s.seal()
	s.sealed = max(s.sealed, b.lastID)
	if b.stats.wrote = !b.w.Empty() || b.w.Err() != nil; b.stats.wrote {
		failpoint.Hit(failpoint.BeforeWrite)
		s.syncer.apply.set(time.Since(s.syncer.start))
		err := s.db.Apply(b.w)
		s.syncer.apply.clear()
		if err != nil {
			s.syncer.fail(err)
			s.failed = true
			b.reset()
			return
		}
		if len(b.rewrites) > 0 {
			failpoint.Hit(failpoint.MidRecall)
		}
	}
	b.forgetLeft()
	s.syncer.flying.Add(1)
	s.syncer.applied <- b
	s.cur = <-s.syncer.empty
}

// drop empties the batch without a word to anybody: the log can't be written.
func (s *Sequencer) drop() {
	for _, c := range s.cur.touched {
		c.first, c.final = none, none
	}
	s.cur.reset()
}
