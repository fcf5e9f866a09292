package storage

import "encoding/binary"

// Ban keeps a user out of a group.
type Ban struct {
	User string
	By   string // who banned the user
	At   int64  // Unix milliseconds
}

const banVersion = 1

func appendBan(dst []byte, ban *Ban) []byte {
	return binary.AppendVarint(appendString(append(dst, banVersion), ban.By), ban.At)
}

func decodeBan(key, value []byte) (Ban, error) {
	_, user, ok := splitUserKey(key, prefixBan)
	d := decoder{rest: value}
	d.version(banVersion)
	ban := Ban{User: string(user), By: d.string(), At: d.varint()}
	if !ok || !d.done() {
		return Ban{}, corrupt(key, "bad ban")
	}
	return ban, nil
}

// PutBan adds or replaces a ban. The user must not be a member.
func (b *Batch) PutBan(conv uint64, ban Ban) {
	b.fail(checkText("user", ban.User))
	b.key = appendUserKey(b.key[:0], prefixBan, conv, ban.User)
	b.value = appendBan(b.value[:0], &ban)
	b.set()
}

// DeleteBan removes a ban.
func (b *Batch) DeleteBan(conv uint64, user string) {
	b.fail(checkText("user", user))
	b.key = appendUserKey(b.key[:0], prefixBan, conv, user)
	b.delete()
}

// Ban returns a user's ban from a group.
func (db *DB) Ban(conv uint64, user string) (Ban, bool, error) {
	return find(db.p, appendUserKey(nil, prefixBan, conv, user), decodeBan)
}

// Bans returns up to limit bans from a group in the order of their user ids,
// beginning after the given one ("" begins with the first).
func (db *DB) Bans(conv uint64, after string, limit int) ([]Ban, error) {
	return listUsers(db.p, prefixBan, conv, after, limit, decodeBan)
}
