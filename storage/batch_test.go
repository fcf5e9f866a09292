package storage

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestBatchRefuses(t *testing.T) {
	db := open(t, vfs.NewMem())
	for name, fill := range map[string]func(*Batch){
		"NUL in user":             func(b *Batch) { b.PutSession(Session{User: "a\x00b", Conv: 1}) },
		"empty user":              func(b *Batch) { b.PutMember(1, Member{}) },
		"NUL in member":           func(b *Batch) { b.DeleteMember(1, "\x00") },
		"NUL in sender":           func(b *Batch) { b.PutDuplicate(1, "\x00", "c", Duplicate{}) },
		"empty cid":               func(b *Batch) { b.PutDuplicate(1, "a", "", Duplicate{}) },
		"empty conversation":      func(b *Batch) { b.PutConversation(Conversation{Num: 1}) },
		"no number":               func(b *Batch) { b.PutConversation(Conversation{ID: "a"}) },
		"no conversation":         func(b *Batch) { b.AppendMessages(0, 0, []Message{{ID: 1, Seq: 1}}) },
		"seq 0":                   func(b *Batch) { b.AppendMessages(1, 0, []Message{{ID: 1}}) },
		"id over 63 bits":         func(b *Batch) { b.AppendMessages(1, 0, []Message{{ID: 1 << 63, Seq: 1}}) },
		"gap":                     func(b *Batch) { b.AppendMessages(1, 0, []Message{{ID: 1, Seq: 1}, {ID: 2, Seq: 3}}) },
		"id twice":                func(b *Batch) { b.AppendMessages(1, 0, []Message{{ID: 1, Seq: 1}, {ID: 1, Seq: 2}}) },
		"more messages than seqs": func(b *Batch) { b.AppendMessages(1, 1, []Message{{ID: 1, Seq: 1}}) },
		"empty run":               func(b *Batch) { b.PutRun(Run{Conv: 1}) },
		"long run":                func(b *Batch) { b.PutRun(Run{Conv: 1, Messages: entries(1, maxRunLen+1)}) },
		"gap in run":              func(b *Batch) { b.PutRun(Run{Conv: 1, Messages: []Message{{ID: 1, Seq: 1}, {ID: 2, Seq: 3}}}) },
		"NUL in request":          func(b *Batch) { b.PutRequest(1, Request{User: "\x00"}) },
		"no user in request":      func(b *Batch) { b.DeleteRequest(1, "") },
		"NUL in ban":              func(b *Batch) { b.PutBan(1, Ban{User: "\x00"}) },
		"no user in ban":          func(b *Batch) { b.DeleteBan(1, "") },
		"nobody blocked":          func(b *Batch) { b.PutBlock("a", Block{}) },
		"NUL in block":            func(b *Batch) { b.DeleteBlock("\x00", "a") },
		"no emoji":                func(b *Batch) { b.PutReaction(1, 1, Reaction{User: "a"}) },
		"no user in reaction":     func(b *Batch) { b.DeleteReaction(1, 1, "", "e") },
		"expiry at 0":             func(b *Batch) { b.PutExpiry(Expiry{Conv: 1, Seq: 1}) },
		"seen nobody":             func(b *Batch) { b.PutLastSeen("", 1) },
		"revokes nothing":         func(b *Batch) { b.PutRevocation(Revocation{}) },
		"revokes two":             func(b *Batch) { b.DeleteRevocation(Revocation{User: "a", TokenID: "b"}) },
		"no idempotency key":      func(b *Batch) { b.PutAnswer(1, "a", "", Answer{}) },
		"NUL in answer":           func(b *Batch) { b.PutAnswer(1, "\x00", "k", Answer{}) },
		"desk session without id": func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.ID = "" }), nil) },
		"NUL in desk session":     func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.ID = "a\x00" }), nil) },
		"nobody asks":             func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Visitor = "" }), nil) },
		"NUL in visitor":          func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Visitor = "\x00" }), nil) },
		"NUL in agent":            func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Agent = "\x00" }), nil) },
		"NUL in tag": func(b *Batch) {
			b.PutDeskSession(deskWith(func(s *DeskSession) { s.Tags = []string{"t", "\x00"} }), nil)
		},
		"empty tag":            func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Tags = []string{""} }), nil) },
		"no state":             func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.State = 0 }), nil) },
		"unknown state":        func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.State = 6 }), nil) },
		"unknown turn":         func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Turn = 3 }), nil) },
		"no desk conversation": func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.Conv = 0 }), nil) },
		"created before 1970":  func(b *Batch) { b.PutDeskSession(deskWith(func(s *DeskSession) { s.CreatedAt = -5 }), nil) },
		"in place of another":  func(b *Batch) { b.PutDeskSession(deskFull, &DeskSession{ID: "x", Conv: 1, CreatedAt: 1}) },
		"other conversation": func(b *Batch) {
			b.PutDeskSession(deskWith(func(s *DeskSession) { s.Conv++ }), &deskFull)
		},
		"other creation": func(b *Batch) {
			b.PutDeskSession(deskWith(func(s *DeskSession) { s.CreatedAt++ }), &deskFull)
		},
		"agent without id":    func(b *Batch) { b.PutDeskAgent(DeskAgent{}) },
		"NUL in skill":        func(b *Batch) { b.DeleteDeskSkill("\x00") },
		"reply without id":    func(b *Batch) { b.PutDeskReply(DeskReply{}) },
		"merge into nobody":   func(b *Batch) { b.PutDeskMerge(DeskMerge{Visitor: "v"}) },
		"visitor without id":  func(b *Batch) { b.PutDeskVisitor(DeskVisitor{}) },
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
