package storage

import (
	"context"
	"fmt"
)

const (
	staleRows   = 4096    // looked at by one call of Stale
	resealBytes = 1 << 20 // of one batch
	resealRuns  = 256     // of one batch
)

// Stale looks for runs that aren't sealed under the first of Options.Keys:
// those in the clear, those under another key, and damaged ones. It begins with the run that
// holds the given place, looks at a few thousand at most, and returns up to
// limit of the stale ones as the places of their last entries, without ids.
// If there are more to be looked at, next is where to go on. Without
// Options.Keys nothing is stale. It only reads headers, and may run beside
// writes.
//
// [DB.Run] and [Batch.PutRun] seal such a run anew.
func (db *DB) Stale(from Place, limit int) (places []Place, next Place, more bool, err error) {
	if !db.keys.sealing() || limit <= 0 {
		return nil, from, limit <= 0, nil
	}
	s := newScan()
	defer s.free()
	s.lower = appendRunKey(s.lower[:0], from.Conv, from.Seq)
	s.upper = append(s.upper[:0], prefixRun+1)
	rows := 0
	err = s.each(db.p, func(key, value []byte) error {
		conv, seq, _ := splitRunKey(key)
		if rows == staleRows || len(places) == limit {
			next, more = Place{Conv: conv, Seq: seq}, true
			return errStop
		}
		rows++
		if s.run.header(key, value) != nil || !db.keys.fresh(s.run.number) {
			places = append(places, Place{Conv: conv, Seq: seq})
		}
		return nil
	})
	return places, next, more, err
}

// fresh reports whether a data key is under the first master key. 0, that of
// runs in the clear, isn't.
func (k *keyring) fresh(number uint64) bool {
	d := k.find(number)
	return d != nil && d.master == k.masters[0].ID
}

// CountStale returns how many runs are stale. It reads all headers.
func (db *DB) CountStale(ctx context.Context) (count uint64, err error) {
	err = db.eachStale(ctx, func(places []Place) error {
		count += uint64(len(places))
		return nil
	})
	return count, err
}

// eachStale hands all stale runs to fn, a few at a time.
func (db *DB) eachStale(ctx context.Context, fn func([]Place) error) error {
	for from, more := (Place{}), true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var places []Place
		var err error
		if places, from, more, err = db.Stale(from, resealRuns); err != nil {
			return err
		}
		if len(places) > 0 {
			if err := fn(places); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reseal seals all stale runs anew, for a database that nobody else writes to.
// What it has done is durable as often as it tells progress, and not done again
// by the next call. Damaged runs are left as they are, and an error that matches
// ErrCorrupt says of them when all others are done. Its error is ErrKey without
// Options.Keys, that of the context, or one of reading or writing.
func (db *DB) Reseal(ctx context.Context, progress func(done, total uint64)) error {
	if !db.keys.sealing() {
		return fmt.Errorf("storage: %w: there is none to seal with", ErrKey)
	}
	total, err := db.CountStale(ctx)
	if err != nil {
		return err
	}
	b := db.NewBatch()
	defer b.Close()
	var done uint64
	var damaged DamagedRuns
	progress(done, total)
	err = db.eachStale(ctx, func(places []Place) error {
		for len(places) > 0 {
			n, err := db.reseal(b, places, &damaged)
			if err != nil {
				return err
			}
			places = places[n:]
			done += uint64(n)
			progress(done, max(done, total))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return damaged.Err()
}

// reseal seals as many of the runs as make a batch, and returns how many.
func (db *DB) reseal(b *Batch, places []Place, damaged *DamagedRuns) (n int, err error) {
	b.Reset()
	for n < len(places) && b.Size() < resealBytes {
		p := places[n]
		run, found, err := db.Run(p.Conv, p.Seq)
		if err != nil && !damaged.Add(err) {
			return n, err
		}
		if found {
			b.PutRun(run)
		}
		n++
	}
	if err := db.Apply(b); err != nil {
		return n, err
	}
	return n, db.Sync()
}
