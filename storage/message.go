package storage

import "math"

// Message is one entry of a conversation as it is stored: a message, or an
// event, which says that something became of a message or of the group.
type Message struct {
	ID      uint64 // unique; rises in the order of the log
	Seq     uint64 // 1, 2, 3 … in the conversation
	Time    int64  // Unix milliseconds
	From    string // user id of the sender
	Type    string // content_type; empty means text
	Content []byte
	Flags   uint8 // the caller's own

	Event   bool   // not a message to be read: it doesn't count as unread
	Ref     uint64 // of an event: seq of the message it is about; of a message: seq of the event of its last edit; 0: none
	Extra   []byte // JSON members sent besides the content, without braces; empty: none
	Expires int64  // Unix milliseconds at which the content is to go; 0: never
}

// checkMessages refuses messages that are not the continuation of each other.
func checkMessages(conv, base uint64, msgs []Message) error {
	switch {
	case conv == 0:
		return invalid("messages without a conversation")
	case len(msgs) > 0 && base > 0 && base >= msgs[0].Seq:
		return invalid("%d messages before seq %d in conversation %d", base, msgs[0].Seq, conv)
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

// AppendMessages adds entries to the end of a conversation: their seqs must
// follow on each other and on the conversation's last, their ids must rise.
// base is how many entries of the conversation before them are messages, not
// events.
func (b *Batch) AppendMessages(conv, base uint64, msgs []Message) {
	b.fail(checkMessages(conv, base, msgs))
	for b.err == nil && len(msgs) > 0 {
		n := runEnd(msgs, b.limits.run)
		b.putRun(conv, base, msgs[:n])
		if n < len(msgs) {
			base += readable(msgs[:n])
		}
		msgs = msgs[n:]
	}
}

func (b *Batch) putRun(conv, base uint64, msgs []Message) {
	b.key = appendRunKey(b.key[:0], conv, msgs[len(msgs)-1].Seq)
	if b.keys.sealing() {
		b.sealRun(base, msgs)
	} else {
		b.value = appendRun(b.value[:0], base, msgs)
	}
	b.set()
}

// Messages hands the entries of a conversation with seqs from … to to fn, in
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
		if err := s.run.open(db.keys, key, value); err != nil {
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
