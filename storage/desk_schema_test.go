package storage

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The first record of the desk keeps programs away that know nothing of it.
func TestDeskRaisesSchema(t *testing.T) {
	for name, put := range map[string]func(*Batch){
		"session": func(b *Batch) { b.PutDeskSession(deskFull, nil) },
		"agent":   func(b *Batch) { b.PutDeskAgent(DeskAgent{User: "a"}) },
		"skill":   func(b *Batch) { b.PutDeskSkill(DeskSkill{ID: "k"}) },
		"reply":   func(b *Batch) { b.PutDeskReply(DeskReply{ID: "r"}) },
		"visitor": func(b *Batch) { b.PutDeskVisitor(DeskVisitor{ID: "v"}) },
		"merge":   func(b *Batch) { b.PutDeskMerge(DeskMerge{Visitor: "v", User: "u"}) },
	} {
		fs := vfs.NewMem()
		inOpening(t, fs, nil, func(db *DB) {
			write(t, db, func(b *Batch) { b.PutConversation(Conversation{Num: 1, ID: "c"}) })
			b := db.NewBatch()
			b.PutDeskAgent(DeskAgent{}) // is refused
			if err := errors.Join(db.Apply(b), b.Close()); !errors.Is(err, ErrInvalid) {
				t.Error(err)
			}
			wantSchema(t, db, schemaVersion)
			write(t, db, put)
			wantSchema(t, db, schemaDesk)
		})
		inOpening(t, fs, nil, func(db *DB) {
			write(t, db, put)
			if t.Failed() {
				t.Error(name)
			}
			wantSchema(t, db, schemaDesk)
		})
	}
}

// A database with a desk may be encrypted, whichever came first: it never falls
// back to an older schema, and its keys are needed.
func TestDeskBesideDataKeys(t *testing.T) {
	desk := func(b *Batch) { b.PutDeskAgent(DeskAgent{User: "a"}) }
	messages := func(b *Batch) { putEntries(b, 1, 10) }
	for name, order := range map[string][]func(*Batch){
		"desk first": {desk, messages}, "messages first": {messages, desk},
		"in one batch": {func(b *Batch) { desk(b); messages(b) }},
	} {
		fs := vfs.NewMem()
		for _, fill := range order {
			inOpening(t, fs, []string{"a"}, func(db *DB) { write(t, db, fill) })
		}
		inOpening(t, fs, []string{"a"}, func(db *DB) {
			write(t, db, func(b *Batch) { putEntries(b, 11, 20) }) // under a key of its own
			wantEntries(t, db, 20)
			wantSchema(t, db, schemaDesk)
			if c := verify(t, db); c.Sealed != 2 || c.DataKeys != 2 || c.DeskAgents != 1 {
				t.Errorf("%s: %+v", name, c)
			}
		})
		if _, err := openWith(t, fs); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
