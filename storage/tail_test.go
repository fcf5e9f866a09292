package storage

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// The end of a conversation, counts and positions are those that counting
// every entry gives, whatever the runs are like.
func TestTail(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := Open(options(t, vfs.NewMem()))
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		var all []Message
		write(t, db, func(b *Batch) { send(b, 2, 1, 1000, 9) }) // neighbours
		for range rapid.IntRange(0, 8).Draw(rt, "batches") {
			msgs := drawEntries(rt, all)
			write(t, db, func(b *Batch) { b.AppendMessages(1, readable(all), msgs) })
			all = append(all, msgs...)
			wantTail(rt, db, all)
		}
		wantCounts(rt, db, all)
	})
}

func drawEntries(t *rapid.T, before []Message) []Message {
	var id uint64
	if len(before) > 0 {
		id = before[len(before)-1].ID
	}
	msgs := make([]Message, rapid.IntRange(1, 70).Draw(t, "n"))
	for i := range msgs {
		id += rapid.Uint64Range(1, 3).Draw(t, "delta")
		msgs[i] = Message{ID: id, Seq: uint64(len(before)+i) + 1, Event: rapid.Bool().Draw(t, "event")}
	}
	return msgs
}

func wantTail(t *rapid.T, db *DB, all []Message) {
	end := all[len(all)-1]
	want := Tail{Seq: end.Seq, ID: end.ID, Count: readable(all)}
	if got, err := db.Tail(1); got != want || err != nil {
		t.Fatalf("tail %+v, %v; want %+v", got, err, want)
	}
}

func wantCounts(t *rapid.T, db *DB, all []Message) {
	for seq := range len(all) + 3 {
		want := readable(all[:min(seq, len(all))])
		if got, err := db.CountTo(1, uint64(seq)); got != want || err != nil {
			t.Fatalf("%d messages up to %d, %v; want %d", got, seq, err, want)
		}
	}
	id := uint64(0)
	for i := range all {
		for ; id < all[i].ID; id++ {
			wantSeqAfter(t, db, id, all[i].Seq)
		}
	}
	wantSeqAfter(t, db, id, uint64(len(all))+1)
	wantSeqAfter(t, db, id+1, uint64(len(all))+1)
}

func wantSeqAfter(t *rapid.T, db *DB, id, want uint64) {
	if got, err := db.SeqAfter(1, id); got != want || err != nil {
		t.Fatalf("seq after id %d: %d, %v; want %d", id, got, err, want)
	}
}

func TestTailOfEmptyConversation(t *testing.T) {
	db := open(t, vfs.NewMem())
	if got, err := db.Tail(1); got != (Tail{}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := db.CountTo(1, 5); got != 0 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if got, err := db.SeqAfter(1, 5); got != 1 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}

func TestTailReportsDamage(t *testing.T) {
	db := sound(t)
	write(t, db, func(b *Batch) { _ = b.p.Delete(appendRunKey(nil, 1, 32), nil) })
	_, err := db.CountTo(1, 5)
	wantCorrupt(t, err)
	_, err = db.SeqAfter(1, 5)
	wantCorrupt(t, err)
	_, _, err = db.Run(1, 5)
	wantCorrupt(t, err)
	write(t, db, func(b *Batch) { _ = b.p.Set(appendRunKey(nil, 1, 40), []byte{2, 2, 0}, nil) })
	_, err = db.Tail(1)
	wantCorrupt(t, err)
	write(t, db, func(b *Batch) { _ = b.p.Set(appendRunKey(nil, 1, 40), []byte{2, 8, 33}, nil) }) // base beyond the seqs
	_, err = db.Tail(1)
	wantCorrupt(t, err)
}

// A run is rewritten in its place; its parts are the caller's.
func TestRewrite(t *testing.T) {
	db := open(t, vfs.NewMem())
	write(t, db, func(b *Batch) {
		b.PutConversation(Conversation{Num: 1, ID: "c"})
		send(b, 1, 1, 100, 70)
	})
	for _, seq := range []uint64{0, 71} {
		if _, found, err := db.Run(1, seq); found || err != nil {
			t.Errorf("run of %d: %v, %v", seq, found, err)
		}
	}
	run, found, err := db.Run(1, 40)
	if !found || err != nil || run.Conv != 1 || run.Base != countTo(32) || len(run.Messages) != 32 || run.Messages[0].Seq != 33 {
		t.Fatalf("%+v, %v, %v", run, found, err)
	}
	m := &run.Messages[7]
	m.Content, m.Type, m.Flags, m.Extra, m.Ref, m.Expires = make([]byte, 2*maxRunBytes), "file", 3, []byte(`"a":1`), 42, 0
	write(t, db, func(b *Batch) { b.PutRun(run) })
	var again []Message // of several runs: it has become too long for one
	for seq, parts := uint64(33), 0; seq <= 64; parts++ {
		part, found, err := db.Run(1, seq)
		if !found || err != nil || part.Base != countTo(seq-1) || part.Messages[0].Seq != seq || parts > 2 {
			t.Fatalf("%d: %+v, %v, %v", seq, part, found, err)
		}
		again = append(again, part.Messages...)
		seq += uint64(len(part.Messages))
	}
	if !equalMessages(again, run.Messages) {
		t.Errorf("%+v", again)
	}
	if got := seqs(t, db, 1, 1, 70); len(got) != 70 {
		t.Errorf("%d entries", len(got))
	}
	if tail, err := db.Tail(1); tail != (Tail{70, 169, countTo(70)}) || err != nil {
		t.Errorf("%+v, %v", tail, err)
	}
}
