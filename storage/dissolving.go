package storage

import "math"

const dissolvingVersion = 1

func decodeDissolving(key, value []byte) (conv uint64, err error) {
	conv, ok := splitNumberKey(key, prefixDissolving)
	d := decoder{rest: value}
	d.version(dissolvingVersion)
	if !ok || !d.done() {
		return 0, corrupt(key, "bad dissolving group")
	}
	return conv, nil
}

// PutDissolving notes that a group is being dissolved: its members are being
// taken out, which goes on after a restart.
func (b *Batch) PutDissolving(conv uint64) {
	b.key = appendNumberKey(b.key[:0], prefixDissolving, conv)
	b.value = append(b.value[:0], dissolvingVersion)
	b.set()
}

// DeleteDissolving notes that nothing is left of a group.
func (b *Batch) DeleteDissolving(conv uint64) {
	b.key = appendNumberKey(b.key[:0], prefixDissolving, conv)
	b.delete()
}

// Dissolving returns the conversations of all groups that are being dissolved.
func (db *DB) Dissolving() ([]uint64, error) {
	return list(db.p, []byte{prefixDissolving}, []byte{prefixDissolving + 1}, math.MaxInt, decodeDissolving)
}
