package chat_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// The limits that the model knows, small enough to be met.
const (
	modelGroupMembers = 4
	modelUserGroups   = 3
	modelWindow       = time.Minute // to recall and to edit
	modelRecallText   = "taken back"
)

// modelSite is the engine: the rules on a real log on a disk in memory.
type modelSite struct {
	*chat.Service
	fs      *vfs.MemFS
	db      *storage.DB
	seq     *sequencer.Sequencer
	small   bool // few conversations stay in memory
	loop    *modelLoop
	stopped bool

	mu     sync.Mutex
	errors bytes.Buffer // what it logged as such
}

// Write makes the site the end of its log.
func (s *modelSite) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.errors.Write(p)
}

func (s *modelSite) fail(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

// failures is what went wrong so far.
func (s *modelSite) failures() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.errors.String()
}

// openModelSite starts the engine on a disk.
func openModelSite(fs *vfs.MemFS, small bool) (s *modelSite, err error) {
	s = &modelSite{fs: fs, small: small, loop: newModelLoop()}
	logger := slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelError}))
	fatal := func(err error) { s.fail("fatal: %v", err) }
	s.db, err = storage.Open(storage.Options{
		Dir: "/data", FS: fs, Logger: logger, CacheBytes: 1 << 20, MemTableBytes: 1 << 20, Fatal: fatal,
	})
	if err != nil {
		return nil, err
	}
	cfg := sequencer.Config{
		Reactors: 1, DedupeWindow: 7 * 24 * time.Hour, MaxMembers: modelGroupMembers, MaxUserGroups: modelUserGroups,
		Encoder:   chat.Encoder{Refusal: func(err error) *wire.Error { return s.Refusal(err) }},
		Post:      func(_ int, posts []delivery.Post) { s.loop.carry(posts) },
		Rewritten: func(conv, seq uint64) { s.Rewritten(conv, seq) },
		Fatal:     fatal, Logger: logger,
	}
	if small {
		cfg.MaxConversations = 2
	}
	if s.seq, err = sequencer.New(s.db, cfg); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.Service = chat.New(chat.Config{
		Reactors: 1, Readers: 2, Backlog: 200, RetryAfter: 30 * time.Second, Retries: 3, MaxOutbound: 1 << 20, Crowded: func() bool { return false },
		Logger: logger, RecallWindow: modelWindow, RecallText: modelRecallText, EditWindow: modelWindow,
		MaxMembers: modelGroupMembers, GroupMembers: modelGroupMembers, ReceiptMembers: 100,
		Renew:       func(delivery.Conn, string, string, string) {},
		Revoke:      func(storage.Revocation) {},
		Revoked:     func(string, chat.Token) bool { return false },
		Revocations: func() uint64 { return 0 },
	}, s.db, s.seq, s.loop)
	s.seq.Start()
	s.Start()
	return s, nil
}

// stop ends the engine and looks through what it has stored.
func (s *modelSite) stop() {
	if s.stopped {
		return
	}
	s.stopped = true
	s.seq.Stop()
	s.loop.stop()
	s.Close()
	if _, err := s.db.Verify(func(p storage.Problem) { s.fail("verify: %v", p) }); err != nil {
		s.fail("verify: %v", err)
	}
	if err := s.db.Close(); err != nil {
		s.fail("close: %v", err)
	}
}

// cut is what is on the disk if the power fails now.
func (s *modelSite) cut(seed uint64, percent int) *vfs.MemFS {
	rng := rand.New(rand.NewPCG(seed, 1))
	return s.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rng})
}

// stall keeps the log's writer busy until the returned function is called: what
// comes meanwhile gets into one batch, as far as it can.
func (s *modelSite) stall() (release func()) {
	gate, stalled, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.seq.Do(func(*sequencer.Tx) error { close(stalled); <-gate; return nil })
	}()
	<-stalled
	return func() { close(gate); <-done }
}
