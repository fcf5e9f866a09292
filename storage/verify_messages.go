package storage

import (
	"math"

	"github.com/cockroachdb/pebble/v2"
)

// runs walks all messages and events and looks up the place of each.
func (v *verifier) runs() error {
	w := &runWalk{verifier: v}
	err := v.each(prefixRun, w.row)
	w.refs()
	return err
}

// runWalk is where the walk over all messages has got to.
type runWalk struct {
	*verifier
	run      runDecoder
	msg      Message
	places   placeRow
	conv     uint64
	last, id uint64 // of the conversation, so far
	count    uint64 // of its messages so far, not counting events
	damaged  bool   // count isn't known
	ref      uint64 // the highest so far …
	refKey   []byte // … and the run it is in
}

func (w *runWalk) row(key, value []byte) error {
	conv, seq, ok := splitRunKey(key)
	if !ok {
		return corrupt(key, "bad key")
	}
	if conv != w.conv {
		w.refs()
		w.conv, w.last, w.id, w.count, w.damaged, w.ref = conv, 0, 0, 0, false, 0
		w.known(key, conv)
	}
	before := w.last
	w.last = seq // of a damaged run, too: what follows isn't to blame
	w.verifier.last[conv] = seq
	damaged := w.damaged
	w.damaged = true // until all of the run was read
	w.counts.Runs++
	if err := w.run.open(w.keys, key, value); err != nil {
		return err
	}
	w.sealed(key, w.run.number)
	switch {
	case w.run.first() != before+1:
		w.problem(key, "begins at %d after %d", w.run.first(), before)
	case !damaged && w.run.count != w.count:
		w.problem(key, "says that %d messages are before it, not %d", w.run.count, w.count)
	}
	for w.run.left > 0 {
		if err := w.run.next(&w.msg); err != nil {
			return err
		}
		if err := w.entry(key); err != nil {
			return err
		}
	}
	w.damaged, w.count = false, w.run.count
	return nil
}

// refs reports a reference beyond the end of the conversation that was walked.
func (w *runWalk) refs() {
	if w.ref > w.last {
		w.problem(w.refKey, "refers to message %d, but the last is %d", w.ref, w.last)
	}
}

func (w *runWalk) entry(key []byte) error {
	m := &w.msg
	if m.Event {
		w.counts.Events++
	} else {
		w.counts.Messages++
	}
	if m.Ref > w.ref {
		w.ref, w.refKey = m.Ref, append(w.refKey[:0], key...)
	}
	if m.ID <= w.id {
		w.problem(key, "message %d has id %d after %d", m.Seq, m.ID, w.id)
	}
	w.id = m.ID
	if m.ID < w.places.min || m.ID > w.places.max {
		if err := w.places.load(w.r, m.ID); err != nil {
			return err
		}
	}
	if p := w.places.byID[m.ID]; p != (Place{ID: m.ID, Conv: w.conv, Seq: m.Seq}) {
		w.problem(key, "message %d has id %d, whose place is %+v", m.Seq, m.ID, p)
	}
	return nil
}

// places walks all places. Every message or event has its own (runs has checked), so
// there is one for each if there are as many and no id comes twice.
func (v *verifier) places() error {
	var last uint64
	err := v.each(prefixPlaces, func(key, value []byte) error {
		return eachPlace(key, value, func(p Place) bool {
			v.counts.Places++
			if p.ID <= last {
				v.problem(key, "id %d after %d", p.ID, last)
			}
			last = p.ID
			if p.Seq > v.last[p.Conv] {
				v.problem(key, "id %d is of message %d of conversation %d, which isn't there", p.ID, p.Seq, p.Conv)
			}
			return true
		})
	})
	v.lastID = last
	if n := v.counts.Messages + v.counts.Events; err == nil && v.counts.Places != n {
		v.problem([]byte{prefixPlaces}, "%d places for %d messages and events", v.counts.Places, n)
	}
	return err
}

// placeRow is one row of places: messages with rising ids are often in the same.
type placeRow struct {
	byID     map[uint64]Place
	min, max uint64
}

// load reads the row that would hold the id.
func (p *placeRow) load(r pebble.Reader, id uint64) error {
	*p = placeRow{byID: make(map[uint64]Place), min: math.MaxUint64}
	s := newScan()
	defer s.free()
	s.lower = appendNumberKey(s.lower[:0], prefixPlaces, id)
	s.upper = append(s.upper[:0], prefixPlaces+1)
	return s.each(r, func(key, value []byte) error {
		err := eachPlace(key, value, func(place Place) bool {
			p.byID[place.ID] = place
			p.min, p.max = min(p.min, place.ID), max(p.max, place.ID)
			return true
		})
		if err != nil {
			return err
		}
		return errStop
	})
}
