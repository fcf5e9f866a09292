package storage

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestBatchRefuses(t *testing.T) {
	db := open(t, vfs.NewMem())
	for name, fill := range map[string]func(*Batch){
		"NUL in user":         func(b *Batch) { b.PutSession(Session{User: "a\x00b", Conv: 1}) },
		"empty user":          func(b *Batch) { b.PutMember(1, Member{}) },
		"NUL in member":       func(b *Batch) { b.DeleteMember(1, "\x00") },
		"NUL in sender":       func(b *Batch) { b.PutDuplicate(1, "\x00", "c", Duplicate{}) },
		"empty cid":           func(b *Batch) { b.PutDuplicate(1, "a", "", Duplicate{}) },
		"empty conversation":  func(b *Batch) { b.PutConversation(Conversation{Num: 1}) },
		"no number":           func(b *Batch) { b.PutConversation(Conversation{ID: "a"}) },
		"no conversation":     func(b *Batch) { b.AppendMessages(0, []Message{{ID: 1, Seq: 1}}) },
		"seq 0":               func(b *Batch) { b.AppendMessages(1, []Message{{ID: 1}}) },
		"id over 63 bits":     func(b *Batch) { b.AppendMessages(1, []Message{{ID: 1 << 63, Seq: 1}}) },
		"gap":                 func(b *Batch) { b.AppendMessages(1, []Message{{ID: 1, Seq: 1}, {ID: 2, Seq: 3}}) },
		"id twice":            func(b *Batch) { b.AppendMessages(1, []Message{{ID: 1, Seq: 1}, {ID: 1, Seq: 2}}) },
		"place twice":         func(b *Batch) { b.PutPlaces([]Place{{1, 1, 1}, {1, 1, 2}}) },
		"place without a seq": func(b *Batch) { b.PutPlaces([]Place{{1, 1, 0}}) },
	} {
		b := db.NewBatch()
		b.PutSystem("refused", nil)
		fill(b)
		b.PutSystem("refused too", nil)
		if err := db.Apply(b); !errors.Is(err, ErrInvalid) || b.Err() != err {
			t.Errorf("%s: %v", name, err)
		}
		b.Reset()
		if err := db.Apply(b); err != nil || !b.Empty() {
			t.Errorf("%s: after reset: %v", name, err)
		}
		b.Close()
	}
	if _, found, err := db.System("refused"); found || err != nil {
		t.Errorf("a refused batch was written: %v, %v", found, err)
	}
}

func TestBatchIsReused(t *testing.T) {
	db := open(t, vfs.NewMem())
	b := db.NewBatch()
	defer b.Close()
	for i := range uint64(5) {
		b.PutConversation(Conversation{Num: i + 1, ID: string(rune('a' + i))})
		if b.Len() != 2 || b.Size() == 0 || b.Empty() {
			t.Errorf("len %d, size %d", b.Len(), b.Size())
		}
		if err := db.Apply(b); err != nil {
			t.Fatal(err)
		}
		b.Reset()
	}
	if n, err := db.LastConversation(); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
