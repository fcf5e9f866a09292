package storage

import "encoding/binary"

const lastSeenVersion = 1

func appendLastSeen(dst []byte, at int64) []byte {
	return binary.AppendVarint(append(dst, lastSeenVersion), at)
}

func decodeLastSeen(key, value []byte) (int64, error) {
	d := decoder{rest: value}
	d.version(lastSeenVersion)
	at := d.varint()
	if !d.done() || len(key) < 2 {
		return 0, corrupt(key, "bad last seen")
	}
	return at, nil
}

// PutLastSeen sets when a user was last seen, in Unix milliseconds.
func (b *Batch) PutLastSeen(user string, at int64) {
	b.fail(checkText("user", user))
	b.key = appendTextKey(b.key[:0], prefixLastSeen, user)
	b.value = appendLastSeen(b.value[:0], at)
	b.set()
}

// LastSeen returns when a user was last seen, in Unix milliseconds; 0: never.
func (db *DB) LastSeen(user string) (int64, error) {
	at, _, err := find(db.p, appendTextKey(nil, prefixLastSeen, user), decodeLastSeen)
	return at, err
}
