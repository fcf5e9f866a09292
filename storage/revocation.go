package storage

import "encoding/binary"

// Revocation voids tokens: those of a user, or the one with an id.
type Revocation struct {
	User, TokenID string // exactly one is set
	Before        int64  // tokens issued before it are void; Unix seconds
	Until         int64  // the record may be dropped after it; Unix seconds
}

const (
	revocationVersion = 1

	revokedUser  = 'u'
	revokedToken = 'j'
)

func appendRevocationKey(dst []byte, r *Revocation) []byte {
	if r.User != "" {
		return append(append(dst, prefixRevocation, revokedUser), r.User...)
	}
	return append(append(dst, prefixRevocation, revokedToken), r.TokenID...)
}

func appendRevocation(dst []byte, r *Revocation) []byte {
	dst = binary.AppendVarint(append(dst, revocationVersion), r.Before)
	return binary.AppendVarint(dst, r.Until)
}

func decodeRevocation(key, value []byte) (Revocation, error) {
	d := decoder{rest: value}
	d.version(revocationVersion)
	r := Revocation{Before: d.varint(), Until: d.varint()}
	if len(key) < 3 || !d.done() {
		return Revocation{}, corrupt(key, "bad revocation")
	}
	switch key[1] {
	case revokedUser:
		r.User = string(key[2:])
	case revokedToken:
		r.TokenID = string(key[2:])
	default:
		return Revocation{}, corrupt(key, "bad revocation")
	}
	return r, nil
}

// PutRevocation adds or replaces the revocation of a user's tokens or of one
// token.
func (b *Batch) PutRevocation(r Revocation) {
	b.revocationKey(&r)
	b.value = appendRevocation(b.value[:0], &r)
	b.set()
}

// DeleteRevocation removes the revocation of the user or the token id in r.
func (b *Batch) DeleteRevocation(r Revocation) {
	b.revocationKey(&r)
	b.delete()
}

func (b *Batch) revocationKey(r *Revocation) {
	if (r.User == "") == (r.TokenID == "") {
		b.fail(invalid("revocation of user %q and token %q", r.User, r.TokenID))
	}
	b.key = appendRevocationKey(b.key[:0], r)
}

// Revocation returns the revocation of the user or the token id in r.
func (db *DB) Revocation(r Revocation) (Revocation, bool, error) {
	return find(db.p, appendRevocationKey(nil, &r), decodeRevocation)
}

// Revocations hands all revocations to fn: those of tokens, then those of
// users. An error of fn ends it and is returned.
func (db *DB) Revocations(fn func(Revocation) error) error {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixRevocation), append(s.upper[:0], prefixRevocation+1)
	return s.each(db.p, func(key, value []byte) error {
		r, err := decodeRevocation(key, value)
		if err != nil {
			return err
		}
		return fn(r)
	})
}
