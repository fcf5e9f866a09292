package chat

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// site is the rules with real storage and a real sequencer, on loops of its own.
type site struct {
	*Service
	t     *testing.T
	loops []*loop
}

// open makes a site that ends with the test.
func open(t *testing.T, change func(*Config, *sequencer.Config)) *site {
	t.Helper()
	s := &site{t: t}
	logger := slog.New(slog.DiscardHandler)
	db, err := storage.Open(storage.Options{
		Dir: "/data", FS: vfs.NewMem(), Logger: logger, CacheBytes: 1 << 20, MemTableBytes: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Reactors: 2, Readers: 2, Backlog: 200, RetryAfter: 30 * time.Second, Retries: 3,
		MaxMembers: 5, MaxOutbound: 1 << 20, Logger: logger,
		Renew: func(conn delivery.Conn, user, cid, token string) {
			s.Do(conn, func(ss *Session) {
				ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendOK(b, cid+user+token) }))
			})
		},
	}
	scfg := sequencer.Config{
		DedupeWindow: 24 * time.Hour, MaxMembers: cfg.MaxMembers,
		Encoder: Encoder{Refusal: func(err error) *wire.Error { return s.Refusal(err) }},
		Post:    s.post, Fatal: func(err error) { t.Error(err) }, Logger: logger,
	}
	if change != nil {
		change(&cfg, &scfg)
	}
	scfg.Reactors = cfg.Reactors
	for i := range cfg.Reactors {
		s.loops = append(s.loops, newLoop(i))
	}
	seq, err := sequencer.New(db, scfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Service = New(cfg, db, seq, s)
	seq.Start()
	t.Cleanup(s.stop)
	return s
}

func (s *site) stop() {
	s.seq.Stop()
	for _, l := range s.loops {
		l.stop()
	}
	s.Service.Close()
	_, err := s.db.Verify(func(p storage.Problem) { s.t.Errorf("verify: %v", p) })
	if err != nil {
		s.t.Error(err)
	}
	if err := s.db.Close(); err != nil {
		s.t.Error(err)
	}
}

// Do implements [Loops].
func (s *site) Do(id delivery.Conn, fn func(*Session)) {
	l := s.loops[id.Reactor]
	l.put(func() {
		if c := l.conns[id.Serial]; c != nil {
			fn(c.session)
		}
	})
}

func (s *site) post(reactor int, posts []delivery.Post) {
	l := s.loops[reactor]
	for _, p := range posts {
		l.put(func() { l.carry(&p) })
	}
}

// connect opens a connection on a loop.
func (s *site) connect(reactor int, user, device string, tracked bool) *conn {
	s.t.Helper()
	l := s.loops[reactor]
	c := &conn{
		t: s.t, loop: l, rooms: map[uint64]uint64{}, in: make(chan object, 1<<14), ended: make(chan uint16, 1),
		reader: codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 16 << 20}),
	}
	l.wait(func() {
		l.serial++
		c.serial = l.serial
		l.conns[c.serial] = c
		var err error
		c.session, err = s.Open(c, Login{User: user, Device: device, Tracked: tracked}, func(old delivery.Conn) {
			s.Do(old, func(ss *Session) { ss.conn.Close(codec.CloseReplaced, "") })
		})
		if err != nil {
			s.t.Error(err)
		}
	})
	return c
}

// simple connects a client that gets its backlog.
func (s *site) simple(user string) *conn {
	s.t.Helper()
	return s.connect(0, user, "d", false)
}

// track connects a client that acknowledges, on another loop.
func (s *site) track(user string) *conn {
	s.t.Helper()
	return s.connect(s.cfg.Reactors-1, user, "t", true)
}

// settle returns when everything that was handed over is done with.
func (s *site) settle() {
	s.t.Helper()
	for range 3 { // loops and readers may hand each other something
		s.joined()
		s.hold()() // all readers at once: none works on something older
		for _, l := range s.loops {
			l.wait(func() {})
		}
	}
}

// joined returns when who asked to be attached has joined the log.
func (s *site) joined() {
	s.t.Helper()
	if err := s.seq.Do(func(*sequencer.Tx) error { return nil }); err != nil {
		s.t.Fatal(err)
	}
}

// stall keeps the sequencer busy until the returned function is called.
func (s *site) stall() (release func()) {
	gate, stalled, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.seq.Do(func(*sequencer.Tx) error { close(stalled); <-gate; return nil })
	}()
	<-stalled
	return func() { close(gate); <-done }
}

// write sends a message by HTTP.
func (s *site) write(from string, r wire.Request) Sent {
	s.t.Helper()
	r.Verb = wire.VerbSend
	if r.Content == nil {
		r.Content = []byte(`"x"`)
	}
	sent, err := s.Send(context.Background(), from, &r)
	if err != nil {
		s.t.Fatal(err)
	}
	return sent
}

// talk sends n messages to a user.
func (s *site) talk(from, to string, n int) {
	s.t.Helper()
	for range n {
		s.write(from, wire.Request{To: to})
	}
}

func (s *site) group(id string, users ...string) {
	s.t.Helper()
	if _, err := s.CreateGroup(context.Background(), users[0], NewGroup{ID: id, Name: id, Members: users[1:]}); err != nil {
		s.t.Fatal(err)
	}
}

// cursor is how far a user's stored cursor is, once all moves are written.
func (s *site) cursor(user, convID string) uint64 {
	s.t.Helper()
	probe := make(chan error, 1)
	id := delivery.Conn{Reactor: 0, Serial: 1 << 60}
	_ = s.seq.Attach(id, user, "probe", false, func(_ delivery.Conn, err error) { probe <- err })
	if err := <-probe; err != nil {
		s.t.Fatal(err)
	}
	s.seq.Detach(id, user, nil)
	rec, _, err := s.db.Conversation(convID)
	if err != nil {
		s.t.Fatal(err)
	}
	ss, ok, err := s.db.Session(user, rec.Num)
	if err != nil || !ok {
		s.t.Fatal(fmt.Sprint("no session of ", user, " in ", convID), err)
	}
	return ss.AckSeq
}
