package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// mergeBytes is about how many bytes of tables one piece of a merge is for: few
// enough to need little room, and to be done soon when the database is to be closed.
const mergeBytes = 64 << 20

// Merging says how tables are merged: piece by piece, as each needs as much room as
// the tables that it replaces, and can't be stopped.
type Merging struct {
	// KeepFree is how many bytes must stay free on the disk while a piece is merged.
	// One for which that is too little isn't begun (ErrNoRoom).
	KeepFree uint64
	// Rest is called after each piece that took some time. Its error ends the
	// merge. It may be nil.
	Rest func(ctx context.Context, took time.Duration) error

	piece uint64 // mergeBytes by default
}

// merge merges all tables with keys of a prefix down to the last level, so that of
// each row the newest version is left.
func (db *DB) merge(ctx context.Context, prefix byte, m Merging) error {
	if m.piece == 0 {
		m.piece = mergeBytes
	}
	if err := db.haveRoom(db.p.Metrics().MemTable.Size, m.KeepFree); err != nil {
		return err
	}
	if err := db.flush(ctx); err != nil { // what is to be merged is in tables then
		return err
	}
	end := []byte{prefix + 1}
	cuts, err := db.cuts([]byte{prefix}, end, m.piece)
	if err != nil {
		return readError(err)
	}
	from := []byte{prefix}
	for _, to := range append(cuts, end) {
		if err := db.mergePiece(ctx, from, to, &m); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (db *DB) flush(ctx context.Context) error {
	flushed, err := db.p.AsyncFlush()
	if err != nil {
		return db.written(err)
	}
	select {
	case <-flushed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cuts returns keys between which there are about so many bytes of tables.
func (db *DB) cuts(lower, upper []byte, every uint64) (keys [][]byte, err error) {
	levels, err := db.p.SSTables(pebble.WithKeyRangeFilter(lower, upper))
	if err != nil {
		return nil, err
	}
	tables := slices.Concat(levels...)
	slices.SortFunc(tables, func(a, b pebble.SSTableInfo) int { return bytes.Compare(a.Largest.UserKey, b.Largest.UserKey) })
	var size uint64
	last := lower
	for i := range tables {
		size += tables[i].Size
		key := tables[i].Largest.UserKey
		if size >= every && bytes.Compare(key, last) > 0 && bytes.Compare(key, upper) < 0 {
			keys, last, size = append(keys, key), key, 0
		}
	}
	return keys, nil
}

func (db *DB) mergePiece(ctx context.Context, from, to []byte, m *Merging) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	need, err := db.mergeNeeds(from, to)
	if err != nil {
		return readError(err)
	}
	if err := db.haveRoom(need, m.KeepFree); err != nil {
		return err
	}
	begun := time.Now()
	if err := db.p.Compact(ctx, from, to, false); err != nil {
		return db.written(readError(err))
	}
	if m.Rest == nil || need == 0 {
		return nil
	}
	return m.Rest(ctx, time.Since(begun))
}

// haveRoom fails with ErrNoRoom where so many bytes can't be written.
func (db *DB) haveRoom(need, keep uint64) error {
	free, err := db.FreeBytes()
	switch {
	case errors.Is(err, vfs.ErrUnsupported): // an unusual file system
		return nil
	case err != nil:
		return err
	case free < keep+need:
		return fmt.Errorf("storage: %w: %d bytes are to be written for a merge of tables, %d to be kept free, and %d are free",
			ErrNoRoom, need, keep, free)
	}
	return nil
}

// mergeNeeds is how many bytes are written at most to merge the tables of a range:
// from each level to the next one, with all tables there that they touch. 0 where
// all is in one level.
func (db *DB) mergeNeeds(from, to []byte) (need uint64, err error) {
	levels, err := db.p.SSTables()
	if err != nil {
		return 0, err
	}
	last := len(levels) - 1
	for i, tables := range levels[:last] {
		low, high, size := from, to, uint64(0)
		for _, t := range touched(tables, from, to) {
			low = slices.MinFunc([][]byte{low, t.Smallest.UserKey}, bytes.Compare)
			high = slices.MaxFunc([][]byte{high, t.Largest.UserKey}, bytes.Compare)
			size += t.Size
		}
		if size == 0 {
			continue
		}
		need += size
		for _, t := range touched(levels[i+1], low, high) {
			need += t.Size
		}
	}
	return need, nil
}

// touched returns the tables with keys from … to.
func touched(tables []pebble.SSTableInfo, from, to []byte) (found []pebble.SSTableInfo) {
	for _, t := range tables {
		if bytes.Compare(t.Largest.UserKey, from) >= 0 && bytes.Compare(t.Smallest.UserKey, to) <= 0 {
			found = append(found, t)
		}
	}
	return found
}
