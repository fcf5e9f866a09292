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
	MentionSeq uint64 // the last message that mentioned this user
	HiddenSeq  uint64 // hidden from this user's list while the last seq is at or below it
	PinnedAt   int64  // Unix milliseconds; 0: not pinned
	MutedUntil int64  // Unix milliseconds: of a member who left while muted; 0: of nobody else
	Flags      uint8  // the caller's own
}

const (
	sessionVersion = 2

	sessionLeft = 1 << 0
	sessionMore = 1 << 1 // what few sessions have follows
)

func appendSession(dst []byte, s *Session) []byte {
	bits := s.bits()
	dst = append(dst, sessionVersion, bits, s.Kind)
	for _, seq := range [...]uint64{s.JoinSeq, s.ClearedSeq, s.AckSeq, s.ReadSeq, s.SentSeq} {
		dst = binary.AppendUvarint(dst, seq)
	}
	if bits&sessionMore != 0 {
		dst = binary.AppendUvarint(append(dst, s.Flags), s.MentionSeq)
		dst = binary.AppendUvarint(dst, s.HiddenSeq)
		dst = binary.AppendVarint(dst, s.PinnedAt)
		dst = binary.AppendVarint(dst, s.MutedUntil)
	}
	return dst
}

func (s *Session) bits() (bits byte) {
	if s.Left {
		bits |= sessionLeft
	}
	if s.MentionSeq != 0 || s.HiddenSeq != 0 || s.PinnedAt != 0 || s.MutedUntil != 0 || s.Flags != 0 {
		bits |= sessionMore
	}
	return bits
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
	if bits&sessionMore != 0 {
		s.Flags, s.MentionSeq, s.HiddenSeq = d.byte(), d.uvarint(), d.uvarint()
		s.PinnedAt, s.MutedUntil = d.varint(), d.varint()
	}
	if !ok || !d.done() || bits != s.bits() {
		return Session{}, corrupt(key, "bad session")
	}
	return s, nil
}

// Session returns a user's place in a conversation.
func (db *DB) Session(user string, conv uint64) (Session, bool, error) {
	return findSession(db.p, user, conv)
}

func findSession(r pebble.Reader, user string, conv uint64) (Session, bool, error) {
	var buf [96]byte
	return find(r, appendSessionKey(buf[:0], user, conv), decodeSession)
}

// Sessions hands all of a user's sessions to fn, in the order of the
// conversations' numbers. An error of fn ends it and is returned.
func (db *DB) Sessions(user string, fn func(Session) error) error {
	if err := checkText("user", user); err != nil {
		return err
	}
	s := newScan()
	defer s.free()
	s.lower = appendOfUser(s.lower[:0], prefixSession, user)
	s.upper = appendAfterUser(s.upper[:0], prefixSession, user)
	return s.each(db.p, func(key, value []byte) error {
		session, err := decodeSession(key, value)
		if err != nil {
			return err
		}
		session.User = user
		return fn(session)
	})
}

// DeleteSession forgets a user's place in a conversation.
func (b *Batch) DeleteSession(user string, conv uint64) {
	b.fail(checkText("user", user))
	b.key = appendSessionKey(b.key[:0], user, conv)
	b.delete()
}

// PutSession adds or replaces a user's place in a conversation.
func (b *Batch) PutSession(s Session) {
	b.fail(checkText("user", s.User))
	b.key = appendSessionKey(b.key[:0], s.User, s.Conv)
	b.value = appendSession(b.value[:0], &s)
	b.set()
}
