package storage

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// scan is what a read over a range needs; it is reused so that reads of
// pages don't allocate.
type scan struct {
	lower, upper []byte
	opts         pebble.IterOptions
	run          runDecoder
	msg          Message
}

var scans = sync.Pool{New: func() any { return new(scan) }}

func newScan() *scan { return scans.Get().(*scan) }

func (s *scan) free() {
	s.run.reset() // it aliases blocks of the database, as does the message
	s.msg = Message{}
	scans.Put(s)
}

// iter begins to read the keys from lower up to, but without, upper.
func (s *scan) iter(r pebble.Reader) (*pebble.Iterator, error) {
	s.opts = pebble.IterOptions{LowerBound: s.lower, UpperBound: s.upper}
	return r.NewIter(&s.opts)
}

// each hands the rows from lower up to, but without, upper to fn. The slices
// are valid until fn returns. It ends early, without an error, when fn
// returns errStop.
func (s *scan) each(r pebble.Reader, fn func(key, value []byte) error) error {
	return s.walk(r, (*pebble.Iterator).First, (*pebble.Iterator).Next, fn)
}

// eachBack is each from the last row to the first.
func (s *scan) eachBack(r pebble.Reader, fn func(key, value []byte) error) error {
	return s.walk(r, (*pebble.Iterator).Last, (*pebble.Iterator).Prev, fn)
}

func (s *scan) walk(r pebble.Reader, first, next func(*pebble.Iterator) bool, fn func(key, value []byte) error) error {
	it, err := s.iter(r)
	if err != nil {
		return readError(err)
	}
	for ok := first(it); ok; ok = next(it) {
		value, err := it.ValueAndErr()
		if err == nil {
			err = fn(it.Key(), value)
		}
		if err != nil {
			_ = it.Close() // has no more to say than err
			if err == errStop {
				return nil
			}
			return readError(err)
		}
	}
	return readError(it.Close())
}

// last hands the last row below upper to fn, if there is one.
func (s *scan) last(r pebble.Reader, fn func(key, value []byte) error) error {
	it, err := s.iter(r)
	if err != nil {
		return readError(err)
	}
	if it.Last() {
		value, err := it.ValueAndErr()
		if err == nil {
			err = fn(it.Key(), value)
		}
		if err != nil {
			_ = it.Close() // has no more to say than err
			return readError(err)
		}
	}
	return readError(it.Close())
}

// lastKey returns a copy of the last key below upper, nil if there is none.
func (s *scan) lastKey(r pebble.Reader) (key []byte, err error) {
	it, err := s.iter(r)
	if err != nil {
		return nil, readError(err)
	}
	if it.Last() {
		key = bytes.Clone(it.Key())
	}
	return key, readError(it.Close())
}

// lastNumber is the number in the last key with a prefix, 0 if there is none.
func (db *DB) lastNumber(prefix byte) (uint64, error) {
	s := newScan()
	defer s.free()
	s.lower = append(s.lower[:0], prefix)
	s.upper = append(s.upper[:0], prefix+1)
	key, err := s.lastKey(db.p)
	if err != nil || key == nil {
		return 0, err
	}
	n, ok := splitNumberKey(key, prefix)
	if !ok {
		return 0, corrupt(key, "bad key")
	}
	return n, nil
}

// errStop ends a scan.
var errStop = errors.New("stop")

// get hands the row with the given key to fn.
func get(r pebble.Reader, key []byte, fn func(key, value []byte) error) (found bool, err error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, readError(err)
	}
	if err = fn(key, value); err != nil {
		return false, errors.Join(err, closer.Close())
	}
	return true, readError(closer.Close())
}

// find returns the record with the given key.
func find[T any](r pebble.Reader, key []byte, decode func(key, value []byte) (T, error)) (record T, found bool, err error) {
	found, err = get(r, key, func(key, value []byte) (err error) {
		record, err = decode(key, value)
		return err
	})
	return record, found, err
}

// list returns up to limit records with keys from lower up to, but without, upper.
func list[T any](r pebble.Reader, lower, upper []byte, limit int, decode func(key, value []byte) (T, error)) (records []T, err error) {
	if limit <= 0 {
		return nil, nil
	}
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], lower...), append(s.upper[:0], upper...)
	err = s.each(r, func(key, value []byte) error {
		record, err := decode(key, value)
		if err != nil {
			return err
		}
		if records = append(records, record); len(records) == limit {
			return errStop
		}
		return nil
	})
	return records, err
}

// days returns the days that have a bucket of the given kind, in order.
func (db *DB) days(prefix byte) (days []uint16, err error) {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefix), append(s.upper[:0], prefix+1)
	it, err := s.iter(db.p)
	if err != nil {
		return nil, readError(err)
	}
	for ok := it.First(); ok; ok = it.SeekGE(appendAfterDay(nil, prefix, days[len(days)-1])) {
		day, _, _, ok := splitDayKey(it.Key(), prefix)
		if !ok {
			return nil, errors.Join(corrupt(it.Key(), "bad key"), it.Close())
		}
		days = append(days, day)
	}
	return days, readError(it.Close())
}

// readError makes a damaged file known as ErrCorrupt.
func readError(err error) error {
	if err != nil && pebble.IsCorruptionError(err) {
		return fmt.Errorf("storage: %w: %w", ErrCorrupt, err)
	}
	return err
}
