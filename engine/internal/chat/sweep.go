package chat

import (
	"errors"
	"time"

	"gannet/engine/internal/failpoint"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	sweepEvery = time.Second
	sweepOnce  = 200 // entries that one command erases
)

// Start begins what the service does by itself. The log's writer must run.
func (s *Service) Start() { s.sweeper.Go(s.sweep) }

// sweep finishes what a stop interrupted, and then erases the contents of
// messages that have outlived their time. Nobody sees them meanwhile: see veil.
func (s *Service) sweep() {
	s.log("dissolving groups", s.dissolveRest())
	s.log("dropping old revocations", s.dropRevocations())
	ticks := time.NewTicker(sweepEvery)
	defer ticks.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-ticks.C:
			s.log("erasing expired messages", s.eraseExpired())
		}
	}
}

func (s *Service) log(what string, err error) {
	if err != nil && !errors.Is(err, sequencer.ErrShuttingDown) {
		s.cfg.Logger.Error(what, "err", err)
	}
}

func (s *Service) dissolveRest() error {
	convs, err := s.db.Dissolving()
	for _, conv := range convs {
		if err == nil {
			err = s.dissolve(conv)
		}
	}
	return err
}

func (s *Service) eraseExpired() error {
	for {
		due, err := s.db.Expired(failpoint.Now().UnixMilli(), sweepOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		if err := s.seq.DoAnyway(func(tx *sequencer.Tx) error { return s.expire(tx, due) }); err != nil {
			return err
		}
		if len(due) < sweepOnce {
			return nil
		}
	}
}

// expire erases contents. One that can't be read is left to whoever reads it: the
// others are not to wait for it.
func (s *Service) expire(tx *sequencer.Tx, due []storage.Expiry) error {
	for _, x := range due {
		err := tx.Rewrite(x.Conv, x.Seq, func(m *storage.Message) {
			if m.Event {
				eraseEvent(m)
			} else if m.Flags&flagRecalled == 0 {
				erase(m, flagExpired)
			}
		})
		if err != nil && !errors.Is(err, sequencer.ErrNotFound) {
			s.log("erasing an expired message", err)
		}
		tx.Writes(sequencer.Subject{}).DeleteExpiry(x)
	}
	return nil
}
