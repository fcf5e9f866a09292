package storage

import (
	"encoding/binary"
	"slices"
)

// A sealed run is
//
//	version, count uvarint, base uvarint, data key uvarint, nonce uvarint,
//	box: the entries as they are in a run that isn't sealed, under the data
//	     key by AES-256-GCM, and a tag of 16 bytes
//
// The row's key and all before the box are authenticated with it: a box opens
// in its own row only. The nonce counts the runs that the data key has sealed.
const sealedRunVersion = 3

// box is what sealing and opening need besides keys; it is reused so that they
// don't allocate.
type box struct {
	nonce [12]byte
	aad   []byte
}

func (x *box) prepare(key, header []byte, nonce uint64) {
	binary.BigEndian.PutUint64(x.nonce[4:], nonce)
	x.aad = append(append(x.aad[:0], key...), header...)
}

// appendSealedRun appends a sealed run to be stored under the key.
func (x *box) appendSealedRun(dst []byte, d *dataKey, nonce uint64, key []byte, base uint64, msgs []Message) []byte {
	start := len(dst)
	dst = appendRunHeader(dst, sealedRunVersion, base, msgs)
	dst = binary.AppendUvarint(dst, d.number)
	dst = binary.AppendUvarint(dst, nonce)
	head := len(dst)
	dst = slices.Grow(appendEntries(dst, msgs), d.aead.Overhead())
	x.prepare(key, dst[start:head], nonce)
	return d.aead.Seal(dst[:head], x.nonce[:], dst[head:], x.aad)
}

// sealRun makes the sealed run to be stored under b.key.
func (b *Batch) sealRun(base uint64, msgs []Message) {
	d, nonce, err := b.keys.next()
	if err != nil {
		b.fail(err)
		return
	}
	b.value = b.box.appendSealedRun(b.value[:0], d, nonce, b.key, base, msgs)
}

// unseal opens the box of a sealed run whose header was read.
func (r *runDecoder) unseal(k *keyring, value []byte) error {
	d := k.find(r.number)
	if d == nil {
		return corrupt(r.key, "sealed under a data key that is gone")
	}
	r.box.prepare(r.key, value[:len(value)-len(r.rest)], r.nonce)
	plain, err := d.aead.Open(r.plain[:0], r.box.nonce[:], r.rest, r.box.aad)
	if err != nil {
		return corrupt(r.key, "sealed run doesn't open: it was altered, or belongs elsewhere")
	}
	r.plain, r.rest = plain, plain
	return nil
}
