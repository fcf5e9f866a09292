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
	_, user, ok := splitUserKey(key, prefixMember)
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

func findMember(r pebble.Reader, conv uint64, user string) (Member, bool, error) {
	var buf [96]byte
	return find(r, appendMemberKey(buf[:0], conv, user), decodeMember)
}

// Members returns up to limit members of a group in the order of their user
// ids, beginning after the given one ("" begins with the first).
func (db *DB) Members(conv uint64, after string, limit int) ([]Member, error) {
	return listUsers(db.p, prefixMember, conv, after, limit, decodeMember)
}

// listUsers returns up to limit of a group's records of one kind, beginning
// after the one of the given user.
func listUsers[T any](r pebble.Reader, prefix byte, conv uint64, after string, limit int, decode func(key, value []byte) (T, error)) ([]T, error) {
	lower := append(appendUserKey(nil, prefix, conv, after), 0) // the least key above after's
	return list(r, lower, appendAfterNumber(nil, prefix, conv), limit, decode)
}

// PutMember adds or replaces a member of a group.
func (b *Batch) PutMember(conv uint64, m Member) {
	b.fail(checkText("user", m.User))
	b.key = appendMemberKey(b.key[:0], conv, m.User)
	b.value = appendMember(b.value[:0], &m)
	b.set()
}

// DeleteMember removes a member of a group.
func (b *Batch) DeleteMember(conv uint64, user string) {
	b.fail(checkText("user", user))
	b.key = appendMemberKey(b.key[:0], conv, user)
	b.delete()
}
