package storage

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// openWith opens a database with keys, the first of which is the current one.
func openWith(t testing.TB, fs vfs.FS, ids ...string) (*DB, error) {
	o := options(t, fs)
	o.Keys = nil
	for _, id := range ids {
		o.Keys = append(o.Keys, testKey(id))
	}
	return Open(o)
}

func mustOpenWith(t testing.TB, fs vfs.FS, ids ...string) *DB {
	t.Helper()
	db, err := openWith(t, fs, ids...)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// inOpening does something with a database that is open only meanwhile.
func inOpening(t testing.TB, fs vfs.FS, ids []string, do func(*DB)) {
	t.Helper()
	db := mustOpenWith(t, fs, ids...)
	do(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// putEntries puts entries into conversation 1, with ids that are their seqs.
func putEntries(b *Batch, first, last uint64) {
	if first == 1 {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
	}
	b.AppendMessages(1, countTo(first-1), entries(first, last))
	var places []Place
	for seq := first; seq <= last; seq++ {
		places = append(places, Place{ID: seq, Conv: 1, Seq: seq})
	}
	b.PutPlaces(places)
}

// wantEntries holds conversation 1 against what putEntries has put there.
func wantEntries(t testing.TB, db *DB, last uint64) {
	t.Helper()
	want, next := entries(1, last), 0
	err := db.Messages(1, 1, last+1, func(m *Message) error {
		if next == len(want) || !equalMessages([]Message{*m}, want[next:next+1]) {
			t.Errorf("message %d: %+v", next+1, m)
		}
		next++
		return nil
	})
	if next != len(want) || err != nil {
		t.Errorf("%d messages, %v; want %d", next, err, last)
	}
}

func wantProblem(t testing.TB, db *DB, want string) {
	t.Helper()
	var problems []string
	if _, err := db.Verify(func(p Problem) { problems = append(problems, p.String()) }); err != nil {
		t.Error(err)
	}
	if !strings.Contains(strings.Join(problems, "\n"), want) {
		t.Errorf("no %q in %q", want, problems)
	}
}

func wantKeyIDs(t testing.TB, db *DB, want ...string) {
	t.Helper()
	if got, err := db.KeyIDs(); !slices.Equal(got, want) || err != nil {
		t.Errorf("key ids %q, %v; want %q", got, err, want)
	}
}

// A database opens with the keys it was written with, and says which it misses.
func TestOpenNeedsKeys(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"b"}, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 10) }) })
	inOpening(t, fs, []string{"a", "b"}, func(db *DB) {
		write(t, db, func(b *Batch) { putEntries(b, 11, 20) })
		wantKeyIDs(t, db, "a", "b")
	})
	for want, ids := range map[string][]string{
		`needs the key with the id "a" and that with the id "b"`: {},
		`needs the key with the id "b"`:                          {"a", "c"},
		`needs the key with the id "a"`:                          {"b"},
	} {
		if _, err := openWith(t, fs, ids...); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", ids, err)
		}
	}
	inOpening(t, fs, []string{"b", "c", "a"}, func(db *DB) {
		wantEntries(t, db, 20)
		if c := verify(t, db); c.Runs != 2 || c.Sealed != 2 || c.DataKeys != 2 || c.UnusedKeys != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestOpenWithWrongKey(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) { write(t, db, func(b *Batch) { putEntries(b, 1, 10) }) })
	o := options(t, fs)
	o.Keys = []Key{{ID: "a", Secret: testKey("b").Secret}}
	_, err := Open(o)
	if want := `key "a" isn't the one that data key 1 was sealed with`; !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	for _, keys := range [][]Key{{testKey("a"), testKey("a")}, {{}}, {{ID: "A"}}} {
		o.Keys = keys
		if _, err := Open(o); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", keys, err)
		}
	}
}

// An opening that writes no messages makes no key, and the first key is what
// keeps older programs away.
func TestDataKeyIsMadeForTheFirstRun(t *testing.T) {
	fs := vfs.NewMem()
	for range 3 {
		inOpening(t, fs, []string{"a"}, func(db *DB) {
			write(t, db, func(b *Batch) { b.PutConversation(Conversation{Num: 1, ID: "c"}) })
			if c := verify(t, db); c.DataKeys != 0 {
				t.Errorf("%+v", c)
			}
			wantSchema(t, db, schemaVersion)
		})
	}
	inOpening(t, fs, nil, func(*DB) {})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		write(t, db, func(b *Batch) { putEntries(b, 1, 100) })
		if c := verify(t, db); c.DataKeys != 1 || c.Sealed != 4 {
			t.Errorf("%+v", c)
		}
		wantSchema(t, db, schemaSealed)
	})
}

func wantSchema(t testing.TB, db *DB, want byte) {
	t.Helper()
	if got, _, err := db.System(systemSchema); !slices.Equal(got, []byte{want}) || err != nil {
		t.Errorf("schema %v, %v; want %d", got, err, want)
	}
}

// A data key that has sealed enough is followed by the next.
func TestDataKeyIsUsedUp(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		db.keys.seals = 3
		write(t, db, func(b *Batch) { putEntries(b, 1, 320) })
		wantEntries(t, db, 320)
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		wantEntries(t, db, 320)
		if c := verify(t, db); c.Runs != 10 || c.DataKeys != 4 {
			t.Errorf("%+v", c)
		}
	})
}

// Many that seal at once make one data key.
func TestDataKeyIsMadeOnce(t *testing.T) {
	db := mustOpenWith(t, vfs.NewMem(), "a")
	defer db.Close()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			b := db.NewBatch()
			defer b.Close()
			if putEntries(b, 1, 10); b.Err() != nil {
				t.Error(b.Err())
			}
		})
	}
	wg.Wait()
	if err := db.keys.renew(nil); err != nil { // of one that came too late
		t.Error(err)
	}
	if c := verify(t, db); c.DataKeys != 1 || c.UnusedKeys != 1 {
		t.Errorf("%+v", c)
	}
}

// What a row of a data key says can't be changed without its being noticed.
func TestDataKeyAltered(t *testing.T) {
	master := testKey("a")
	key := appendNumberKey(nil, prefixDataKey, 5)
	d := newDataKey(5, "a", testKey("data").Secret, false)
	value := appendDataKey(nil, d, master)
	row, err := decodeDataKey(key, value)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := row.open(master); err != nil || again.secret != d.secret || again.only || again.number != 5 {
		t.Errorf("%+v, %v", again, err)
	}
	for name, row := range map[string][]byte{"key": key, "value": value} {
		for i := range len(row) * 8 {
			row[i/8] ^= 1 << (i % 8)
			if r, err := decodeDataKey(key, value); err == nil {
				if _, err := r.open(master); err == nil {
					t.Errorf("bit %d of the %s may change", i, name)
				}
			}
			row[i/8] ^= 1 << (i % 8)
		}
	}
}

func TestDataKeyGone(t *testing.T) {
	fs := vfs.NewMem()
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		write(t, db, func(b *Batch) { putEntries(b, 1, 10) })
		write(t, db, func(b *Batch) { b.deleteDataKey(1) })
		wantProblem(t, db, "sealed under data key 1, which is gone")
	})
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		wantCorrupt(t, db.Messages(1, 1, 10, func(*Message) error { return nil }))
		wantProblem(t, db, "sealed under a data key that is gone")
		write(t, db, func(b *Batch) { _ = b.p.Set(appendNumberKey(nil, prefixDataKey, 1), []byte{1}, nil) })
		wantProblem(t, db, "bad data key")
	})
	_, err := openWith(t, fs, "a")
	wantCorrupt(t, err)
}

// In a database that was always encrypted nothing in the clear is believed.
func TestPlainRunIsNotBelieved(t *testing.T) {
	fs := vfs.NewMem()
	forged := appendRun(nil, 0, entries(1, 10))
	forge := func(b *Batch) { _ = b.p.Set(appendRunKey(nil, 1, 10), forged, nil) }
	for range 2 {
		inOpening(t, fs, []string{"a"}, func(db *DB) {
			write(t, db, func(b *Batch) { putEntries(b, 1, 10) })
			wantEntries(t, db, 10)
			write(t, db, forge)
			wantCorrupt(t, db.Messages(1, 1, 10, func(*Message) error { return nil }))
			wantProblem(t, db, "run in the clear")
		})
	}
}
