package storage

import (
	"context"
	"fmt"
)

// DropOldKeys deletes the data keys that no run is sealed under, so that the
// database opens without the master keys that only they were under. If it finds
// nothing in the clear, runs in the clear aren't believed from the next Open on.
// Then it merges tables, so that what was replaced is gone from the files: what is
// removed by the file system is another matter, and so are older copies. Called
// again, it goes on with what wasn't merged.
//
// It may run beside writes. Keys that this Open has made stay, and so does the
// newest of all where nothing is in the clear: it says so.
//
// Its error is ErrKey without Options.Keys, ErrNoRoom, that of the context or of
// Merging.Rest, or one of reading or writing.
func (db *DB) DropOldKeys(ctx context.Context, m Merging) error {
	if !db.keys.sealing() {
		return fmt.Errorf("storage: %w: there is none to seal with", ErrKey)
	}
	used, err := db.keysUsed(ctx)
	if err != nil {
		return err
	}
	if err := db.keys.drop(used); err != nil {
		return err
	}
	if err := db.Sync(); err != nil {
		return err
	}
	for _, prefix := range []byte{prefixRun, prefixDataKey} {
		if err := db.merge(ctx, prefix, m); err != nil {
			return err
		}
	}
	return nil
}

// keysUsed counts the runs of each data key; those in the clear are of number 0,
// and so are damaged ones: they may be.
func (db *DB) keysUsed(ctx context.Context) (map[uint64]uint64, error) {
	used := make(map[uint64]uint64)
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixRun), append(s.upper[:0], prefixRun+1)
	err := s.each(db.p, func(key, value []byte) error {
		number := uint64(0)
		if s.run.header(key, value) == nil {
			number = s.run.number
		}
		used[number]++
		return ctx.Err()
	})
	return used, err
}

// drop deletes the keys of earlier openings that aren't used. Nothing is sealed
// under them any more, so one that isn't used now never will be.
func (k *keyring) drop(used map[uint64]uint64) error {
	if err := k.settle(); err != nil {
		return err
	}
	k.making.Lock()
	defer k.making.Unlock()
	newest := k.find(k.newest())
	if newest == nil {
		return nil
	}
	b := k.db.NewBatch()
	defer b.Close()
	for number, d := range k.all() {
		if !d.own && used[number] == 0 {
			b.deleteDataKey(number)
		}
	}
	if used[0] == 0 {
		b.putDataKey(newest.sealedOnly(), k.masters[0])
	}
	return k.db.Apply(b)
}

// settle sees to it that the newest data key is under the first master key.
func (k *keyring) settle() error {
	if n := k.newest(); n == 0 || k.fresh(n) {
		return nil
	}
	return k.renew(k.current.Load())
}
