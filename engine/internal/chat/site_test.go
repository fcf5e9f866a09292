package chat

import (
	"context"
	"encoding/json"
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
	t       *testing.T
	loops   []*loop
	revoked revoked
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
		MaxOutbound: 1 << 20, Crowded: func() bool { return false }, Logger: logger,
		RecallWindow: 2 * time.Minute, RecallText: "gone", EditWindow: 15 * time.Minute,
		MaxMembers: 5, ReceiptMembers: 500,
		Revoke: s.revoked.add, Revoked: s.revoked.has, Revocations: s.revoked.epoch,
		Outlived: func(time.Time) time.Time { return outlived },
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
	scfg.Rewritten = func(conv, seq uint64) { s.Rewritten(conv, seq) }
	scfg.Presence = func(user string, online bool) { s.Changed(user, online) }
	if change != nil {
		change(&cfg, &scfg)
	}
	cfg.GroupMembers = max(cfg.GroupMembers, cfg.MaxMembers)
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
	s.StopHook(context.Background())
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
	return s.login(reactor, Login{User: user, Device: device, Tracked: tracked})
}

func (s *site) login(reactor int, login Login) *conn {
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
		c.session, err = s.Open(c, login, func(old delivery.Conn) {
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

// bulk sends n messages to a user at once.
func (s *site) bulk(from, to string, n int) (ids []uint64) {
	s.t.Helper()
	for n > 0 {
		out := make([]Outgoing, min(n, 500))
		n -= len(out)
		for i := range out {
			out[i] = Outgoing{From: from, To: to, Content: []byte(`"x"`)}
		}
		outcomes, err := s.SendBatch(s.t.Context(), out)
		s.must(err)
		for _, o := range outcomes {
			s.must(o.Err)
			ids = append(ids, o.Sent.ID)
		}
	}
	return ids
}

// must ends the test on an error.
func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// refused expects a refusal with a reason, "" for none.
func (s *site) refused(what string, err error, reason string) {
	s.t.Helper()
	if got := reasonOf(err); got != reason {
		s.t.Errorf("%s: %q, want %q", what, got, reason)
	}
}

// page is the newest page of a conversation as a user sees it.
func (s *site) page(user, convID string) (entries []object) {
	s.t.Helper()
	return s.entries(user, wire.Request{ConvID: convID, Limit: wire.MaxHistoryLimit})
}

func (s *site) entries(user string, r wire.Request) (entries []object) {
	s.t.Helper()
	body, err := s.History(s.t.Context(), user, &r, []byte("{"))
	s.must(err)
	var answer struct{ Messages []json.RawMessage }
	s.must(json.Unmarshal(append(body, '}'), &answer))
	for _, raw := range answer.Messages {
		o := object{"raw": string(raw)}
		s.must(json.Unmarshal(raw, &o))
		entries = append(entries, o)
	}
	return entries
}

// stored is an entry as it is on disk.
func (s *site) stored(convID string, seq uint64) (m storage.Message) {
	s.t.Helper()
	rec, _, err := s.db.Conversation(convID)
	s.must(err)
	run, ok, err := s.db.Run(rec.Num, seq)
	if err != nil || !ok {
		s.t.Fatal("no entry", convID, seq, err)
	}
	return run.Messages[seq-run.Messages[0].Seq]
}

// forget lets go of what came so far.
func (s *site) forget(conns ...*conn) {
	s.t.Helper()
	s.settle()
	for _, c := range conns {
		c.on(func() {})
		for range len(c.in) {
			<-c.in
		}
	}
}

// silent expects that nothing has come to anybody.
func (s *site) silent(conns ...*conn) {
	s.t.Helper()
	s.settle()
	for _, c := range conns {
		c.quiet()
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
