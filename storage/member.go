package storage

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"
)

// Member is one user's part in a group.
type Member struct {
	User       string
	Role       uint8  // the caller's own
	JoinSeq    uint64 // the first seq that is for this member
	JoinedAt   int64  // Unix milliseconds
	MutedUntil int64  // Unix milliseconds; 0: not muted
	Flags      uint8  // the caller's own
}

const memberVersion = 1

func appendMember(dst []byte, m *Member) []byte {
	dst = append(dst, memberVersion, m.Flags, m.Role)
	dst = binary.AppendUvarint(dst, m.JoinSeq)
	dst = binary.AppendVarint(dst, m.JoinedAt)
	return binary.AppendVarint(dst, m.MutedUntil)
}

func decodeMember(key, value []byte) (Member, error) {
	_, user, ok := splitMemberKey(key)
	d := decoder{rest: value}
	d.version(memberVersion)
	m := Member{
		User:  string(user),
		Flags: d.byte(), Role: d.byte(),
		JoinSeq: d.uvarint(), JoinedAt: d.varint(), MutedUntil: d.varint(),
	}
	if !ok || !d.done() {
		return Member{}, corrupt(key, "bad member")
	}
	return m, nil
}

// Member returns a user's part in a group.
func (db *DB) Member(conv uint64, user string) (Member, bool, error) {
	return findMember(db.p, conv, user)
}

func findMember(r pebble.Reader, conv uint64, user string) (m Member, found bool, err error) {
	var buf [96]byte
	found, err = get(r, appendMemberKey(buf[:0], conv, user), func(key, value []byte) (err error) {
		m, err = decodeMember(key, value)
		return err
	})
	return m, found, err
}

// Members returns up to limit members of a group in the order of their user
// ids, beginning after the given one ("" begins with the first).
func (db *DB) Members(conv uint64, after string, limit int) ([]Member, error) {
	if limit <= 0 {
		return nil, nil
	}
	s := newScan()
	defer s.free()
	s.lower = append(appendMemberKey(s.lower[:0], conv, after), 0) // the least key above after's
	s.upper = appendAfterNumber(s.upper[:0], prefixMember, conv)
	var members []Member
	err := s.each(db.p, func(key, value []byte) error {
		m, err := decodeMember(key, value)
		if err != nil {
			return err
		}
		if members = append(members, m); len(members) == limit {
			return errStop
		}
		return nil
	})
	return members, err
}
