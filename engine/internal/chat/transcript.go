package chat

import (
	"context"
	"slices"
	"strings"

	"gannet/storage"
)

// Entry is an entry of a conversation's log as it may be seen now.
type Entry struct {
	ID, Seq uint64
	From    string
	Type    string // of a message its content type, "" is text; of an event its word
	Event   bool
	Time    int64  // Unix milliseconds
	Content []byte // one JSON value; of an event nil where it has none
	Extra   []byte // further members, as [wire.Extra] builds them

	Recalled bool
	JSON     []byte // the object that a history shows
}

// Entries returns up to limit entries of a conversation behind a seq, oldest
// first, and whether there are more. Who asks need not be a member: whether they
// may is the caller's to know. Large entries make a page shorter.
func (s *Service) Entries(ctx context.Context, convID string, after uint64, limit int) (list []Entry, more bool, err error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, false, s.Refusal(ctx.Err())
	}
	list, more, err = s.entries(convID, after, limit)
	if err != nil {
		return nil, false, s.Refusal(err)
	}
	return list, more, nil
}

func (s *Service) entries(convID string, after uint64, limit int) (list []Entry, more bool, err error) {
	rec, ok, err := s.db.Conversation(convID)
	if err == nil && !ok {
		err = errNotFound
	}
	if err != nil {
		return nil, false, err
	}
	p, _ := newPlace(rec.Num, rec.ID)
	last, err := s.published(&p)
	if err != nil || after >= last {
		return nil, false, err
	}
	to := min(last, after+uint64(limit))
	size := 0
	err = s.messages(p.num, after+1, to, func(m *storage.Message) error {
		if size >= s.pageBytes() {
			return errEnough
		}
		e := entryOf(&p, m)
		size += len(e.JSON)
		list = append(list, e)
		return nil
	})
	if err == errEnough {
		return list, true, nil
	}
	return list, to < last, err
}

// entryOf copies what a reader of storage shows for a moment.
func entryOf(p *place, m *storage.Message) Entry {
	return Entry{
		ID: m.ID, Seq: m.Seq, From: strings.Clone(m.From), Type: strings.Clone(m.Type), Event: m.Event, Time: m.Time,
		Content: slices.Clone(m.Content), Extra: slices.Clone(m.Extra),
		Recalled: m.Flags&flagRecalled != 0, JSON: p.appendStored(nil, m),
	}
}
