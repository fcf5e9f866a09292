package storage

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// testRing has one data key and no database.
func testRing() (*keyring, *dataKey) {
	ring, d := new(keyring), newDataKey(1, "a", testKey("data").Secret, false)
	ring.add(d)
	return ring, d
}

func TestSealedRoundTrip(t *testing.T) {
	ring, d := testRing()
	var x box
	rapid.Check(t, func(t *rapid.T) {
		msgs := drawMessages(t)
		base := rapid.Uint64Range(0, msgs[0].Seq-1).Draw(t, "base")
		nonce := rapid.Uint64().Draw(t, "nonce")
		key := appendRunKey(nil, rapid.Uint64Range(1, 1<<60).Draw(t, "conv"), msgs[len(msgs)-1].Seq)
		value := x.appendSealedRun([]byte("before"), d, nonce, key, base, msgs)[len("before"):]
		got, err := decodeRun(ring, key, value)
		if err != nil {
			t.Fatal(err)
		}
		if got.Base != base || !equalMessages(got.Messages, msgs) {
			t.Fatalf("got %+v, want %d, %+v", got, base, msgs)
		}
		for _, m := range msgs {
			if len(m.Content) > 8 && bytes.Contains(value, m.Content) {
				t.Fatalf("content %x is in %x", m.Content, value)
			}
		}
	})
}

// sealedRow is a row with two sealed messages.
func sealedRow(d *dataKey) (key, value []byte) {
	key = appendRunKey(nil, 7, 300)
	msgs := []Message{
		{ID: 5, Seq: 299, From: "a", Content: []byte("hi")},
		{ID: 6, Seq: 300, Time: 5, Event: true, Ref: 299, Extra: []byte("e")},
	}
	return key, new(box).appendSealedRun(nil, d, 3, key, 200, msgs)
}

// No bit of a sealed row may change, neither of its key.
func TestSealedRowAltered(t *testing.T) {
	ring, d := testRing()
	key, value := sealedRow(d)
	if _, err := decodeRun(ring, key, value); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string][]byte{"key": key, "value": value} {
		for i := range len(row) * 8 {
			row[i/8] ^= 1 << (i % 8)
			if _, err := decodeRun(ring, key, value); !errors.Is(err, ErrCorrupt) {
				t.Errorf("bit %d of the %s: %v", i, name, err)
			}
			row[i/8] ^= 1 << (i % 8)
		}
	}
	for n := range value {
		if _, err := decodeRun(ring, key, value[:n]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	_, err := decodeRun(ring, key, append(value, 0))
	wantCorrupt(t, err)
}

// A header that reads the same but is written otherwise is another header.
func TestSealedHeaderAltered(t *testing.T) {
	ring, d := testRing()
	key, value := sealedRow(d)
	msgs := make([]Message, 2)
	head := len(appendRunHeader(nil, sealedRunVersion, 200, msgs))
	for name, header := range map[string][]byte{
		"base":  appendRunHeader(nil, sealedRunVersion, 201, msgs),
		"count": appendRunHeader(nil, sealedRunVersion, 200, msgs[:1]),
	} {
		if _, err := decodeRun(ring, key, append(header, value[head:]...)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := newDataKey(2, "a", testKey("data").Secret, false) // even of the same secret
	ring.add(other)
	value[head] = 2
	_, err := decodeRun(ring, key, value)
	wantCorrupt(t, err)
}

// What is stored is AES-256-GCM as it is described, opened here by hand, and
// another nonce makes other bytes of the same entries.
func TestSealedRowIsAsDescribed(t *testing.T) {
	secret := testKey("data").Secret
	key := appendRunKey(nil, 7, 300)
	msgs := []Message{{ID: 5, Seq: 300, From: "a", Content: []byte("hi")}}
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	const head = 6
	for nonce := range byte(3) {
		value := new(box).appendSealedRun(nil, newDataKey(9, "a", secret, false), uint64(nonce), key, 200, msgs)
		if want := []byte{3, 1, 200, 1, 9, nonce}; !bytes.Equal(value[:head], want) {
			t.Fatalf("header %v, want %v", value[:head], want)
		}
		aad := append(bytes.Clone(key), value[:head]...)
		plain, err := aead.Open(nil, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, nonce}, value[head:], aad)
		if err != nil || !bytes.Equal(plain, appendEntries(nil, msgs)) {
			t.Errorf("nonce %d: %v, %v", nonce, plain, err)
		}
	}
}

// A row that has been moved in the database isn't believed, by any read.
func TestSealedRowMoved(t *testing.T) {
	for name, to := range map[string][]byte{
		"another seq": appendRunKey(nil, 1, 64), "another conversation": appendRunKey(nil, 2, 32),
	} {
		t.Run(sealedTest+name, func(t *testing.T) {
			db, err := Open(options(t, vfs.NewMem()))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			write(t, db, func(b *Batch) {
				b.PutConversation(Conversation{Num: 1, ID: "c"})
				b.PutConversation(Conversation{Num: 2, ID: "d"})
				send(b, 1, 1, 1, 64)
			})
			write(t, db, func(b *Batch) { _ = b.p.Set(to, rowOf(t, db, appendRunKey(nil, 1, 32)), nil) })
			conv, last, _ := splitRunKey(to)
			wantCorrupt(t, db.Messages(conv, last-31, last, func(*Message) error { return nil }))
			_, err = db.Tail(conv)
			wantCorrupt(t, err)
			_, err = db.CountTo(conv, last)
			wantCorrupt(t, err)
			_, _, err = db.Run(conv, last)
			wantCorrupt(t, err)
			wantProblem(t, db, "it was altered, or belongs elsewhere")
		})
	}
}

func rowOf(t *testing.T, db *DB, key []byte) (value []byte) {
	t.Helper()
	found, err := get(db.p, key, func(_, v []byte) error {
		value = bytes.Clone(v)
		return nil
	})
	if !found || err != nil {
		t.Fatal(found, err)
	}
	return value
}

// Neither sealing nor opening allocates.
func TestSealingDoesNotAllocate(t *testing.T) {
	if racing {
		t.Skip("the race detector allocates")
	}
	for _, name := range []string{"plain", sealedTest + "too"} {
		t.Run(name, func(t *testing.T) {
			db := open(t, vfs.NewMem())
			write(t, db, func(b *Batch) {
				b.PutConversation(Conversation{Num: 1, ID: "c"})
				send(b, 1, 1, 1, 200)
			})
			b := db.NewBatch()
			defer b.Close()
			msgs := entries(1, 100)
			if n := testing.AllocsPerRun(100, func() {
				b.Reset()
				b.AppendMessages(1, 0, msgs)
			}); n != 0 {
				t.Errorf("%v allocations in sealing", n)
			}
			read := func(*Message) error { return nil }
			if n := testing.AllocsPerRun(100, func() { _ = db.Messages(1, 1, 200, read) }); n >= 1 {
				t.Errorf("%v allocations in opening", n)
			}
		})
	}
}

// A run that is given out is the caller's, whatever is read after it.
func TestSealedRunIsTheCallers(t *testing.T) {
	for _, name := range []string{"plain", sealedTest + "too"} {
		t.Run(name, func(t *testing.T) {
			db := open(t, vfs.NewMem())
			write(t, db, func(b *Batch) {
				b.PutConversation(Conversation{Num: 1, ID: "c"})
				putEntries(b, 1, 64)
			})
			first, _, err := db.Run(1, 1)
			if err != nil {
				t.Fatal(err)
			}
			if got := seqs(t, db, 1, 33, 64); len(got) != 32 {
				t.Errorf("%d messages", len(got))
			}
			if _, _, err := db.Run(1, 64); err != nil {
				t.Error(err)
			}
			if !equalMessages(first.Messages, entries(1, 32)) {
				t.Errorf("%+v", first.Messages)
			}
		})
	}
}
