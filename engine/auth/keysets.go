package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// askEvery is how often tokens may have the key sets read out of turn: anybody
// can make up a kid.
const askEvery = 30 * time.Second

// keySets reads the key sets of a configuration, at first and then in a goroutine
// of its own, and hands their keys over whenever they have changed.
type keySets struct {
	sources []source
	every   time.Duration
	logger  *slog.Logger
	install func([]publicKey) error

	latest    []*keySet // of each source
	installed []publicKey

	began   time.Time
	nextAsk atomic.Int64 // time since began, in ns
	asked   chan struct{}
	stop    context.CancelFunc
	running sync.WaitGroup
}

// newKeySets hands the keys of all sets to install, which may refuse them.
func newKeySets(c Config, install func([]publicKey) error) *keySets {
	sources := newSources(c)
	logger := c.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &keySets{
		sources: sources, every: c.JWKSRefresh, logger: logger, install: install,
		latest: make([]*keySet, len(sources)),
		began:  time.Now(), asked: make(chan struct{}, 1), stop: func() {},
	}
}

// start reads all sets, which must succeed, and goes on reading them until close.
// ctx bounds the first reading only.
func (s *keySets) start(ctx context.Context) error {
	if len(s.sources) == 0 {
		return nil
	}
	for i, src := range s.sources {
		set, err := s.read(ctx, src)
		if err == nil && len(set.keys) == 0 {
			err = errors.Join(append([]error{errors.New("no key of the set can be used")}, set.skipped...)...)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", src.key(), err)
		}
		s.latest[i] = set
	}
	if err := s.handOver(); err != nil {
		return fmt.Errorf("%s: %w", s.sources[0].key(), err)
	}
	ctx, s.stop = context.WithCancel(context.Background())
	s.running.Go(func() { s.run(ctx) })
	return nil
}

// close ends the goroutine and waits for it.
func (s *keySets) close() {
	s.stop()
	s.running.Wait()
}

// ask has the sets read soon. It never waits.
func (s *keySets) ask() {
	if len(s.sources) == 0 {
		return
	}
	now, next := int64(time.Since(s.began)), s.nextAsk.Load()
	if now < next || !s.nextAsk.CompareAndSwap(next, now+int64(askEvery)) {
		return
	}
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

func (s *keySets) run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.asked:
		}
		s.refresh(ctx)
	}
}

// refresh reads the sets again. What can't be read keeps its keys; what was read
// counts even if no key is left: the issuer took them back.
func (s *keySets) refresh(ctx context.Context) {
	for i, src := range s.sources {
		set, err := s.read(ctx, src)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.logger.Warn("a key set can't be refreshed; its keys stay as they were", "set", src.key(), "err", err)
		case set != nil:
			if len(set.keys) == 0 {
				s.logger.Warn("no key of a key set can be used any more", "set", src.key())
			}
			s.latest[i] = set
		}
	}
	if err := s.handOver(); err != nil {
		s.logger.Warn("the key sets can't be used; the keys stay as they were", "err", err)
	}
}

// read returns nil where the set hasn't changed.
func (s *keySets) read(ctx context.Context, src source) (*keySet, error) {
	text, err := src.read(ctx)
	if err != nil || text == nil {
		return nil, err
	}
	return parseKeySet(text)
}

func (s *keySets) handOver() error {
	var keys []publicKey
	for _, set := range s.latest {
		keys = append(keys, set.keys...)
	}
	if slices.EqualFunc(keys, s.installed, publicKey.equal) {
		return nil
	}
	if err := s.install(keys); err != nil {
		return err
	}
	s.installed = keys
	s.logger.Info("there are new keys to check tokens with", "keys", len(keys))
	for i, set := range s.latest {
		for _, reason := range set.skipped {
			s.logger.Info("a key is left out", "set", s.sources[i].key(), "reason", reason)
		}
	}
	return nil
}
