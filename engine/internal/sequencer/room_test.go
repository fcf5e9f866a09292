package sequencer

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// On a full disk nothing new is written, but what must go on does, and a retry
// of what is stored gets the first answer.
func TestFull(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.OpenGroups = true })
	r.group("g", "a", "b")
	stored := r.send(single("a", "b", "1"), toGroup("a", "g", "1g"))
	before := rows(t, r.db)
	r.SetFull(true)
	for _, m := range []Send{
		single("a", "b", "2"), single("a", "new", "3"), toGroup("a", "g", "4"), toGroup("z", "made by sending", "5"), toGroup("z", "g", "6"), single("a", "b", ""),
	} {
		if got := r.send1(m); !errors.Is(got.Err, ErrStorageFull) {
			t.Errorf("%s: %+v", m.CID, got)
		}
	}
	for i, m := range []Send{single("a", "b", "1"), toGroup("a", "g", "1g")} {
		if got := r.send1(m); got != stored[i] {
			t.Errorf("retry: %+v, not %+v", got, stored[i])
		}
	}
	other := single("a", "b", "1")
	other.Content = []byte("other")
	if got := r.send1(other); !errors.Is(got.Err, ErrConflict) {
		t.Errorf("conflict: %+v", got)
	}
	ran := func(*Tx) error { t.Error("a refused command ran"); return nil }
	if err := r.Do(ran); !errors.Is(err, ErrStorageFull) {
		t.Error(err)
	}
	answered := make(chan error, 1)
	if err := r.Go(ran, func(err error) { answered <- err }); err != nil {
		t.Error(err)
	}
	if err := <-answered; !errors.Is(err, ErrStorageFull) {
		t.Error(err)
	}
	if after := rows(t, r.db); after != before {
		t.Errorf("stored %+v, was %+v", after, before)
	}
	if n := r.RefusedFull(); n != 8 {
		t.Errorf("%d refusals counted", n)
	}
	r.goesOnWhenFull(stored)

	r.SetFull(false)
	if got := r.send1(single("a", "b", "2")); got.Seq != stored[0].Seq+1 {
		t.Errorf("%+v", got)
	}
	r.do(func(*Tx) error { return nil })
}

// goesOnWhenFull does what a full disk must not stop: joins, cursors, leaving.
func (r *rig) goesOnWhenFull(stored []Result) {
	r.t.Helper()
	b := delivery.Conn{Serial: 7}
	r.attach(b, "b", "d", true)
	conv, _, err := r.db.Conversation(stored[0].ConvID)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.Move([]Cursor{{User: "b", Conv: conv.Num, Seq: 1}}); err != nil {
		r.t.Error(err)
	}
	r.Detach(b, "b", nil)
	err = r.DoAnyway(func(tx *Tx) error {
		if _, to, err := tx.MoveRead("b", conv.Num, 1); err != nil || to != 1 {
			r.t.Errorf("read up to %d, %v", to, err)
		}
		return tx.RemoveMember("g", "b")
	})
	if err != nil {
		r.t.Error(err)
	}
	done := make(chan error, 1)
	if err := r.GoAnyway(func(*Tx) error { return nil }, func(err error) { done <- err }); err != nil {
		r.t.Error(err)
	}
	if err := <-done; err != nil {
		r.t.Error(err)
	}
	if rec, _, err := r.db.Session("b", conv.Num); err != nil || rec.ReadSeq != 1 {
		r.t.Errorf("%+v, %v", rec, err)
	}
}

// rows counts what is stored.
func rows(t *testing.T, db *storage.DB) storage.Counts {
	t.Helper()
	counts, err := db.Verify(func(p storage.Problem) { t.Errorf("verify: %v", p) })
	if err != nil {
		t.Fatal(err)
	}
	return counts
}
