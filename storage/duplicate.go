package storage

import (
	"encoding/binary"
	"errors"
)

// Duplicate says which message a sender's cid stands for.
type Duplicate struct {
	Conv, Seq   uint64
	Fingerprint uint64 // of what was sent, to tell a retry from another message
}

const duplicateVersion = 1

func appendDuplicate(dst []byte, d Duplicate) []byte {
	dst = append(dst, duplicateVersion)
	dst = binary.AppendUvarint(dst, d.Conv)
	dst = binary.AppendUvarint(dst, d.Seq)
	return binary.LittleEndian.AppendUint64(dst, d.Fingerprint)
}

func decodeDuplicate(key, value []byte) (Duplicate, error) {
	d := decoder{rest: value}
	d.version(duplicateVersion)
	dup := Duplicate{Conv: d.uvarint(), Seq: d.uvarint(), Fingerprint: d.fixed64()}
	if !d.done() {
		return Duplicate{}, corrupt(key, "bad duplicate")
	}
	return dup, nil
}

// Duplicate returns what a sender's cid stands for in the bucket of a day.
func (db *DB) Duplicate(day uint16, sender, cid string) (d Duplicate, found bool, err error) {
	var buf [160]byte
	found, err = get(db.p, appendDuplicateKey(buf[:0], day, sender, cid), func(key, value []byte) (err error) {
		d, err = decodeDuplicate(key, value)
		return err
	})
	return d, found, err
}

// Duplicates hands the bucket of a day to fn, in the order of senders and
// cids, which are valid until fn returns. An error of fn ends it and is returned.
func (db *DB) Duplicates(day uint16, fn func(sender, cid string, d Duplicate) error) error {
	s := newScan()
	defer s.free()
	s.lower = appendDayKey(s.lower[:0], day)
	s.upper = appendAfterDay(s.upper[:0], day)
	return s.each(db.p, func(key, value []byte) error {
		_, sender, cid, ok := splitDuplicateKey(key)
		if !ok {
			return corrupt(key, "bad key")
		}
		d, err := decodeDuplicate(key, value)
		if err != nil {
			return err
		}
		return fn(alias(sender), alias(cid), d)
	})
}

// DuplicateDays returns the days that have a bucket, in order.
func (db *DB) DuplicateDays() (days []uint16, err error) {
	s := newScan()
	defer s.free()
	s.upper = append(s.upper[:0], prefixDuplicate+1)
	s.lower = append(s.lower[:0], prefixDuplicate)
	it, err := s.iter(db.p)
	if err != nil {
		return nil, err
	}
	for it.First(); it.Valid(); it.SeekGE(appendAfterDay(nil, days[len(days)-1])) {
		day, _, _, ok := splitDuplicateKey(it.Key())
		if !ok {
			return nil, errors.Join(corrupt(it.Key(), "bad key"), it.Close())
		}
		days = append(days, day)
	}
	return days, it.Close()
}
