package storage

import "encoding/binary"

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
	_, _, _, ok := splitDayKey(key, prefixDuplicate)
	d := decoder{rest: value}
	d.version(duplicateVersion)
	dup := Duplicate{Conv: d.uvarint(), Seq: d.uvarint(), Fingerprint: d.fixed64()}
	if !ok || !d.done() {
		return Duplicate{}, corrupt(key, "bad duplicate")
	}
	return dup, nil
}

// Duplicate returns what a sender's cid stands for in the bucket of a day.
func (db *DB) Duplicate(day uint16, sender, cid string) (Duplicate, bool, error) {
	var buf [160]byte
	return find(db.p, appendDuplicateKey(buf[:0], day, sender, cid), decodeDuplicate)
}

// Duplicates hands the bucket of a day to fn, in the order of senders and
// cids, which are valid until fn returns. An error of fn ends it and is returned.
func (db *DB) Duplicates(day uint16, fn func(sender, cid string, d Duplicate) error) error {
	s := newScan()
	defer s.free()
	s.lower = appendDayKey(s.lower[:0], prefixDuplicate, day)
	s.upper = appendAfterDay(s.upper[:0], prefixDuplicate, day)
	return s.each(db.p, func(key, value []byte) error {
		d, err := decodeDuplicate(key, value)
		if err != nil {
			return err
		}
		_, sender, cid, _ := splitDayKey(key, prefixDuplicate)
		return fn(alias(sender), alias(cid), d)
	})
}

// DuplicateDays returns the days that have a bucket, in order.
func (db *DB) DuplicateDays() ([]uint16, error) { return db.days(prefixDuplicate) }

// PutDuplicate remembers a message's cid in the bucket of the given day.
func (b *Batch) PutDuplicate(day uint16, sender, cid string, d Duplicate) {
	b.fail(checkText("sender", sender))
	if cid == "" {
		b.fail(invalid("empty cid"))
	}
	b.key = appendDuplicateKey(b.key[:0], day, sender, cid)
	b.value = appendDuplicate(b.value[:0], d)
	b.set()
}

// DropDuplicates forgets the buckets of all days before the given one.
func (b *Batch) DropDuplicates(before uint16) {
	b.dropDays(prefixDuplicate, before)
}
