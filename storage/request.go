package storage

import "encoding/binary"

// Request is a user's request to join a group.
type Request struct {
	User string // who is to join
	By   string // who asked; empty: the user
	Text string
	At   int64 // Unix milliseconds
}

const requestVersion = 1

func appendRequest(dst []byte, r *Request) []byte {
	dst = appendString(append(dst, requestVersion), r.By)
	dst = appendString(dst, r.Text)
	return binary.AppendVarint(dst, r.At)
}

func decodeRequest(key, value []byte) (Request, error) {
	_, user, ok := splitUserKey(key, prefixRequest)
	d := decoder{rest: value}
	d.version(requestVersion)
	r := Request{User: string(user), By: d.string(), Text: d.string(), At: d.varint()}
	if !ok || !d.done() {
		return Request{}, corrupt(key, "bad request")
	}
	return r, nil
}

// PutRequest adds or replaces a user's request to join a group.
func (b *Batch) PutRequest(conv uint64, r Request) {
	b.fail(checkText("user", r.User))
	b.key = appendUserKey(b.key[:0], prefixRequest, conv, r.User)
	b.value = appendRequest(b.value[:0], &r)
	b.set()
}

// DeleteRequest removes a user's request to join a group.
func (b *Batch) DeleteRequest(conv uint64, user string) {
	b.fail(checkText("user", user))
	b.key = appendUserKey(b.key[:0], prefixRequest, conv, user)
	b.delete()
}

// Request returns a user's request to join a group.
func (db *DB) Request(conv uint64, user string) (Request, bool, error) {
	return find(db.p, appendUserKey(nil, prefixRequest, conv, user), decodeRequest)
}

// Requests returns up to limit requests to join a group in the order of their
// user ids, beginning after the given one ("" begins with the first).
func (db *DB) Requests(conv uint64, after string, limit int) ([]Request, error) {
	return listUsers(db.p, prefixRequest, conv, after, limit, decodeRequest)
}
