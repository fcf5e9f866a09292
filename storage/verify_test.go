package storage

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// sound fills a database with one of everything.
func sound(t *testing.T) *DB {
	t.Helper()
	db, err := Open(options(t, vfs.NewMem()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "single_a:b", Kind: 1})
		b.PutConversation(Conversation{Num: 2, ID: "group_7", Kind: 2})
		send(b, 1, 1, 1, 40)
		b.PutGroup(Group{Conv: 2, ID: "7", Owner: "a", Members: 1})
		b.PutMember(2, Member{User: "a", JoinSeq: 1})
		b.PutSession(Session{User: "a", Conv: 2, JoinSeq: 1})
		b.PutSession(Session{User: "b", Conv: 2, JoinSeq: 1, Left: true})
		b.PutSession(Session{User: "a", Conv: 1, JoinSeq: 1, AckSeq: 40})
		b.PutDuplicate(1, "a", "c", Duplicate{Conv: 1, Seq: 40})
		b.PutRequest(2, Request{User: "c"})
		b.PutRequest(2, Request{User: "a"})
		b.PutBan(2, Ban{User: "b"})
		b.PutBlock("a", Block{User: "b"})
		b.PutReaction(1, 40, Reaction{User: "a", Emoji: "+1"})
		b.PutExpiry(Expiry{At: 5, Conv: 1, Seq: 40})
		b.PutLastSeen("a", 5)
		b.PutRevocation(Revocation{User: "a"})
		b.PutAnswer(1, "a", "k", Answer{})
		b.PutDissolving(2)
	})
	if c := verify(t, db); c != (Counts{
		Conversations: 2, Messages: 35, Events: 5, Places: 40, Duplicates: 1, Groups: 1, Members: 1, Sessions: 3,
		Requests: 2, Bans: 1, Dissolving: 1, Blocks: 1, Reactions: 1, Expiries: 1, Seen: 1, Revoked: 1, Answers: 1, Runs: 2,
	}) {
		t.Errorf("%+v", c)
	}
	return db
}

// Verify flags every kind of damage.
func TestVerifyFlags(t *testing.T) {
	run := func(last uint64) []byte { return appendRunKey(nil, 1, last) }
	put := func(key, value []byte) func(*Batch) {
		return func(b *Batch) { _ = b.p.Set(key, value, nil) }
	}
	del := func(key []byte) func(*Batch) { return func(b *Batch) { _ = b.p.Delete(key, nil) } }
	for want, damage := range map[string]func(*Batch){
		"begins at 33 after 0":     del(run(32)),
		"40 places for 32":         del(run(40)),
		"whose place is {ID:0":     del(appendNumberKey(nil, prefixPlaces, 40)),
		"bad run header":           put(run(32), []byte{9}),
		"bad message in run":       put(run(32), append(appendRun(nil, 0, make([]Message, 32)), 0)),
		"40 places for 41":         func(b *Batch) { b.AppendMessages(1, 35, []Message{{ID: 99, Seq: 41}}) },
		"has id 3 after 40":        func(b *Batch) { b.AppendMessages(1, 35, []Message{{ID: 3, Seq: 41}}) },
		"is of message 41":         func(b *Batch) { b.PutPlaces([]Place{{99, 1, 41}}) },
		"bad places":               put(appendNumberKey(nil, prefixPlaces, 40), []byte{1, 39, 1}),
		"places end before":        put(appendNumberKey(nil, prefixPlaces, 40), []byte{1, 39, 1, 1}),
		"conversation 9 doesn't":   func(b *Batch) { send(b, 9, 1, 99, 1) },
		"doesn't name it":          del(appendNumberKey(nil, prefixNumber, 1)),
		"names a conversation":     del(appendTextKey(nil, prefixConversation, "group_7")),
		"bad conversation":         put(appendTextKey(nil, prefixConversation, "x"), []byte{1, 2}),
		"says 1 members more":      func(b *Batch) { b.PutGroup(Group{Conv: 2, Members: 2}) },
		"says -1 members more":     func(b *Batch) { b.PutGroup(Group{Conv: 2, Members: 0}) },
		"member of no group":       func(b *Batch) { b.DeleteGroup(2) },
		"member without a session": del(appendSessionKey(nil, "a", 2)),
		"without a member":         func(b *Batch) { b.PutSession(Session{User: "b", Conv: 2}) },
		"beyond the last seq 40":   func(b *Batch) { b.PutSession(Session{User: "a", Conv: 1, ReadSeq: 41}) },
		"before it, not 28":        func(b *Batch) { b.PutRun(Run{Conv: 1, Base: 27, Messages: entries(33, 40)}) },
		"before it, not 35":        func(b *Batch) { b.AppendMessages(1, 34, []Message{{ID: 99, Seq: 41}}) },
		"refers to message 43, but the last is 42": func(b *Batch) {
			b.AppendMessages(1, 35, []Message{{ID: 99, Seq: 41, Ref: 43}, {ID: 100, Seq: 42, Ref: 42}})
		},
		"mention in message 1, but": func(b *Batch) { b.PutGroup(Group{Conv: 2, Members: 1, MentionSeq: 1}) },
		"MentionSeq:41":             func(b *Batch) { b.PutSession(Session{User: "a", Conv: 1, MentionSeq: 41}) },
		"HiddenSeq:41":              func(b *Batch) { b.PutSession(Session{User: "a", Conv: 1, HiddenSeq: 41}) },
		`user="c": belongs to no`:   func(b *Batch) { b.PutRequest(1, Request{User: "c"}) },
		`user="d": belongs to no`:   func(b *Batch) { b.PutBan(1, Ban{User: "d"}) },
		"is a member all the same":  func(b *Batch) { b.PutBan(2, Ban{User: "a"}) },
		"dissolving conv=3: conv":   func(b *Batch) { b.PutDissolving(3) },
		"of message 42, but":        func(b *Batch) { b.PutReaction(1, 42, Reaction{User: "a", Emoji: "e"}) },
		"reaction conv=3 seq=1":     func(b *Batch) { b.PutReaction(3, 1, Reaction{User: "a", Emoji: "e"}) },
		"of message 43, but":        func(b *Batch) { b.PutExpiry(Expiry{At: 5, Conv: 1, Seq: 43}) },
		"expiry at=5 conv=3 seq=1":  func(b *Batch) { b.PutExpiry(Expiry{At: 5, Conv: 3, Seq: 1}) },
		"bad request":               put(appendUserKey(nil, prefixRequest, 2, "d"), []byte{1}),
		"bad ban":                   put(appendUserKey(nil, prefixBan, 2, "d"), []byte{1}),
		"bad block":                 put([]byte("ka\x00"), []byte{1, 0}),
		"bad reaction":              put(appendReactionKey(nil, 1, 1, "a", ""), []byte{1, 0}),
		"bad expiry":                put(appendExpiryKey(nil, Expiry{Conv: 1, Seq: 1}), []byte{1}),
		"bad last seen":             put([]byte("ab"), []byte{1}),
		"bad revocation":            put([]byte("tv1"), []byte{1, 0, 0}),
		"bad answer":                put(appendAnswerKey(nil, 1, "a", ""), []byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
		"bad dissolving group":      put(appendNumberKey(nil, prefixDissolving, 1), nil),
		"beyond the last seq 0":     func(b *Batch) { b.PutSession(Session{User: "b", Conv: 2, JoinSeq: 2, Left: true}) },
		"bad session":               put(appendSessionKey(nil, "a", 1), []byte{2, 4, 0, 0, 0, 0, 0, 0}),
		"bad group":                 put(appendNumberKey(nil, prefixGroup, 2), nil),
		"bad member":                put(appendMemberKey(nil, 2, "a"), []byte{1}),
		"of message 41, but":        func(b *Batch) { b.PutDuplicate(1, "a", "d", Duplicate{Conv: 1, Seq: 41}) },
		"bad duplicate":             put(appendDuplicateKey(nil, 1, "a", "d"), []byte{1, 1, 1}),
		"unknown kind of record":    put([]byte("yak"), nil),
		"bad key":                   put(appendNumberKey(nil, prefixRun, 1), nil),
	} {
		db := sound(t)
		write(t, db, damage)
		var problems []string
		if _, err := db.Verify(func(p Problem) { problems = append(problems, p.String()) }); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if !strings.Contains(strings.Join(problems, "\n"), want) {
			t.Errorf("no %q in %q", want, problems)
		}
	}
}

// entries are what send makes of the seqs first … last with the same ids.
func entries(first, last uint64) (msgs []Message) {
	for seq := first; seq <= last; seq++ {
		msgs = append(msgs, Message{ID: seq, Seq: seq, From: "a", Content: []byte("x"), Event: isEventSeq(seq)})
	}
	return msgs
}

// A run that is missing or damaged is an error of the read that comes across it.
func TestReadsReportDamage(t *testing.T) {
	db := sound(t)
	key := appendRunKey(nil, 1, 32)
	all := func() error { return db.Messages(1, 1, 40, func(*Message) error { return nil }) }
	write(t, db, func(b *Batch) { _ = b.p.Delete(key, nil) })
	wantCorrupt(t, all())
	write(t, db, func(b *Batch) { _ = b.p.Set(key, []byte{2, 32, 0, 0}, nil) })
	wantCorrupt(t, all())
	overlap := make([]Message, 20)
	for i := range overlap {
		overlap[i].ID = uint64(i) + 1
	}
	write(t, db, func(b *Batch) { send(b, 1, 1, 1, 32) })
	write(t, db, func(b *Batch) { _ = b.p.Set(appendRunKey(nil, 1, 40), appendRun(nil, 0, overlap), nil) })
	wantCorrupt(t, all())
	write(t, db, func(b *Batch) {
		_ = b.p.Set(appendNumberKey(nil, prefixPlaces, 40), nil, nil)
		_ = b.p.Set(appendNumberKey(nil, prefixNumber, 7), []byte("single_a:b"), nil)
		_ = b.p.Set(appendSessionKey(nil, "a", 1), binary.AppendUvarint([]byte{2, 0}, 1<<40), nil)
	})
	_, _, err := db.Place(35)
	wantCorrupt(t, err)
	_, _, err = db.ConversationByNum(7)
	wantCorrupt(t, err)
	_, _, err = db.Session("a", 1)
	wantCorrupt(t, err)
	wantCorrupt(t, db.Sessions("a", func(Session) error { return nil }))
}

// A flipped bit in a table is reported, and doesn't end the process.
func TestFlippedBit(t *testing.T) {
	fs := vfs.NewMem()
	db, err := Open(options(t, fs))
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		send(b, 1, 1, 1, 500)
	})
	if err := db.p.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	flipTables(t, fs)
	o, reported := options(t, fs), 0
	o.OnCorruption = func(error) { reported++ }
	if db, err = Open(o); err != nil {
		t.Fatal(err)
	}
	wantCorrupt(t, db.Messages(1, 1, 500, func(*Message) error { return nil }))
	problems := 0
	if _, err := db.Verify(func(Problem) { problems++ }); err != nil || problems == 0 {
		t.Errorf("%d problems, %v", problems, err)
	}
	if reported == 0 || db.Metrics().Corruptions == 0 {
		t.Error("not reported")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// flipTables flips a bit in the middle of the first block of every table.
func flipTables(t *testing.T, fs vfs.FS) {
	t.Helper()
	names, err := fs.List("/a/data")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, ".sst") {
			continue
		}
		f, err := fs.OpenReadWrite("/a/data/"+name, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		var b [1]byte
		if _, err := f.ReadAt(b[:], 1000); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1
		if _, err := f.WriteAt(b[:], 1000); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func wantCorrupt(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("not ErrCorrupt: %v", err)
	}
}
