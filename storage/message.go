package storage

import (
	"math"

	"github.com/cockroachdb/pebble/v2"
)

// Message is one message of a conversation as it is stored.
type Message struct {
	ID      uint64 // unique; rises in the order of the log
	Seq     uint64 // 1, 2, 3 … in the conversation
	Time    int64  // Unix milliseconds
	From    string // user id of the sender
	Type    string // content_type; empty means text
	Content []byte
	Flags   uint8 // the caller's own
}

// checkMessages refuses messages that are not the continuation of each other.
func checkMessages(conv uint64, msgs []Message) error {
	if conv == 0 {
		return invalid("messages without a conversation")
	}
	for i := range msgs {
		m := &msgs[i]
		switch {
		case m.Seq == 0 || m.ID == 0 || m.ID > math.MaxInt64:
			return invalid("message id=%d seq=%d in conversation %d", m.ID, m.Seq, conv)
		case i > 0 && (m.Seq != msgs[i-1].Seq+1 || m.ID <= msgs[i-1].ID):
			return invalid("message id=%d seq=%d after id=%d seq=%d in conversation %d",
				m.ID, m.Seq, msgs[i-1].ID, msgs[i-1].Seq, conv)
		}
	}
	return nil
}

// Messages hands the messages of a conversation with seqs from … to to fn, in
// order. The message and all its parts, strings too, are valid until fn
// returns. The end of the conversation ends it without an error; a gap within
// is ErrCorrupt. An error of fn ends it and is returned.
func (db *DB) Messages(conv, from, to uint64, fn func(*Message) error) error {
	if from == 0 || from > to {
		return nil
	}
	s := newScan()
	defer s.free()
	s.lower = appendRunKey(s.lower[:0], conv, from)
	s.upper = appendAfterRun(s.upper[:0], conv, to)
	next := from
	return s.each(db.p, func(key, value []byte) error {
		if err := s.run.open(key, value); err != nil {
			return err
		}
		if first := s.run.first(); first > next || next > from && first != next {
			return corrupt(key, "gap before run")
		}
		for s.run.left > 0 {
			if err := s.run.next(&s.msg); err != nil {
				return err
			}
			if s.msg.Seq < next {
				continue
			}
			if err := fn(&s.msg); err != nil {
				return err
			}
			if next++; s.msg.Seq == to {
				return errStop
			}
		}
		return nil
	})
}

// LastSeq returns the seq of a conversation's last message, 0 if there is none.
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
