package chat

import (
	"gannet/engine/internal/failpoint"
	"gannet/storage"
)

// Flags of a stored message, beside [sequencer.MessageImported].
const (
	flagRecalled = 1 << iota
	flagEdited
	flagExpired
)

// messages hands the entries from..to of a conversation to fn as everybody may
// see them now: no rewrite before it is on disk, nothing of what was recalled or
// has expired. Everything that reads messages reads them here.
func (s *Service) messages(conv, from, to uint64, fn func(*storage.Message) error) error {
	now := failpoint.Now().UnixMilli()
	return s.db.Messages(conv, from, to, func(m *storage.Message) error {
		if old, ok := s.seq.Unsynced(conv, m.Seq); ok {
			*m = old
		}
		s.veil(m, now)
		return fn(m)
	})
}

// veil takes away what may not be seen any more.
func (s *Service) veil(m *storage.Message, now int64) {
	switch {
	case m.Expires != 0 && m.Expires <= now:
		m.Content, m.Type, m.Extra, m.Flags = gone(m), kindOf(m), keptExtra(m), m.Flags&^flagEdited|flagExpired
	case m.Event:
	case m.Flags&flagRecalled != 0:
		m.Content, m.Type, m.Extra = s.recalled, "", nil
	}
}

// gone is the content of an expired entry: a chat always has one.
func gone(m *storage.Message) []byte {
	if m.Event {
		return nil
	}
	return jsonNull
}

// kindOf and keptExtra are what an expired entry keeps: an event its word, and
// whom or what it is about.
func kindOf(m *storage.Message) string {
	if m.Event {
		return m.Type
	}
	return ""
}

func keptExtra(m *storage.Message) []byte {
	if m.Event {
		return m.Extra
	}
	return nil
}

var jsonNull = []byte("null")

// empty is what is stored in the place of a content that was taken away.
var empty = []byte(`""`)

// erase takes the content of a stored message away for good, and marks why.
func erase(m *storage.Message, why uint8) {
	m.Content, m.Type, m.Extra = empty, "", nil
	m.Flags = m.Flags&^flagEdited | why
}

// eraseEvent takes the content of an event away, which had an edit's.
func eraseEvent(m *storage.Message) { m.Content = nil }
