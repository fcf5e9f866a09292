package storage

// Expiry says when a message's content is to go.
type Expiry struct {
	At        int64 // Unix milliseconds
	Conv, Seq uint64
}

const expiryVersion = 1

func decodeExpiry(key, value []byte) (Expiry, error) {
	e, ok := splitExpiryKey(key)
	d := decoder{rest: value}
	d.version(expiryVersion)
	if !ok || !d.done() {
		return Expiry{}, corrupt(key, "bad expiry")
	}
	return e, nil
}

// PutExpiry adds an expiry.
func (b *Batch) PutExpiry(e Expiry) {
	if e.At <= 0 || e.Conv == 0 || e.Seq == 0 {
		b.fail(invalid("expiry %+v", e))
	}
	b.key = appendExpiryKey(b.key[:0], e)
	b.value = append(b.value[:0], expiryVersion)
	b.set()
}

// DeleteExpiry removes an expiry.
func (b *Batch) DeleteExpiry(e Expiry) {
	b.key = appendExpiryKey(b.key[:0], e)
	b.delete()
}

// Expired returns up to limit expiries whose time is at or before now (Unix
// milliseconds), the oldest first.
func (db *DB) Expired(now int64, limit int) ([]Expiry, error) {
	if now <= 0 {
		return nil, nil
	}
	lower, upper := []byte{prefixExpiry}, appendNumberKey(nil, prefixExpiry, uint64(now)+1)
	return list(db.p, lower, upper, limit, decodeExpiry)
}
