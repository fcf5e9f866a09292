package storage

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"
)

// Session is one user's place in a conversation. Its seqs are 0 or at most
// the conversation's last one (JoinSeq: one above it).
type Session struct {
	User       string
	Conv       uint64
	Kind       uint8  // of the conversation; the caller's own
	JoinSeq    uint64 // the first seq that is for this user
	ClearedSeq uint64 // what is at or below it is gone for this user
	AckSeq     uint64 // received up to here
	ReadSeq    uint64 // read up to here
	SentSeq    uint64 // the last message of this user's own
	Left       bool   // was a member and isn't any more
}

const (
	sessionVersion = 1
	sessionLeft    = 1 << 0
)

func appendSession(dst []byte, s *Session) []byte {
	var bits byte
	if s.Left {
		bits = sessionLeft
	}
	dst = append(dst, sessionVersion, bits, s.Kind)
	for _, seq := range [...]uint64{s.JoinSeq, s.ClearedSeq, s.AckSeq, s.ReadSeq, s.SentSeq} {
		dst = binary.AppendUvarint(dst, seq)
	}
	return dst
}

func decodeSession(key, value []byte) (Session, error) {
	user, conv, ok := splitSessionKey(key)
	d := decoder{rest: value}
	d.version(sessionVersion)
	bits := d.byte()
	s := Session{
		User: string(user), Conv: conv, Left: bits&sessionLeft != 0, Kind: d.byte(),
		JoinSeq: d.uvarint(), ClearedSeq: d.uvarint(),
		AckSeq: d.uvarint(), ReadSeq: d.uvarint(), SentSeq: d.uvarint(),
	}
	if !ok || !d.done() || bits&^sessionLeft != 0 {
		return Session{}, corrupt(key, "bad session")
	}
	return s, nil
}

// Session returns a user's place in a conversation.
func (db *DB) Session(user string, conv uint64) (Session, bool, error) {
	return findSession(db.p, user, conv)
}

func findSession(r pebble.Reader, user string, conv uint64) (s Session, found bool, err error) {
	var buf [96]byte
	found, err = get(r, appendSessionKey(buf[:0], user, conv), func(key, value []byte) (err error) {
		s, err = decodeSession(key, value)
		return err
	})
	return s, found, err
}

// Sessions hands all of a user's sessions to fn, in the order of the
// conversations' numbers. An error of fn ends it and is returned.
func (db *DB) Sessions(user string, fn func(Session) error) error {
	if err := checkText("user", user); err != nil {
		return err
	}
	s := newScan()
	defer s.free()
	s.lower = appendSessionsKey(s.lower[:0], user)
	s.upper = append(appendTextKey(s.upper[:0], prefixSession, user), 1)
	return s.each(db.p, func(key, value []byte) error {
		session, err := decodeSession(key, value)
		if err != nil {
			return err
		}
		session.User = user
		return fn(session)
	})
}
