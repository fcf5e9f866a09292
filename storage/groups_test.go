package storage

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func openGroup(t *testing.T) *DB {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "group_7", Kind: 2})
		b.PutConversation(Conversation{Num: 2, ID: "group_8", Kind: 2})
		b.PutGroup(Group{Conv: 1, ID: "7"})
		b.PutGroup(Group{Conv: 2, ID: "8"})
		send(b, 1, 1, 1, 9)
	})
	return db
}

// wantList holds a page against what is expected of it.
func wantList[T any](t *testing.T, got []T, err error, want ...T) {
	t.Helper()
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// wantFound holds one record against what is expected of it; the zero record
// isn't there.
func wantFound[T comparable](t *testing.T, got T, found bool, err error, want T) {
	t.Helper()
	var none T
	if got != want || found != (want != none) || err != nil {
		t.Errorf("got %+v, %v, %v; want %+v", got, found, err, want)
	}
}

func TestRequests(t *testing.T) {
	db := openGroup(t)
	var all []Request
	for i := range 4 {
		all = append(all, Request{User: fmt.Sprint("u", i), By: "a", Text: "let me in", At: int64(i)})
	}
	write(t, db, func(b *Batch) {
		for _, r := range all {
			b.PutRequest(1, r)
		}
		b.PutRequest(2, all[0])
	})
	got, found, err := db.Request(1, "u1")
	wantFound(t, got, found, err, all[1])
	got, found, err = db.Request(1, "u")
	wantFound(t, got, found, err, Request{})
	list, err := db.Requests(1, "", 9)
	wantList(t, list, err, all...)
	list, err = db.Requests(1, "u0", 2)
	wantList(t, list, err, all[1:3]...)
	list, err = db.Requests(1, "u3", 2)
	wantList(t, list, err)
	list, err = db.Requests(1, "", 0)
	wantList(t, list, err)
	write(t, db, func(b *Batch) { b.DeleteRequest(1, "u0") })
	list, err = db.Requests(1, "", 1)
	wantList(t, list, err, all[1])
}

func TestBans(t *testing.T) {
	db := openGroup(t)
	all := []Ban{{"u0", "a", 1}, {"u1", "a", 2}, {"u10", "b", 3}}
	write(t, db, func(b *Batch) {
		for _, ban := range all {
			b.PutBan(1, ban)
		}
		b.PutBan(2, all[0])
	})
	got, found, err := db.Ban(1, "u10")
	wantFound(t, got, found, err, all[2])
	got, found, err = db.Ban(2, "u1")
	wantFound(t, got, found, err, Ban{})
	list, err := db.Bans(1, "u0", 9)
	wantList(t, list, err, all[1:]...)
	write(t, db, func(b *Batch) { b.DeleteBan(1, "u1") })
	list, err = db.Bans(1, "", 9)
	wantList(t, list, err, all[0], all[2])
}

func TestReactions(t *testing.T) {
	db := openGroup(t)
	all := []Reaction{{"a", "+1", 1}, {"a", "👍", 2}, {"al", "+1", 3}, {"b", "-1", 4}}
	write(t, db, func(b *Batch) {
		for _, r := range all {
			b.PutReaction(1, 5, r)
		}
		b.PutReaction(1, 4, all[0])
		b.PutReaction(1, 6, all[0])
	})
	for emoji, want := range map[string]bool{"👍": true, "-1": false} {
		if got, err := db.Reacted(1, 5, "a", emoji); got != want || err != nil {
			t.Errorf("%s: %v, %v", emoji, got, err)
		}
	}
	list, err := db.Reactions(1, 5, "", "", 9)
	wantList(t, list, err, all...)
	list, err = db.Reactions(1, 5, "a", "+1", 2)
	wantList(t, list, err, all[1:3]...)
	list, err = db.Reactions(1, 5, "a", "👍", 9)
	wantList(t, list, err, all[2:]...)
	write(t, db, func(b *Batch) { b.DeleteReaction(1, 5, "a", "+1") })
	list, err = db.Reactions(1, 5, "", "", 9)
	wantList(t, list, err, all[1:]...)
	write(t, db, func(b *Batch) { b.DeleteReactions(1, 5) })
	list, err = db.Reactions(1, 5, "", "", 9)
	wantList(t, list, err)
	for _, seq := range []uint64{4, 6} {
		list, err = db.Reactions(1, seq, "", "", 9)
		wantList(t, list, err, all[0])
	}
}

func TestExpiries(t *testing.T) {
	db := openGroup(t)
	all := []Expiry{{5, 1, 9}, {10, 1, 2}, {10, 1, 3}, {1 << 41, 1, 1}}
	write(t, db, func(b *Batch) {
		for _, i := range []int{3, 1, 0, 2} {
			b.PutExpiry(all[i])
		}
	})
	for now, want := range map[int64][]Expiry{
		-1: nil, 0: nil, 4: nil, 5: all[:1], 9: all[:1], 10: all[:3], 1 << 62: all, 1<<63 - 1: all,
	} {
		list, err := db.Expired(now, 9)
		wantList(t, list, err, want...)
	}
	list, err := db.Expired(10, 2)
	wantList(t, list, err, all[:2]...)
	write(t, db, func(b *Batch) { b.DeleteExpiry(all[0]); b.DeleteExpiry(all[1]) })
	list, err = db.Expired(1<<62, 9)
	wantList(t, list, err, all[2:]...)
}

func TestDissolving(t *testing.T) {
	db := openGroup(t)
	write(t, db, func(b *Batch) { b.PutDissolving(2); b.PutDissolving(1) })
	list, err := db.Dissolving()
	wantList(t, list, err, 1, 2)
	write(t, db, func(b *Batch) { b.DeleteDissolving(1) })
	list, err = db.Dissolving()
	wantList(t, list, err, 2)
}
