package sequencer

import (
	"encoding/binary"
	"fmt"
	"strings"

	"gannet/storage"
)

// systemNoted names the id up to which senders' places are in their sessions:
// what was written above it is read again when the log is opened, so that nobody
// is shown their own messages as unread after a crash.
const systemNoted = "noted"

// putNoted says that all places are in sessions, this batch's included.
func (s *Sequencer) putNoted() {
	if s.sealed > s.noted {
		s.noted = s.sealed
		s.cur.w.PutSystem(systemNoted, binary.BigEndian.AppendUint64(nil, s.noted))
	}
}

// recoverNoted finds the senders' places that a crash kept from their sessions.
// It reads what was written in the last moments before it.
func (s *Sequencer) recoverNoted() error {
	value, found, err := s.db.System(systemNoted)
	switch {
	case err != nil:
		return err
	case found && len(value) != 8:
		return fmt.Errorf("%w: system %s", storage.ErrCorrupt, systemNoted)
	case found:
		s.noted = binary.BigEndian.Uint64(value)
	}
	first := make(map[uint64]uint64) // by conversation
	err = s.db.Places(s.noted, func(p storage.Place) error {
		if _, known := first[p.Conv]; !known {
			first[p.Conv] = p.Seq
		}
		return nil
	})
	for conv, seq := range first {
		if err == nil {
			err = s.recoverSent(conv, seq)
		}
	}
	return err
}

// recoverSent notes who wrote in a conversation from a seq on.
func (s *Sequencer) recoverSent(conv, from uint64) error {
	last, err := s.db.LastSeq(conv)
	if err != nil {
		return err
	}
	return s.db.Messages(conv, from, last, func(m *storage.Message) error {
		if !m.Event {
			s.noteCursor(strings.Clone(m.From), conv, marks{sent: m.Seq})
		}
		return nil
	})
}
