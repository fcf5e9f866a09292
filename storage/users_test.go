package storage

import (
	"errors"
	"reflect"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestBlocks(t *testing.T) {
	db := open(t, vfs.NewMem())
	all := []Block{{"b", 1}, {"c", 2}, {"d", 3}}
	write(t, db, func(b *Batch) {
		for _, block := range all {
			b.PutBlock("a", block)
		}
		b.PutBlock("ab", Block{"c", 4})
	})
	for _, c := range []struct {
		user, other string
		want        bool
	}{{"a", "b", true}, {"b", "a", false}, {"ab", "c", true}, {"ab", "b", false}, {"", "b", false}, {"a", "", false}} {
		if got, err := db.Blocked(c.user, c.other); got != c.want || err != nil {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	list, err := db.Blocks("a", "", 9)
	wantList(t, list, err, all...)
	list, err = db.Blocks("a", "b", 1)
	wantList(t, list, err, all[1])
	if _, err := db.Blocks("", "", 9); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	write(t, db, func(b *Batch) { b.DeleteBlock("a", "c") })
	list, err = db.Blocks("a", "", 9)
	wantList(t, list, err, all[0], all[2])
}

func TestLastSeen(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) { b.PutLastSeen("a", 1<<41) })
	for user, want := range map[string]int64{"a": 1 << 41, "b": 0, "": 0} {
		if got, err := db.LastSeen(user); got != want || err != nil {
			t.Errorf("%q: %d, %v", user, got, err)
		}
	}
}

func TestRevocations(t *testing.T) {
	db := open(t, vfs.NewMem())
	all := []Revocation{{TokenID: "a", Before: 1, Until: 2}, {TokenID: "b"}, {User: "a", Before: 3, Until: 4}}
	write(t, db, func(b *Batch) {
		for _, r := range all {
			b.PutRevocation(r)
		}
	})
	wantRevocations(t, db, all...)
	write(t, db, func(b *Batch) { b.DeleteRevocation(Revocation{TokenID: "a"}) })
	wantRevocations(t, db, all[1:]...)
	stop := errors.New("enough")
	if err := db.Revocations(func(Revocation) error { return stop }); err != stop {
		t.Error(err)
	}
}

func wantRevocations(t *testing.T, db *DB, want ...Revocation) {
	t.Helper()
	var got []Revocation
	err := db.Revocations(func(r Revocation) error { got = append(got, r); return nil })
	wantList(t, got, err, want...)
}

func TestAnswers(t *testing.T) {
	db := open(t, vfs.NewMem())
	want := Answer{Fingerprint: 1 << 63, Body: []byte(`{"code":0}`)}
	write(t, db, func(b *Batch) {
		for _, day := range []uint16{7, 8, 0xffff} {
			b.PutAnswer(day, "a", "k", want)
		}
		b.PutAnswer(8, "a", "k2", Answer{})
		b.PutDuplicate(3, "a", "k", Duplicate{}) // another kind of bucket
		b.DropDuplicates(9)
	})
	if got, found, err := db.Answer(8, "a", "k"); !found || !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if got, found, err := db.Answer(8, "a", "k2"); !found || len(got.Body) > 0 || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if _, found, err := db.Answer(9, "a", "k"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	days, err := db.AnswerDays()
	wantList(t, days, err, 7, 8, 0xffff)
	write(t, db, func(b *Batch) { b.DropAnswers(8) })
	days, err = db.AnswerDays()
	wantList(t, days, err, 8, 0xffff)
}
