package sequencer

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/storage"
)

// reseal seals some entries anew, be they there or not; nobody is to see anything
// of it.
func (s *scribe) reseal(t *rapid.T) {
	num := s.Head(rapid.SampledFrom(s.convs).Draw(t, "conversation")).Num
	var places []storage.Place
	for _, seq := range rapid.SliceOfN(rapid.Uint64Range(0, 20), 1, 4).Draw(t, "places") {
		places = append(places, storage.Place{Conv: num, Seq: seq})
	}
	err := s.Go(resealing(places), func(err error) {
		if err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// resealing seals entries anew, none of which is damaged.
func resealing(places []storage.Place) func(*Tx) error {
	return func(tx *Tx) error {
		damaged, err := tx.Reseal(places)
		return errors.Join(damaged.Err(), err)
	}
}

// stale are the runs that aren't sealed under the newest key.
func stale(t *testing.T, db *storage.DB) []storage.Place {
	t.Helper()
	places, _, more, err := db.Stale(storage.Place{}, 100)
	if err != nil || more {
		t.Fatalf("%v, more: %v", err, more)
	}
	return places
}

// What was written in the clear is sealed, and says the same.
func TestReseal(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	for _, content := range []string{"1", "2", "3"} {
		m := single("a", "b", "")
		m.Content = []byte(content)
		r.send1(m)
	}
	r.stop()

	key, err := storage.NewKey("k")
	if err != nil {
		t.Fatal(err)
	}
	r = buildOn(t, storage.Options{FS: fs, Keys: []storage.Key{key}}, nil)
	r.Start()
	t.Cleanup(r.stop)
	places := stale(t, r.db)
	if len(places) != 3 {
		t.Fatalf("%d runs are stale", len(places))
	}
	r.do(resealing(places))
	if left := stale(t, r.db); len(left) != 0 {
		t.Errorf("%v are stale still", left)
	}
	for i, m := range messages(t, r.db, "single_a:b") {
		if string(m.Content) != string(rune('1'+i)) {
			t.Errorf("number %d is %q", i+1, m.Content)
		}
	}
	r.do(resealing([]storage.Place{{Conv: 1, Seq: 9}, {Conv: 99, Seq: 1}, {}}))
}
