package storage

import (
	"strconv"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// inBothForms benchmarks with content in the clear, and with sealed content.
func inBothForms(b *testing.B, bench func(*testing.B)) {
	b.Run("plain", bench)
	b.Run("sealed_", bench)
}

// BenchmarkPage reads the last 20 messages of a conversation.
func BenchmarkPage(b *testing.B) { inBothForms(b, benchmarkPage) }

func benchmarkPage(b *testing.B) {
	db := benchDB(b)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if err := db.Messages(1, 981, 1000, func(*Message) error { n++; return nil }); err != nil || n != 20 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkTail finds the end of a conversation.
func BenchmarkTail(b *testing.B) {
	db := benchDB(b)
	b.ReportAllocs()
	for b.Loop() {
		if t, err := db.Tail(1); t.Count != 1000 || err != nil {
			b.Fatal(t, err)
		}
	}
}

// BenchmarkPlace finds a message by its id.
func BenchmarkPlace(b *testing.B) {
	db := benchDB(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, found, err := db.Place(500); !found || err != nil {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkAppendMessages encodes a batch of messages to one conversation, and
// says what each message costs.
func BenchmarkAppendMessages(b *testing.B) {
	for _, n := range []int{1, 8, 32} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			inBothForms(b, func(b *testing.B) { benchmarkAppend(b, n) })
		})
	}
}

func benchmarkAppend(b *testing.B, n int) {
	db := benchDB(b)
	batch := db.NewBatch()
	defer batch.Close()
	msgs := make([]Message, n)
	for i := range msgs {
		msgs[i] = Message{ID: uint64(i) + 1, Seq: uint64(i) + 1, From: "user1", Content: make([]byte, 128)}
	}
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		batch.AppendMessages(1, 0, msgs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/msg")
}

func benchDB(b *testing.B) *DB {
	db := open(b, vfs.NewMem())
	write(b, db, func(batch *Batch) {
		batch.PutConversation(Conversation{Num: 1, ID: "c"})
		msgs, places := make([]Message, 1000), make([]Place, 1000)
		for i := range msgs {
			id := uint64(i) + 1
			msgs[i] = Message{ID: id, Seq: id, Time: int64(i), From: "user1", Content: make([]byte, 128)}
			places[i] = Place{ID: id, Conv: 1, Seq: id}
		}
		batch.AppendMessages(1, 0, msgs)
		batch.PutPlaces(places)
	})
	return db
}
