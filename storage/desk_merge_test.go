package storage

import (
	"errors"
	"slices"
	"testing"
)

func TestDeskMerges(t *testing.T) {
	db := openDesk(t)
	a, b := DeskMerge{Visitor: "v1", User: "alice"}, DeskMerge{Visitor: "v2", User: "bob"}
	write(t, db, func(w *Batch) { w.PutDeskMerge(b); w.PutDeskMerge(a) })
	all := func() (list []DeskMerge) {
		err := db.DeskMerges(func(m DeskMerge) error { list = append(list, m); return nil })
		if err != nil {
			t.Error(err)
		}
		return list
	}
	if got := all(); !slices.Equal(got, []DeskMerge{a, b}) {
		t.Errorf("%+v", got)
	}
	write(t, db, func(w *Batch) { w.DeleteDeskMerge("v1"); w.DeleteDeskMerge("nobody") })
	if got := all(); !slices.Equal(got, []DeskMerge{b}) {
		t.Errorf("%+v", got)
	}
	for _, m := range []DeskMerge{{User: "alice"}, {Visitor: "v1"}, {Visitor: "a\x00b", User: "alice"}} {
		w := db.NewBatch()
		w.PutDeskMerge(m)
		if err := db.Apply(w); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", m, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}
