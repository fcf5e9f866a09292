package storage

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// nonces are all that were sealed with, by the secret of the data key.
type nonces map[[keyBytes]byte]map[uint64]bool

// note reads the sealed runs of a batch that may or may not be written.
func (n nonces) note(t *testing.T, b *Batch) {
	t.Helper()
	var r runDecoder
	for reader := b.p.Reader(); ; {
		kind, key, value, ok, err := reader.Next()
		if !ok {
			if err != nil {
				t.Error(err)
			}
			return
		}
		if kind != pebble.InternalKeyKindSet || key[0] != prefixRun {
			continue
		}
		if err := r.header(key, value); err != nil || r.number == 0 {
			t.Errorf("%v in the clear, %v", key, err)
			continue
		}
		secret := b.keys.find(r.number).secret
		if n[secret] == nil {
			n[secret] = make(map[uint64]bool)
		}
		if n[secret][r.nonce] {
			t.Errorf("nonce %d of data key %d comes twice", r.nonce, r.number)
		}
		n[secret][r.nonce] = true
	}
}

// No nonce comes twice under one key, whatever closes, crashes or is thrown away.
func TestNoncesAreUnique(t *testing.T) {
	seen := make(nonces)
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 2))
		fs := vfs.NewCrashableMem()
		last := uint64(0)
		for range 8 {
			db := mustOpenWith(t, fs, "a")
			last, _ = db.LastSeq(1)
			b := db.NewBatch()
			for range 1 + rng.IntN(8) {
				last = nonceBatch(t, seen, db, b, rng, last)
			}
			after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
			if err := errors.Join(b.Close(), db.Close()); err != nil {
				t.Fatal(err)
			}
			if rng.IntN(2) == 0 {
				fs = after
			}
		}
		inOpening(t, fs, []string{"a"}, func(db *DB) { verify(t, db) })
	}
	if len(seen) < 20 {
		t.Errorf("only %d data keys", len(seen))
	}
}

// nonceBatch appends a run, and sometimes rewrites one or throws all away.
func nonceBatch(t *testing.T, seen nonces, db *DB, b *Batch, rng *rand.Rand, last uint64) uint64 {
	t.Helper()
	b.Reset()
	n := 1 + rng.Uint64N(70)
	putEntries(b, last+1, last+n)
	if run, found, err := db.Run(1, 1); found && rng.IntN(2) == 0 {
		b.PutRun(run)
	} else if err != nil {
		t.Error(err)
	}
	seen.note(t, b)
	if rng.IntN(4) == 0 {
		return last
	}
	err := db.Apply(b)
	if rng.IntN(3) == 0 {
		err = errors.Join(err, db.Sync())
	}
	if err != nil {
		t.Fatal(err)
	}
	return last + n
}
