package chat

import (
	"errors"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Logged is an entry of the log, which has those of all conversations in the
// order in which they came.
type Logged struct {
	Entry
	Kind    sequencer.Kind
	ConvID  string
	Members int    // of a group, now
	Staff   bool   // of the notes to a service session
	About   []byte // of an edit: the message as it is now, as a history shows it

	place    place
	gone     bool // nothing is left of its content
	imported bool
}

// errLogEnd ends a walk over places.
var errLogEnd = errors.New("chat: as far as was asked for")

// Log hands entries with ids above after, and up to to, to fn, in the order of
// their ids, until fn returns false; at most limit of them. Nothing is handed out
// that isn't on disk, and nothing of what was recalled or has expired. It returns
// the id up to which all entries were handed out: where nothing is missing that is
// that of the last entry on disk, or to. Any goroutine.
func (s *Service) Log(after, to uint64, limit int, fn func(*Logged) bool) (upTo uint64, err error) {
	end := min(to, s.seq.Durable())
	if after >= end {
		return after, nil
	}
	places := make([]storage.Place, 0, limit)
	err = s.db.Places(after, func(p storage.Place) error {
		if p.ID > end || len(places) == limit {
			return errLogEnd
		}
		places = append(places, p)
		return nil
	})
	if err != nil && !errors.Is(err, errLogEnd) {
		return after, err
	}
	if len(places) < limit {
		upTo = end
	} else {
		upTo = places[limit-1].ID
	}
	w := &logWalk{s: s, convs: make(map[uint64]*logConv), fn: fn}
	for rest := places; len(rest) > 0; {
		n := runOfPlaces(rest)
		if err := w.entries(rest[0].Conv, rest[0].Seq, rest[n-1].Seq); err != nil {
			return max(after, w.last), err
		}
		if w.stopped {
			return w.last, nil
		}
		rest = rest[n:]
	}
	return upTo, nil
}

// runOfPlaces is how many places from the first on are of one conversation, one
// behind the other: they are read at once.
func runOfPlaces(places []storage.Place) int {
	n := 1
	for n < len(places) && places[n].Conv == places[0].Conv && places[n].Seq == places[n-1].Seq+1 {
		n++
	}
	return n
}

// CountLog counts the entries with ids above one that are on disk, up to most, or
// until quit is closed.
func (s *Service) CountLog(after, most uint64, quit <-chan struct{}) (n uint64, err error) {
	end := s.seq.Durable()
	err = s.db.Places(after, func(p storage.Place) error {
		if p.ID > end || n == most {
			return errLogEnd
		}
		select {
		case <-quit:
			return errLogEnd
		default:
		}
		n++
		return nil
	})
	if errors.Is(err, errLogEnd) {
		err = nil
	}
	return n, err
}

// logWalk hands out entries.
type logWalk struct {
	s       *Service
	convs   map[uint64]*logConv
	fn      func(*Logged) bool
	last    uint64 // that was handed out
	stopped bool
}

// logConv is what of a conversation stands in each of its entries.
type logConv struct {
	place   place
	members int
}

func (w *logWalk) conv(num uint64) (*logConv, error) {
	if c := w.convs[num]; c != nil {
		return c, nil
	}
	rec, ok, err := w.s.db.ConversationByNum(num)
	if err == nil && !ok {
		err = storage.ErrCorrupt
	}
	if err != nil {
		return nil, err
	}
	c := new(logConv)
	c.place, _ = newPlace(rec.Num, rec.ID)
	if c.place.kind == sequencer.Group {
		g, _, err := w.s.db.Group(num)
		if err != nil {
			return nil, err
		}
		c.members = int(g.Members)
	}
	w.convs[num] = c
	return c, nil
}

func (w *logWalk) entries(num, from, to uint64) error {
	c, err := w.conv(num)
	if err != nil {
		return err
	}
	err = w.s.messages(num, from, to, func(m *storage.Message) error {
		e := &Logged{
			Entry: entryOf(&c.place, m), Kind: c.place.kind, ConvID: c.place.id, Members: c.members, place: c.place,
			Staff: c.place.kind == sequencer.Service && c.place.id == wire.StaffConvID(wire.SessionOf(c.place.id)),
			gone:  m.Flags&(flagRecalled|flagExpired) != 0, imported: m.Flags&sequencer.MessageImported != 0,
		}
		if m.Event && m.Type == wire.EventEdit {
			if e.About, err = w.s.shown(&c.place, m.Ref); err != nil {
				return err
			}
		}
		if w.last = e.ID; !w.fn(e) {
			w.stopped = true
			return errLogEnd
		}
		return nil
	})
	if errors.Is(err, errLogEnd) {
		return nil
	}
	return err
}

// shown is a message as a history shows it now.
func (s *Service) shown(p *place, seq uint64) (object []byte, err error) {
	err = s.messages(p.num, seq, seq, func(m *storage.Message) error {
		object = p.appendStored(nil, m)
		return nil
	})
	return object, err
}
