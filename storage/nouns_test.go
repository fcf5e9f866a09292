package storage

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// send puts n entries of 1 … n bytes into a conversation, the ids being
// consecutive from id on. Every seventh entry of a conversation is an event.
func send(b *Batch, conv, seq, id uint64, n int) {
	msgs := make([]Message, n)
	places := make([]Place, n)
	for i := range msgs {
		k := uint64(i)
		msgs[i] = Message{
			ID: id + k, Seq: seq + k, Time: int64(1000 + k%7), From: fmt.Sprint("user", k%3),
			Content: make([]byte, 1+i),
		}
		if i%5 == 0 {
			msgs[i].Type, msgs[i].Flags = "image", uint8(i)
		}
		switch {
		case isEventSeq(seq + k):
			msgs[i].Event, msgs[i].Ref = true, seq+k-1
		case i%5 == 1:
			msgs[i].Extra, msgs[i].Expires = []byte(`"reply_to":"1"`), 5000
		}
		places[i] = Place{ID: id + k, Conv: conv, Seq: seq + k}
	}
	b.AppendMessages(conv, countTo(seq-1), msgs)
	b.PutPlaces(places)
}

func isEventSeq(seq uint64) bool { return seq%7 == 0 }

// countTo is how many of the entries up to a seq send makes messages.
func countTo(seq uint64) uint64 { return seq - seq/7 }

func seqs(t *testing.T, db *DB, conv, from, to uint64) []uint64 {
	t.Helper()
	var got []uint64
	err := db.Messages(conv, from, to, func(m *Message) error {
		if len(m.Content) == 0 || m.ID == 0 || m.From == "" {
			t.Errorf("message %+v", m)
		}
		got = append(got, m.Seq)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return got
}

func TestMessages(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) {
		for n := range uint64(3) {
			b.PutConversation(Conversation{Num: n + 1, ID: fmt.Sprint("c", n+1)})
		}
		send(b, 1, 1, 100, 70) // three runs
		send(b, 3, 1, 200, 1)
	})
	write(t, db, func(b *Batch) { send(b, 1, 71, 300, 1) })
	write(t, db, func(b *Batch) { send(b, 1, 72, 301, 300) }) // places in two rows, some runs full by size
	const last = 371
	for _, c := range []struct{ conv, from, to, first, last uint64 }{
		{1, 1, last, 1, last},
		{1, 1, 1, 1, 1},
		{1, 20, 39, 20, 39},
		{1, 33, 64, 33, 64},
		{1, 352, last + 100, 352, last},
		{1, 5, ^uint64(0), 5, last},
		{1, last + 1, last + 20, 1, 0},
		{1, 0, 5, 1, 0},
		{1, 6, 5, 1, 0},
		{2, 1, 100, 1, 0},
		{3, 1, 100, 1, 1},
	} {
		var want []uint64
		for s := c.first; s <= c.last; s++ {
			want = append(want, s)
		}
		if got := seqs(t, db, c.conv, c.from, c.to); !reflect.DeepEqual(got, want) {
			t.Errorf("%d: %d…%d: %v", c.conv, c.from, c.to, got)
		}
	}
	for conv, want := range map[uint64]uint64{1: last, 2: 0, 3: 1, 4: 0} {
		if got, err := db.LastSeq(conv); got != want || err != nil {
			t.Errorf("last seq of %d: %d, %v", conv, got, err)
		}
	}
	if id, err := db.LastID(); id != 600 || err != nil {
		t.Errorf("last id %d, %v", id, err)
	}
	if c := verify(t, db); c.Messages != countTo(371)+1 || c.Events != 53 || c.Places != 372 {
		t.Errorf("%+v", c)
	}
}

func TestMessagesStopsOnError(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		send(b, 1, 1, 100, 70)
	})
	stop, n := errors.New("enough"), 0
	err := db.Messages(1, 1, 70, func(*Message) error {
		if n++; n == 40 {
			return stop
		}
		return nil
	})
	if err != stop || n != 40 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestPlace(t *testing.T) {
	db := open(t, vfs.NewMem())
	if _, found, err := db.Place(5); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		send(b, 1, 1, 1000, 600)
	})
	write(t, db, func(b *Batch) { send(b, 1, 601, 2000, 2) })
	for id, want := range map[uint64]uint64{1000: 1, 1255: 256, 1256: 257, 1599: 600, 2000: 601, 2001: 602, 999: 0, 1600: 0, 1999: 0, 2002: 0} {
		p, found, err := db.Place(id)
		if found != (want > 0) || found && p != (Place{id, 1, want}) || err != nil {
			t.Errorf("place of %d: %+v, %v, %v", id, p, found, err)
		}
	}
}

func TestDuplicates(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		send(b, 1, 1, 1, 9)
		for i, d := range []uint16{7, 8, 8, 0xffff} {
			b.PutDuplicate(d, "al", fmt.Sprint("c\x00", i), Duplicate{1, uint64(i) + 1, 1 << 63})
		}
	})
	if d, found, err := db.Duplicate(8, "al", "c\x001"); !found || d != (Duplicate{1, 2, 1 << 63}) || err != nil {
		t.Errorf("%+v, %v, %v", d, found, err)
	}
	for _, k := range [][2]string{{"a", "lc\x001"}, {"al", "c\x000"}, {"al", ""}} {
		if _, found, err := db.Duplicate(8, k[0], k[1]); found || err != nil {
			t.Errorf("%q: %v, %v", k, found, err)
		}
	}
	wantDays(t, db, 7, 8, 0xffff)
	var got []string
	err := db.Duplicates(8, func(sender, cid string, d Duplicate) error {
		got = append(got, sender+"/"+cid)
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, []string{"al/c\x001", "al/c\x002"}) {
		t.Errorf("%q, %v", got, err)
	}
	write(t, db, func(b *Batch) { b.DropDuplicates(8) })
	wantDays(t, db, 8, 0xffff)
	write(t, db, func(b *Batch) { b.DropDuplicates(0xffff) })
	wantDays(t, db, 0xffff)
}

func wantDays(t *testing.T, db *DB, want ...uint16) {
	t.Helper()
	if days, err := db.DuplicateDays(); !reflect.DeepEqual(days, want) || err != nil {
		t.Errorf("days %v, %v; want %v", days, err, want)
	}
}

func TestConversations(t *testing.T) {
	db := open(t, vfs.NewMem())
	c := Conversation{Num: 300, ID: "single_a:b", Kind: 1}
	write(t, db, func(b *Batch) { b.PutConversation(c) })
	if got, found, err := db.Conversation(c.ID); got != c || !found || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if got, found, err := db.ConversationByNum(300); got != c || !found || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if _, found, err := db.Conversation("single_a"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	if _, found, err := db.ConversationByNum(301); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	if n, err := db.LastConversation(); n != 300 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestGroup(t *testing.T) {
	db := open(t, vfs.NewMem())
	g := Group{Conv: 1, ID: "7", Name: "seven", Owner: "m0", MaxMembers: 500, Members: 5, CreatedAt: 1 << 41, Flags: 3, Announcement: "hear", MentionSeq: 2}
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "group_7", Kind: 2})
		send(b, 1, 1, 1, 2)
		b.PutGroup(g)
		for i := range 5 {
			u := fmt.Sprint("m", i)
			b.PutMember(1, Member{User: u, Role: uint8(i), JoinSeq: 1, JoinedAt: 5, MutedUntil: int64(i), Flags: 1})
			b.PutSession(Session{User: u, Conv: 1, Kind: 2, JoinSeq: 1})
		}
	})
	if got, found, err := db.Group(1); got != g || !found || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	want := Member{User: "m3", Role: 3, JoinSeq: 1, JoinedAt: 5, MutedUntil: 3, Flags: 1}
	if got, found, err := db.Member(1, "m3"); got != want || !found || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if _, found, err := db.Member(1, "m"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	wantMembers(t, db, "", 9, "m0", "m1", "m2", "m3", "m4")
	wantMembers(t, db, "m1", 2, "m2", "m3")
	wantMembers(t, db, "m33", 2, "m4")
	wantMembers(t, db, "m4", 2)
	wantMembers(t, db, "", 0)
	write(t, db, func(b *Batch) {
		b.DeleteMember(1, "m2")
		b.PutSession(Session{User: "m2", Conv: 1, Kind: 2, JoinSeq: 1, Left: true})
		g.Members--
		b.PutGroup(g)
	})
	wantMembers(t, db, "m1", 2, "m3", "m4")
}

func wantMembers(t *testing.T, db *DB, after string, limit int, want ...string) {
	t.Helper()
	members, err := db.Members(1, after, limit)
	var got []string
	for _, m := range members {
		got = append(got, m.User)
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("members after %q: %v, %v; want %v", after, got, err, want)
	}
}

func TestSessions(t *testing.T) {
	db := open(t, vfs.NewMem())
	all := []Session{
		{User: "al", Conv: 1, Kind: 1, JoinSeq: 2, ClearedSeq: 3, AckSeq: 4, ReadSeq: 5, SentSeq: 6},
		{User: "al", Conv: 256, Kind: 2, Left: true},
		{User: "al", Conv: 257, MentionSeq: 1, HiddenSeq: 2, PinnedAt: 1 << 41, Flags: 3},
		{User: "alf", Conv: 1},
		{User: "b", Conv: 1},
	}
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		b.PutConversation(Conversation{Num: 256, ID: "d"})
		b.PutConversation(Conversation{Num: 257, ID: "e"})
		send(b, 1, 1, 1, 6)
		send(b, 257, 1, 7, 2)
		for _, s := range all {
			b.PutSession(s)
		}
	})
	if got, found, err := db.Session("al", 1); got != all[0] || !found || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if _, found, err := db.Session("al", 2); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	var got []Session
	if err := db.Sessions("al", func(s Session) error { got = append(got, s); return nil }); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, all[:3]) {
		t.Errorf("%+v", got)
	}
}
