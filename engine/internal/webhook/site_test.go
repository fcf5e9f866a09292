package webhook

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

type object = map[string]any

// site is a hub with real storage, sequencer and chat rules, and receivers that
// are functions.
type site struct {
	*Hub
	t    *testing.T
	fs   vfs.FS
	cfg  Config
	db   *storage.DB
	seq  *sequencer.Sequencer
	chat *chat.Service
	net  *network

	serial uint64
	conns  map[string]delivery.Conn
	closed bool
	broken bool // what is stored isn't as it should be
}

// noLoops are those of connections that nobody runs.
type noLoops struct{}

func (noLoops) Do(delivery.Conn, func(*chat.Session)) {}

// start makes a site in a bubble, which it ends with.
func start(t *testing.T, change func(*Config)) *site {
	t.Helper()
	cfg := Config{
		Timeout: 10 * time.Second, GiveUp: 24 * time.Hour, MaxDelay: 5 * time.Minute, MaxDead: MaxBatch, Deliver: true, System: "system",
	}
	if change != nil {
		change(&cfg)
	}
	time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))) // ids tell times from 2025 on
	return open1(t, vfs.NewMem(), cfg, &network{receivers: make(map[string]*receiver)})
}

func open1(t *testing.T, fs vfs.FS, cfg Config, net *network) *site {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	s := &site{t: t, fs: fs, cfg: cfg, net: net, conns: make(map[string]delivery.Conn)}
	var err error
	s.db, err = storage.Open(storage.Options{Dir: "/data", FS: fs, Logger: logger, CacheBytes: 1 << 20, MemTableBytes: 1 << 20})
	s.must(err)
	s.seq, err = sequencer.New(s.db, sequencer.Config{
		Reactors: 1, DedupeWindow: 24 * time.Hour, MaxMembers: 10_000, Logger: logger,
		Encoder:  chat.Encoder{Refusal: func(err error) *wire.Error { return s.chat.Refusal(err) }},
		Post:     func(int, []delivery.Post) {},
		Fatal:    func(err error) { t.Error(err) },
		Presence: func(user string, online bool) { s.Present(user, online) },
		Observe:  func(p *sequencer.Published) { s.Ring(p.Singles + p.Groups + p.Services + p.Events) },
	})
	s.must(err)
	s.chat = chat.New(chat.Config{
		Reactors: 1, Readers: 1, MaxOutbound: 1 << 20, Crowded: func() bool { return false }, Logger: logger,
		RecallWindow: time.Hour, RecallText: "gone", EditWindow: time.Hour, MaxMembers: 10_000, GroupMembers: 10_000,
	}, s.db, s.seq, noLoops{})
	cfg.Transport, cfg.Metrics, cfg.Logger = net, metrics.New(), logger
	s.Hub, err = Open(cfg, s.db, s.seq, s.chat)
	s.must(err)
	s.seq.Start()
	s.Hub.Start()
	t.Cleanup(s.close)
	return s
}

// close ends all and looks through what is stored.
func (s *site) close() {
	if s.closed {
		return
	}
	s.closed = true
	s.Hub.Stop()
	s.must(s.Hub.Close(context.Background()))
	s.seq.Stop()
	s.Hub.Wait()
	s.chat.Close()
	_, err := s.db.Verify(func(p storage.Problem) {
		if !s.broken {
			s.t.Errorf("verify: %v", p)
		}
	})
	s.must(err)
	s.must(s.db.Close())
}

// restart is the site after a stop and a start.
func (s *site) restart() *site {
	s.t.Helper()
	s.close()
	return open1(s.t, s.fs, s.cfg, s.net)
}

// do runs a command.
func (s *site) do(command func(*sequencer.Tx) error) {
	s.t.Helper()
	s.must(s.seq.Do(command))
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) refused(what string, err error, reason string) {
	s.t.Helper()
	e, ok := errors.AsType[*wire.Error](err)
	if !ok || e.Reason != reason {
		s.t.Errorf("%s: %v, want %s", what, err, reason)
	}
}

// endpoint adds a webhook by which the receiver of the same name is told.
func (s *site) endpoint(name string, change func(*New), events ...string) *receiver {
	s.t.Helper()
	n := New{Name: name, URL: "http://" + name + "/", Secret: "secret-of-" + name + "-receiver", Events: events}
	if change != nil {
		change(&n)
	}
	r := s.net.at(name)
	r.secret = n.Secret
	_, _, err := s.Add(s.t.Context(), n)
	s.must(err)
	return r
}

// send stores a message.
func (s *site) send(from string, r wire.Request) chat.Sent {
	s.t.Helper()
	if r.Content == nil {
		r.Content = []byte(`"hi"`)
	}
	sent, err := s.chat.Send(s.t.Context(), from, &r)
	s.must(err)
	return sent
}

func (s *site) group(id, owner string, members ...string) {
	s.t.Helper()
	_, err := s.chat.CreateGroup(s.t.Context(), owner, chat.NewGroup{ID: id, Members: members})
	s.must(err)
}

type cursor = storage.WebhookCursor

// cursor changes what is stored of how far an endpoint has got, one that is paused.
func (s *site) cursor(name string, change func(*cursor)) {
	s.t.Helper()
	c, _, err := s.db.WebhookCursor(name)
	s.must(err)
	change(&c)
	s.do(func(tx *sequencer.Tx) error {
		tx.Writes(sequencer.Subject{}).PutWebhookCursor(c)
		return nil
	})
}

// enter and leave are a user's first connection and its end.
func (s *site) enter(user string) {
	s.serial++
	conn := delivery.Conn{Serial: s.serial}
	s.conns[user] = conn
	s.must(s.seq.Attach(conn, user, "d", false, func(delivery.Conn, error) {}))
	s.settle()
}

func (s *site) leave(user string) {
	s.seq.Detach(s.conns[user], user, nil)
	s.settle()
}

// settle lets everything happen that needs no time but what couriers and the clerk
// take to gather.
func (s *site) settle() {
	synctest.Wait()
	time.Sleep(2 * gatherFor)
	synctest.Wait()
}

// status is how an endpoint fares.
func (s *site) status(name string) Status {
	s.t.Helper()
	st, err := s.Get(name)
	s.must(err)
	return st
}

// dead are the numbers of an endpoint's dead letters.
func (s *site) dead(name string) (list []storage.WebhookDead) {
	s.t.Helper()
	list, err := s.Dead(s.t.Context(), name, 0, 10_000)
	s.must(err)
	if st := s.status(name); int(st.Dead) != len(list) {
		s.t.Errorf("%d dead letters, and %d are told", len(list), st.Dead)
	}
	return list
}
