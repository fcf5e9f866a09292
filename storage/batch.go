package storage

import "github.com/cockroachdb/pebble/v2"

const (
	batchInitialBytes  = 64 << 10
	batchRetainedBytes = 8 << 20
)

// Batch collects what is to become visible and durable together. It belongs
// to one goroutine. Nothing given to it is kept: the caller may reuse slices
// at once.
//
// The first record that can't be stored (see [ErrInvalid]) spoils the batch:
// Apply refuses it until it was Reset.
type Batch struct {
	p      *pebble.Batch
	limits limits
	keys   *keyring
	box    box // scratch
	err    error
	key    []byte // scratch
	value  []byte // scratch
}

// NewBatch returns an empty batch. It is to be reused, and given back with
// Close when the writer ends.
func (db *DB) NewBatch() *Batch {
	p := db.p.NewBatch(pebble.WithInitialSizeBytes(batchInitialBytes),
		pebble.WithMaxRetainedSizeBytes(batchRetainedBytes))
	return &Batch{p: p, limits: db.limits, keys: db.keys}
}

// Reset empties the batch for reuse.
func (b *Batch) Reset() {
	b.p.Reset()
	b.err = nil
}

// Close gives the batch's memory back.
func (b *Batch) Close() error { return b.p.Close() }

// Empty reports whether there is nothing to apply.
func (b *Batch) Empty() bool { return b.p.Empty() }

// Len is the number of rows in the batch.
func (b *Batch) Len() int { return int(b.p.Count()) }

// Size is the length of the batch in the log, in bytes.
func (b *Batch) Size() int { return b.p.Len() }

// Err is the first refusal since the last Reset.
func (b *Batch) Err() error { return b.err }

func (b *Batch) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *Batch) set() {
	if b.err == nil {
		b.fail(b.p.Set(b.key, b.value, nil))
	}
}

func (b *Batch) delete() {
	if b.err == nil {
		b.fail(b.p.Delete(b.key, nil))
	}
}

// dropDays removes the buckets of all days before the given one.
func (b *Batch) dropDays(prefix byte, before uint16) {
	if before > 0 {
		b.key = appendDayKey(b.key[:0], prefix, 0)
		b.value = appendDayKey(b.value[:0], prefix, before)
		b.deleteRange()
	}
}

// deleteRange removes all from b.key up to, but without, b.value.
func (b *Batch) deleteRange() {
	if b.err == nil {
		b.fail(b.p.DeleteRange(b.key, b.value, nil))
	}
}
