package storage

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/cockroachdb/pebble/v2"
)

// Place says where the message with an id is.
type Place struct{ ID, Conv, Seq uint64 }

// defaultPlaces keeps a row short enough to be searched from its beginning.
const defaultPlaces = 256

const placesVersion = 1

// A row of places is
//
//	version, then for each message: id uvarint, conv uvarint, seq uvarint
//
// in id order, where id is the difference to the one before. The first one's
// is the difference to the last, which is in the key.
func appendPlaces(dst []byte, places []Place) []byte {
	dst = append(dst, placesVersion)
	first, last := places[0].ID, places[len(places)-1].ID
	delta := last - first
	for i, p := range places {
		if i > 0 {
			delta = p.ID - places[i-1].ID
		}
		dst = binary.AppendUvarint(dst, delta)
		dst = binary.AppendUvarint(dst, p.Conv)
		dst = binary.AppendUvarint(dst, p.Seq)
	}
	return dst
}

// eachPlace hands the places of a row to fn, until fn returns false.
func eachPlace(key, value []byte, fn func(Place) bool) error {
	last, ok := splitNumberKey(key, prefixPlaces)
	d := decoder{rest: value}
	d.version(placesVersion)
	id := last - d.uvarint()
	if !ok || id > last {
		d.fail()
	}
	for {
		p := Place{ID: id, Conv: d.uvarint(), Seq: d.uvarint()}
		if d.bad || p.ID == 0 || p.ID > last || p.Conv == 0 || p.Seq == 0 {
			return corrupt(key, "bad places")
		}
		if !fn(p) {
			return nil
		}
		if len(d.rest) == 0 {
			break
		}
		delta := d.uvarint()
		if delta == 0 || delta > last-id {
			d.fail()
		}
		id += delta
	}
	if id != last {
		return corrupt(key, "places end before the last id")
	}
	return nil
}

// checkPlaces refuses places that don't rise.
func checkPlaces(places []Place) error {
	for i, p := range places {
		switch {
		case p.ID == 0 || p.ID > math.MaxInt64 || p.Conv == 0 || p.Seq == 0:
			return invalid("place %+v", p)
		case i > 0 && p.ID <= places[i-1].ID:
			return invalid("place %+v after %+v", p, places[i-1])
		}
	}
	return nil
}

// LastID returns the highest message id, 0 if there is none.
func (db *DB) LastID() (uint64, error) { return db.lastNumber(prefixPlaces) }

// Place returns where the message with an id is.
func (db *DB) Place(id uint64) (Place, bool, error) { return findPlace(db.p, id) }

func findPlace(r pebble.Reader, id uint64) (place Place, found bool, err error) {
	s := newScan()
	defer s.free()
	s.lower = appendNumberKey(s.lower[:0], prefixPlaces, id)
	s.upper = append(s.upper[:0], prefixPlaces+1)
	err = s.each(r, func(key, value []byte) error {
		err := eachPlace(key, value, func(p Place) bool {
			if p.ID == id {
				place, found = p, true
			}
			return p.ID < id
		})
		if err != nil {
			return err
		}
		return errStop // the first row at or above id is the only one
	})
	return place, found, err
}

// Places hands the places of all entries with ids above the given one to fn, in
// id order. An error of fn ends it and is returned.
func (db *DB) Places(after uint64, fn func(Place) error) error {
	s := newScan()
	defer s.free()
	s.lower = appendNumberKey(s.lower[:0], prefixPlaces, after)
	s.upper = append(s.upper[:0], prefixPlaces+1)
	return s.each(db.p, func(key, value []byte) (err error) {
		damage := eachPlace(key, value, func(p Place) bool {
			if p.ID > after {
				err = fn(p)
			}
			return err == nil
		})
		return errors.Join(err, damage)
	})
}

// PutPlaces adds the places of all messages of the batch, in id order.
func (b *Batch) PutPlaces(places []Place) {
	b.fail(checkPlaces(places))
	for b.err == nil && len(places) > 0 {
		n := min(len(places), b.limits.places)
		b.key = appendNumberKey(b.key[:0], prefixPlaces, places[n-1].ID)
		b.value = appendPlaces(b.value[:0], places[:n])
		b.set()
		places = places[n:]
	}
}
