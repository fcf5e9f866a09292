package storage

import (
	"math"

	"github.com/cockroachdb/pebble/v2"
)

// Tail is the end of a conversation.
type Tail struct {
	Seq   uint64 // of the last entry
	ID    uint64 // of the last entry
	Count uint64 // how many entries are messages, not events
}

// Tail returns the end of a conversation, the zero Tail if it is empty.
func (db *DB) Tail(conv uint64) (t Tail, err error) {
	s := newScan()
	defer s.free()
	s.lower = appendNumberKey(s.lower[:0], prefixRun, conv)
	s.upper = appendAfterNumber(s.upper[:0], prefixRun, conv)
	err = s.last(db.p, func(key, value []byte) error {
		if err := s.run.open(db.keys, key, value); err != nil {
			return err
		}
		if err := s.run.skip(&s.msg, math.MaxUint64); err != nil {
			return err
		}
		t = Tail{Seq: s.run.last, ID: s.run.id, Count: s.run.count}
		return nil
	})
	return t, err
}

// LastSeq returns the seq of a conversation's last entry, 0 if there is none.
func (db *DB) LastSeq(conv uint64) (uint64, error) { return lastSeq(db.p, conv) }

func lastSeq(r pebble.Reader, conv uint64) (uint64, error) {
	s := newScan()
	defer s.free()
	s.lower = appendNumberKey(s.lower[:0], prefixRun, conv)
	s.upper = appendAfterNumber(s.upper[:0], prefixRun, conv)
	key, err := s.lastKey(r)
	if err != nil || key == nil {
		return 0, err
	}
	_, seq, ok := splitRunKey(key)
	if !ok {
		return 0, corrupt(key, "bad key")
	}
	return seq, nil
}

// CountTo returns how many entries of a conversation with seqs up to the
// given one are messages, not events.
func (db *DB) CountTo(conv, seq uint64) (count uint64, err error) {
	if seq == 0 {
		return 0, nil
	}
	s := newScan()
	defer s.free()
	found, err := s.runOf(db.p, db.keys, conv, seq, func(_, _ []byte) error {
		err := s.run.skip(&s.msg, seq)
		count = s.run.count
		return err
	})
	if found || err != nil {
		return count, err
	}
	t, err := db.Tail(conv)
	return t.Count, err
}

// SeqAfter returns the first seq of a conversation whose id is above the given
// one, and the seq after the last if there is none.
func (db *DB) SeqAfter(conv, id uint64) (uint64, error) {
	t, err := db.Tail(conv)
	if err != nil || t.ID <= id {
		return t.Seq + 1, err
	}
	s := newScan()
	defer s.free()
	low, high := uint64(1), t.Seq // the wanted one is among them
	for low < high {
		var first, seq uint64
		found, err := s.runOf(db.p, db.keys, conv, low+(high-low)/2, func(_, _ []byte) (err error) {
			first = s.run.first()
			seq, err = s.after(id)
			return err
		})
		switch {
		case err != nil:
			return 0, err
		case !found:
			return 0, corrupt(s.lower, "missing run")
		case seq == first: // or in a run before
			high = seq
		case seq > s.run.last:
			low = seq
		default:
			return seq, nil
		}
	}
	return low, nil
}

// after returns the first seq of the run whose id is above the given one, and
// the seq after the run if there is none.
func (s *scan) after(id uint64) (uint64, error) {
	for s.run.left > 0 {
		if err := s.run.next(&s.msg); err != nil {
			return 0, err
		}
		if s.msg.ID > id {
			return s.msg.Seq, nil
		}
	}
	return s.run.last + 1, nil
}

// runOf opens the run that holds a seq and hands its row to fn. It isn't found
// if the seq is 0 or beyond the end of the conversation.
func (s *scan) runOf(r pebble.Reader, k *keyring, conv, seq uint64, fn func(key, value []byte) error) (found bool, err error) {
	if seq == 0 {
		return false, nil
	}
	s.lower = appendRunKey(s.lower[:0], conv, seq)
	s.upper = appendAfterNumber(s.upper[:0], prefixRun, conv)
	err = s.each(r, func(key, value []byte) error {
		if err := s.run.open(k, key, value); err != nil {
			return err
		}
		if s.run.first() > seq {
			return corrupt(key, "gap before run")
		}
		if err := fn(key, value); err != nil {
			return err
		}
		found = true
		return errStop
	})
	return found, err
}
