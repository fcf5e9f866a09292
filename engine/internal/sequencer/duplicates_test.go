package sequencer

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/storage"
)

// A record counts for the whole window and is dropped after it, with its filter.
func TestDuplicateWindow(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	const first = 1000
	w := r.db.NewBatch()
	defer w.Close()
	apply := func() {
		t.Helper()
		if err := errors.Join(r.db.Apply(w), r.db.Sync()); err != nil {
			t.Fatal(err)
		}
		w.Reset()
	}
	w.PutConversation(storage.Conversation{Num: 1, ID: "c", Kind: 1})
	w.AppendMessages(1, 0, []storage.Message{{ID: 1, Seq: 1, From: "u"}})
	w.PutPlaces([]storage.Place{{ID: 1, Conv: 1, Seq: 1}})
	r.dups.turn(first, w)
	m := Send{From: "u", CID: "c", hash: r.hash.sum("u", "c")}
	r.dups.put(w, &m, storage.Duplicate{Conv: 1, Seq: 1, Fingerprint: 9})
	apply()
	for today := uint16(first); today <= first+9; today++ {
		r.dups.turn(today, w)
		apply()
		rec, ok, err := r.dups.find("u", "c", m.hash)
		if err != nil || ok != (today <= first+7) || ok && rec.Fingerprint != 9 {
			t.Errorf("%d days later: %v %v %v", today-first, rec, ok, err)
		}
	}
	if days, err := r.db.DuplicateDays(); len(days) != 0 || err != nil {
		t.Errorf("left: %v %v", days, err)
	}
	if len(r.dups.byDay) != 0 {
		t.Errorf("left: %v", r.dups.byDay)
	}
}

// Turning to the same day again writes nothing: a commit would be for nothing.
func TestDuplicateTurnOnce(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	w := r.db.NewBatch()
	defer w.Close()
	r.dups.turn(500, w)
	w.Reset()
	r.dups.turn(500, w)
	if !w.Empty() {
		t.Error("wrote something")
	}
	r.dups.turn(3, w) // the clock was set back to 1970
	if !w.Empty() {
		t.Error("dropped days before time began")
	}
}

// Records of earlier runs are found before their filter is read and after, and
// so is what was added meanwhile.
func TestDuplicateFill(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	for i := range 300 {
		r.send1(single("a", "b", fmt.Sprint("old", i)))
	}
	r.stop()
	r = build(t, fs, nil)
	defer r.close()
	today := r.dups.byDay
	if len(today) != 1 {
		t.Fatalf("%d days", len(today))
	}
	var n uint16
	for n = range today {
	}
	find := func(sender, cid string) bool {
		_, ok, err := r.dups.find(sender, cid, r.hash.sum(sender, cid))
		if err != nil {
			t.Error(err)
		}
		return ok
	}
	check := func(when string) {
		t.Helper()
		for i := range 300 {
			if !find("a", fmt.Sprint("old", i)) {
				t.Errorf("%s: old%d not found", when, i)
			}
		}
		if find("b", "old1") || find("a", "new") {
			t.Errorf("%s: found what isn't there", when)
		}
	}
	check("before")
	today[n].add(77)
	var stop atomic.Bool
	read, err := fill(r.db, n, r.hash, &stop)
	if err != nil {
		t.Fatal(err)
	}
	r.dups.adopt(n, read)
	check("after")
	if today[n].opaque || !today[n].mayHold(77) || today[n].mayHold(78) {
		t.Error("what was added meanwhile is lost")
	}
	r.dups.adopt(n+1, read) // a day that was dropped meanwhile
	if len(today) != 1 {
		t.Error("a dropped day is back")
	}
	stop.Store(true)
	if _, err := fill(r.db, n, r.hash, &stop); !errors.Is(err, ErrShuttingDown) {
		t.Error(err)
	}
}
