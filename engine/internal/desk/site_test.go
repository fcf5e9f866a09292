package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// tb is what testing.T and rapid.T have in common.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// site is a desk with real storage, sequencer and chat rules.
type site struct {
	*Desk
	t    tb
	fs   vfs.FS
	cfg  Config
	chat *chat.Service

	closed bool
	torn   bool // what is stored is so on purpose
	serial uint64
	conns  map[string]delivery.Conn

	mu     sync.Mutex
	frames map[string][]object // that users were sent besides runs
}

type object map[string]any

// backend may do everything.
var backend = Actor{Backend: true}

// noLoops are those of connections that nobody runs.
type noLoops struct{}

func (noLoops) Do(delivery.Conn, func(*chat.Session)) {}

// usual is a desk on which everything has an end.
func usual() Config {
	return Config{
		MaxSessions: 5, MaxQueue: 1000, MaxWait: 10 * time.Minute, AgentGrace: time.Minute, FirstReply: 2 * time.Minute,
		VisitorSilent: 5 * time.Minute, VisitorClose: 5 * time.Minute, System: "system",
		ClosedText: "closed now", OfflineText: "nobody came", WarnText: "still there?",
	}
}

// build opens what is stored, without letting it run.
func build(t tb, fs vfs.FS, cfg Config) *site {
	t.Helper()
	s := &site{t: t, fs: fs, cfg: cfg, conns: map[string]delivery.Conn{}, frames: map[string][]object{}}
	logger := slog.New(slog.DiscardHandler)
	db, err := storage.Open(storage.Options{Dir: "/data", FS: fs, Logger: logger, CacheBytes: 1 << 20, MemTableBytes: 1 << 20})
	s.must(err)
	seq, err := sequencer.New(db, sequencer.Config{
		Reactors: 1, DedupeWindow: 24 * time.Hour, MaxMembers: 100, Logger: logger,
		Encoder:  chat.Encoder{Refusal: func(err error) *wire.Error { return s.chat.Refusal(err) }},
		Post:     s.post,
		Fatal:    func(err error) { t.Error(err) },
		Spoken:   func(tx *sequencer.Tx, head *sequencer.Head, from string) { s.Spoken(tx, head, from) },
		Presence: func(user string, online bool) { s.Present(user, online) },
		Staff:    func(user string, now sequencer.Staff) { s.Present(user, now > 0) },
	})
	s.must(err)
	s.chat = chat.New(chat.Config{Reactors: 1, Readers: 1, MaxOutbound: 1 << 20, Crowded: func() bool { return false }, Logger: logger}, db, seq, noLoops{})
	cfg.Logger, cfg.Chat, cfg.Frame = logger, s.chat, func(payload []byte) []byte { return payload }
	s.Desk, err = New(cfg, db, seq)
	s.must(err)
	return s
}

// open makes a site whose clerk works.
func open(t tb, fs vfs.FS, cfg Config) *site {
	s := build(t, fs, cfg)
	s.seq.Start()
	s.Start()
	return s
}

// start is open for a test of its own, with which it ends.
func start(t *testing.T, change func(*Config)) *site {
	t.Helper()
	cfg := usual()
	if change != nil {
		change(&cfg)
	}
	s := open(t, vfs.NewMem(), cfg)
	t.Cleanup(func() { s.close() })
	return s
}

// restart ends a site that start has made and opens it again.
func (s *site) restart(t *testing.T) *site {
	t.Helper()
	next := s.again()
	t.Cleanup(func() { next.close() })
	return next
}

// close ends all and looks through what is stored.
func (s *site) close() {
	if s.closed {
		return
	}
	s.closed = true
	s.Desk.Close()
	s.seq.Stop()
	s.chat.Close()
	_, err := s.db.Verify(func(p storage.Problem) {
		if !s.torn {
			s.t.Errorf("verify: %v", p)
		}
	})
	s.must(err)
	s.must(s.db.Close())
}

// again is a site after a restart; nobody is connected to it.
func (s *site) again() *site {
	s.close()
	return open(s.t, s.fs, s.cfg)
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// refused expects a refusal with a reason.
func (s *site) refused(err error, reason string) {
	s.t.Helper()
	if e, ok := errors.AsType[*wire.Error](err); !ok || e.Reason != reason {
		s.t.Errorf("%v, want %s", err, reason)
	}
}

func (s *site) post(_ int, posts []delivery.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range posts {
		if p.Kind != delivery.NotifyUser {
			continue
		}
		var o object
		if err := json.Unmarshal(p.Frame, &o); err != nil {
			s.t.Errorf("%s: %v", p.Frame, err)
		}
		s.frames[p.User] = append(s.frames[p.User], o)
	}
}

// heard takes what a user was told of one type since the last time.
func (s *site) heard(user, kind string) (list []object) {
	s.sync()
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []object
	for _, o := range s.frames[user] {
		if o["type"] == kind {
			list = append(list, o)
		} else {
			rest = append(rest, o)
		}
	}
	s.frames[user] = rest
	return list
}

// sync returns when the desk has seen all that came before.
func (s *site) sync() {
	s.t.Helper()
	s.must(s.look(func(*sequencer.Tx) error { return nil }))
}

// connect makes a user online.
func (s *site) connect(user string) {
	s.t.Helper()
	s.conns[user] = s.attach(sequencer.StaffNone, user, "d")
}

// attach is one more connection of a user's, by a login that may say more.
func (s *site) attach(as sequencer.Staff, user, device string) delivery.Conn {
	s.t.Helper()
	s.serial++
	conn := delivery.Conn{Serial: s.serial}
	done := make(chan error, 1)
	s.must(s.seq.AttachStaff(as, conn, user, device, true, func(_ delivery.Conn, err error) { done <- err }))
	s.must(<-done)
	s.sync()
	return conn
}

// detach ends one of a user's connections.
func (s *site) detach(user string, conn delivery.Conn) {
	s.t.Helper()
	s.seq.Detach(conn, user, nil)
	s.sync()
}

// disconnect ends a user's only connection.
func (s *site) disconnect(user string) {
	s.t.Helper()
	s.seq.Detach(s.conns[user], user, nil)
	delete(s.conns, user)
	s.sync()
}

func ptr[T any](v T) *T { return &v }

// agent makes an agent who is there and wants sessions.
func (s *site) agent(user string, skills ...string) {
	s.t.Helper()
	s.put(user, AgentPatch{Status: ptr(wire.AgentOnline), Skills: &skills})
	if _, on := s.conns[user]; !on {
		s.connect(user)
	}
}

func (s *site) put(user string, p AgentPatch) Agent {
	s.t.Helper()
	a, err := s.PutAgent(context.Background(), backend, user, p)
	s.must(err)
	return a
}

func (s *site) supervisor(user string) Actor {
	s.t.Helper()
	s.put(user, AgentPatch{Role: ptr(RoleSupervisor)})
	s.connect(user)
	return Actor{User: user}
}

func (s *site) skill(rec storage.DeskSkill) {
	s.t.Helper()
	s.must(s.PutSkill(context.Background(), backend, rec))
}

// visit opens a session for a visitor.
func (s *site) visit(visitor, skill string) Session {
	s.t.Helper()
	return s.ask(visitor, NewSession{Skill: skill})
}

func (s *site) ask(visitor string, n NewSession) Session {
	s.t.Helper()
	n.Visitor = visitor
	out, err := s.Open(context.Background(), backend, n)
	s.must(err)
	return out
}

// see is a session as it is now.
func (s *site) see(id string) Session {
	s.t.Helper()
	out, err := s.Session(context.Background(), backend, id)
	s.must(err)
	return out
}

// has expects a session to have an agent; "" for none.
func (s *site) has(id, agent string) {
	s.t.Helper()
	if got := s.see(id); got.Agent != agent || inCharge(&got.DeskSession) != (agent != "") {
		s.t.Errorf("session of %s is %v with %q, want %q", got.Visitor, got.State, got.Agent, agent)
	}
}

// is expects a session to be in a state.
func (s *site) is(id string, state storage.DeskState) {
	s.t.Helper()
	if got := s.see(id); got.State != state {
		s.t.Errorf("session of %s is %v, want %v", got.Visitor, got.State, state)
	}
}

// say sends a message in a session.
func (s *site) say(user, id string) error {
	s.t.Helper()
	result := make(chan error, 1)
	err := s.seq.Submit(time.Now(), []sequencer.Send{{
		From: user, Kind: sequencer.Service, ConvID: wire.ServiceConvID(id), Content: []byte(`"x"`),
		Done: func(r sequencer.Result) { result <- r.Err },
	}})
	if err != nil {
		return err
	}
	return <-result
}

// talk is say where it must be possible.
func (s *site) talk(user, id string) {
	s.t.Helper()
	s.must(s.say(user, id))
}

func (s *site) end(actor Actor, id string) {
	s.t.Helper()
	s.must(s.CloseSession(context.Background(), actor, id))
}

// log is a conversation as words: events, and who has spoken.
func (s *site) log(convID string) string {
	s.t.Helper()
	rec, ok, err := s.db.Conversation(convID)
	if err != nil || !ok {
		s.t.Fatalf("%s: %v %v", convID, ok, err)
	}
	var words []string
	s.must(s.db.Messages(rec.Num, 1, 1<<60, func(m *storage.Message) error {
		var o object
		if !m.Event {
			words = append(words, m.From+":"+string(m.Content))
			return nil
		}
		word := ""
		if err := json.Unmarshal(slices.Concat([]byte("{"), m.Extra, []byte("}")), &o); err != nil {
			return err
		}
		for _, key := range []string{"event", "agent_id", "skill", "user_id", "reason", "text"} {
			if v, ok := o[key]; ok {
				word += fmt.Sprint(v) + "/"
			}
		}
		words = append(words, strings.TrimSuffix(word, "/"))
		return nil
	}))
	return strings.Join(words, " ")
}

// logged expects what a session's log says.
func (s *site) logged(id, want string) {
	s.t.Helper()
	if got := s.log(wire.ServiceConvID(id)); got != want {
		s.t.Errorf("log\n%s\nwant\n%s", got, want)
	}
}

// members are those of a conversation, by id.
func (s *site) members(num uint64) (users []string) {
	s.t.Helper()
	list, err := s.db.Members(num, "", 1000)
	s.must(err)
	for _, m := range list {
		users = append(users, m.User)
	}
	return users
}
