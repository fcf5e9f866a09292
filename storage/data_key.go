package storage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"sync/atomic"
)

// dataKey seals runs. It is made by the opening of the database that uses it,
// and by the next ones it only opens what it has sealed: the counter of its
// nonces lives in memory.
type dataKey struct {
	number uint64 // 1, 2, 3 …
	master string // id of the master key that it is stored under
	only   bool   // there was nothing in the clear when it was stored
	own    bool   // made by this opening
	secret [keyBytes]byte
	aead   cipher.AEAD
	sealed atomic.Uint64 // how many runs, and so the next nonce
}

func newDataKey(number uint64, master string, secret [keyBytes]byte, only bool) *dataKey {
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		panic(err) // only for other lengths of keys
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for other sizes of blocks
	}
	return &dataKey{number: number, master: master, only: only, secret: secret, aead: aead}
}

const (
	dataKeyVersion = 1
	flagSealedOnly = 1 << 0
)

// A data key is stored as
//
//	version, flags byte, id of the master key,
//	box: nonce (12 bytes), the secret under the master key, tag (16 bytes)
//
// The row's key and all before the box are authenticated with it. The nonce is
// random: a master key seals as many data keys as the database is opened times,
// which is nowhere near the 2^32 that are safe.
func appendDataKey(dst []byte, k *dataKey, master Key) []byte {
	dst = appendDataKeyHeader(dst, k.flags(), master.ID)
	aad := append(appendNumberKey(nil, prefixDataKey, k.number), dst...)
	return appendString(dst, masterAEAD(master).Seal(nil, nil, k.secret[:], aad))
}

func appendDataKeyHeader(dst []byte, flags byte, master string) []byte {
	return appendString(append(dst, dataKeyVersion, flags), master)
}

// sealedOnly is the key as it is stored when nothing is in the clear any more.
func (k *dataKey) sealedOnly() *dataKey {
	return newDataKey(k.number, k.master, k.secret, true)
}

func (k *dataKey) flags() byte {
	if k.only {
		return flagSealedOnly
	}
	return 0
}

// dataKeyRow is a stored data key that isn't opened yet.
type dataKeyRow struct {
	number uint64
	flags  byte
	master string
	box    []byte
}

func decodeDataKey(key, value []byte) (dataKeyRow, error) {
	number, ok := splitNumberKey(key, prefixDataKey)
	d := decoder{rest: value}
	d.version(dataKeyVersion)
	row := dataKeyRow{number: number, flags: d.byte(), master: d.string(), box: append([]byte(nil), d.bytes()...)}
	if !ok || !d.done() || number == 0 || row.flags > flagSealedOnly || !validKeyID(row.master) {
		return dataKeyRow{}, corrupt(key, "bad data key")
	}
	return row, nil
}

// open returns the data key.
func (r *dataKeyRow) open(master Key) (*dataKey, error) {
	aad := appendDataKeyHeader(appendNumberKey(nil, prefixDataKey, r.number), r.flags, r.master)
	secret, err := masterAEAD(master).Open(nil, nil, r.box, aad)
	if err != nil || len(secret) != keyBytes {
		return nil, errors.New("doesn't open")
	}
	return newDataKey(r.number, r.master, [keyBytes]byte(secret), r.flags&flagSealedOnly != 0), nil
}

func masterAEAD(master Key) cipher.AEAD {
	block, err := aes.NewCipher(master.Secret[:])
	if err != nil {
		panic(err) // only for other lengths of keys
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for other ciphers
	}
	return aead
}

// randomSecret is a new data key's.
func randomSecret() (secret [keyBytes]byte) {
	_, _ = rand.Read(secret[:]) // never fails
	return secret
}

// putDataKey stores a data key under a master key.
func (b *Batch) putDataKey(k *dataKey, master Key) {
	b.key = appendNumberKey(b.key[:0], prefixDataKey, k.number)
	b.value = appendDataKey(b.value[:0], k, master)
	b.set()
}

// deleteDataKey removes a data key, and with it what it has sealed.
func (b *Batch) deleteDataKey(number uint64) {
	b.key = appendNumberKey(b.key[:0], prefixDataKey, number)
	b.delete()
}
