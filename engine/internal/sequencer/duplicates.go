package sequencer

import (
	"sync/atomic"
	"time"

	"gannet/storage"
)

// duplicates remembers which (sender, cid) pairs were used within the window.
// The records are in storage, in a bucket a day; a filter for each day spares
// the look there for pairs that were never used. Owned by the sequencer goroutine.
type duplicates struct {
	db    *storage.DB
	days  uint16 // how many days before today still count
	today uint16
	byDay map[uint16]*filter
}

func newDuplicates(db *storage.DB, window time.Duration) (*duplicates, error) {
	d := &duplicates{
		db:    db,
		days:  uint16((window + 24*time.Hour - 1) / (24 * time.Hour)),
		byDay: make(map[uint16]*filter),
	}
	stored, err := db.DuplicateDays()
	for _, n := range stored {
		d.byDay[n] = &filter{opaque: true}
	}
	return d, err
}

// find looks for a stored record of the pair, whose hash is given too.
func (d *duplicates) find(sender, cid string, hash uint64) (storage.Duplicate, bool, error) {
	for n, f := range d.byDay {
		if !f.mayHold(hash) {
			continue
		}
		rec, ok, err := d.db.Duplicate(n, sender, cid)
		if ok || err != nil {
			return rec, ok, err
		}
	}
	return storage.Duplicate{}, false, nil
}

// put writes a record into the batch.
func (d *duplicates) put(w *storage.Batch, m *Send, rec storage.Duplicate) {
	f := d.byDay[d.today]
	if f == nil {
		f = new(filter)
		d.byDay[d.today] = f
	}
	f.add(m.hash)
	w.PutDuplicate(d.today, m.From, m.CID, rec)
}

// turn makes the given day today and drops the buckets that have fallen out of
// the window.
func (d *duplicates) turn(today uint16, w *storage.Batch) {
	if today == d.today {
		return
	}
	d.today = today
	if today < d.days {
		return
	}
	oldest := today - d.days
	w.DropDuplicates(oldest)
	for n := range d.byDay {
		if n < oldest {
			delete(d.byDay, n)
		}
	}
}

// fill reads a day's stored pairs into filters, or says ErrShuttingDown when it
// is to stop. It may run on any goroutine.
func fill(db *storage.DB, n uint16, h hasher, stop *atomic.Bool) (*filter, error) {
	f := new(filter)
	err := db.Duplicates(n, func(sender, cid string, _ storage.Duplicate) error {
		if stop.Load() {
			return ErrShuttingDown
		}
		f.add(h.sum(sender, cid))
		return nil
	})
	return f, err
}

// adopt takes the filters that fill made for a day: what was added since stays.
func (d *duplicates) adopt(n uint16, read *filter) {
	if f := d.byDay[n]; f != nil {
		f.opaque = read.opaque
		f.segments = append(read.segments, f.segments...)
	}
}
