package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// BenchmarkLayout compares ways to lay messages out: with the same messages,
// each batch synced while the next one fills, then pages of 20 read. An
// operation is a message. docs/decisions/0001-storage-layout.md has figures.
func BenchmarkLayout(b *testing.B) {
	for _, l := range layouts {
		for _, size := range []int{1, 16, 256, 1600} {
			for _, burst := range []int{1, 8} {
				b.Run(fmt.Sprintf("%s/batch=%d/burst=%d", l.name, size, burst), func(b *testing.B) {
					benchmarkLayout(b, l, size, burst)
				})
			}
		}
	}
}

type layout struct {
	name   string
	limits limits
	log    bool // messages in time order, with an index by conversation
	keys   []Key
	tune   func(*pebble.Options)
}

var layouts = []layout{
	{name: "rows", limits: limits{1, 1}},
	{name: "log", log: true},
	{name: "separated", limits: limits{1, 1}, tune: separateValues},
	{name: "runs8", limits: limits{8, defaultPlaces}},
	{name: "runs32", limits: limits{32, defaultPlaces}},
	{name: "sealed", keys: []Key{testKey("a")}},
	{name: "runs128", limits: limits{128, defaultPlaces}},
	{name: "memtable128", tune: func(o *pebble.Options) {
		o.MemTableSize = 128 << 20
		o.CacheSize += 128 << 20
	}},
	{name: "threshold4", tune: func(o *pebble.Options) { o.L0CompactionThreshold = 4 }},
	{name: "threshold6", tune: func(o *pebble.Options) { o.L0CompactionThreshold = 6 }},
	{name: "compressed", tune: func(o *pebble.Options) {
		o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest })
	}},
	{name: "uncompressed", tune: func(o *pebble.Options) {
		o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionNone })
	}},
	{name: "blocks16", tune: func(o *pebble.Options) {
		for i := range o.Levels {
			o.Levels[i].BlockSize = 16 << 10
		}
	}},
	{name: "compactions2", tune: func(o *pebble.Options) {
		o.CompactionConcurrencyRange = func() (int, int) { return 1, 2 }
	}},
}

func separateValues(o *pebble.Options) {
	o.Experimental.ValueSeparationPolicy = func() pebble.ValueSeparationPolicy {
		return pebble.ValueSeparationPolicy{
			Enabled: true, MinimumSize: 64, MaxBlobReferenceDepth: 10,
			RewriteMinimumAge: time.Minute, TargetGarbageRatio: 0.5,
		}
	}
}

const benchConversations = 200

func benchmarkLayout(b *testing.B, l layout, size, burst int) {
	db, err := Open(Options{
		Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler), Keys: l.keys, limits: l.limits, tune: l.tune,
	})
	if err != nil {
		b.Fatal(err)
	}
	w := &workload{rng: rand.New(rand.NewPCG(1, 2)), log: l.log, id: 1 << 52}
	w.contents = contents(w.rng)
	w.open(db)
	cpu := cpuTime()
	b.ResetTimer()
	w.run(b, db, size, burst)
	b.StopTimer()
	settle(db)
	report(b, db, w.bytes, cpuTime()-cpu)
	pages(b, db, w)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// settle waits for flushes and compactions that are under way.
func settle(db *DB) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if m := db.p.Metrics(); m.Compact.NumInProgress == 0 && m.Flush.NumInProgress == 0 {
			return
		}
	}
}

func report(b *testing.B, db *DB, payload int, cpu time.Duration) {
	m := db.Metrics()
	n := float64(b.N)
	b.ReportMetric(n/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(cpu.Seconds()*1e6/n, "cpu-s/Mmsg")
	b.ReportMetric(float64(m.WALBytesWritten)/n, "wal-B/msg")
	b.ReportMetric(float64(m.FlushedBytes+m.CompactedBytes)/n, "table-B/msg")
	b.ReportMetric(float64(m.WALBytesWritten+m.FlushedBytes+m.CompactedBytes)/float64(payload), "write-amp")
	b.ReportMetric(float64(m.WriteStalls), "stalls")
	b.ReportMetric(0, "ns/op")
}

// pages times reads of 20 messages: the last of a conversation, as most are,
// and any.
func pages(b *testing.B, db *DB, w *workload) {
	last := func(conv uint64) uint64 { return w.last[conv] }
	timePages(b, db, w, last)
	b.ReportMetric(timePages(b, db, w, last), "ns/last-page")
	b.ReportMetric(timePages(b, db, w, func(conv uint64) uint64 {
		return 1 + w.rng.Uint64N(max(w.last[conv], 1))
	}), "ns/any-page")
}

// timePages returns the processor time of a page in nanoseconds.
func timePages(b *testing.B, db *DB, w *workload, pick func(conv uint64) uint64) float64 {
	const n = 10_000
	start := cpuTime()
	for range n {
		conv := 1 + w.rng.Uint64N(benchConversations)
		to := pick(conv)
		if err := w.page(db, conv, max(to, 20)-19, to); err != nil {
			b.Fatal(err)
		}
	}
	return float64((cpuTime() - start).Nanoseconds()) / n
}

// workload makes messages and writes them.
type workload struct {
	rng    *rand.Rand
	log    bool
	id     uint64
	bytes  int // of payload so far
	last   [benchConversations + 1]uint64
	msgs   [benchConversations + 1][]Message
	places []Place
	cid    []byte
	key    []byte

	contents [][]byte
}

func (w *workload) open(db *DB) {
	b := db.NewBatch()
	for i := range uint64(benchConversations) {
		b.PutConversation(Conversation{Num: i + 1, ID: fmt.Sprintf("single_user%d:user%d", i, i+1000)})
	}
	if err := errors.Join(db.Apply(b), b.Close(), db.Sync()); err != nil {
		panic(err)
	}
}

// run writes b.N messages, one batch syncing while the next one fills.
func (w *workload) run(b *testing.B, db *DB, size, burst int) {
	batches := [2]*Batch{db.NewBatch(), db.NewBatch()}
	applied, done := make(chan bool), make(chan error)
	go func() {
		var err error
		for range applied {
			err = errors.Join(err, db.Sync())
		}
		done <- err
	}()
	for i, left := 0, b.N; left > 0; i++ {
		batch := batches[i%2]
		batch.Reset()
		n := min(left, size)
		w.fill(batch, n, burst)
		if err := db.Apply(batch); err != nil {
			b.Fatal(err)
		}
		applied <- true
		left -= n
	}
	close(applied)
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

func (w *workload) fill(b *Batch, n, burst int) {
	w.places = w.places[:0]
	for n > 0 {
		conv := 1 + w.rng.Uint64N(benchConversations)
		for range min(n, 1+w.rng.IntN(burst)) {
			w.send(b, conv)
			n--
		}
	}
	for conv := range w.msgs {
		if w.log {
			w.putLog(b, uint64(conv))
		} else if len(w.msgs[conv]) > 0 {
			b.AppendMessages(uint64(conv), w.last[conv]-uint64(len(w.msgs[conv])), w.msgs[conv])
		}
		w.msgs[conv] = w.msgs[conv][:0]
	}
	if !w.log {
		b.PutPlaces(w.places)
	}
}

// contents are JSON strings of 128 bytes made of some 2,000 words, which
// compress about as text does.
func contents(rng *rand.Rand) [][]byte {
	words := make([][]byte, 2000)
	for i := range words {
		words[i] = make([]byte, 2+rng.IntN(8))
		for j := range words[i] {
			words[i][j] = 'a' + byte(rng.IntN(26))
		}
	}
	all := make([][]byte, 10_000)
	for i := range all {
		c := []byte{'"'}
		for len(c) < 127 {
			c = append(append(c, words[rng.IntN(len(words))]...), ' ')
		}
		all[i] = append(c[:127], '"')
	}
	return all
}

func (w *workload) send(b *Batch, conv uint64) {
	if w.id += 1; w.rng.IntN(100) == 0 {
		w.id += 1 << 22 // the next millisecond
	}
	w.last[conv]++
	from := "user" + strconv.Itoa(int(conv)+1000*int(w.id&1))
	m := Message{ID: w.id, Seq: w.last[conv], Time: int64(w.id >> 22), From: from, Content: w.contents[w.rng.IntN(len(w.contents))]}
	w.msgs[conv] = append(w.msgs[conv], m)
	w.places = append(w.places, Place{ID: w.id, Conv: conv, Seq: m.Seq})
	w.bytes += len(m.Content)
	w.putDuplicate(b, conv, &m)
}

func (w *workload) putDuplicate(b *Batch, conv uint64, m *Message) {
	w.cid = strconv.AppendUint(append(w.cid[:0], "c-"...), m.ID&0xffffffff, 36)
	b.PutDuplicate(20000, m.From, string(w.cid), Duplicate{Conv: conv, Seq: m.Seq, Fingerprint: w.rng.Uint64()})
}

// putLog writes a conversation's messages by id, and the index of their seqs.
func (w *workload) putLog(b *Batch, conv uint64) {
	for i := range w.msgs[conv] {
		m := &w.msgs[conv][i]
		b.key = appendNumberKey(b.key[:0], 'l', m.ID)
		b.value = binary.AppendUvarint(binary.AppendUvarint(b.value[:0], conv), m.Seq)
		b.value = appendRun(b.value, m.Seq-1, w.msgs[conv][i:i+1])
		b.set()
		b.key = appendRunKey(b.key[:0], conv, m.Seq)
		b.value = binary.BigEndian.AppendUint64(b.value[:0], m.ID)
		b.set()
	}
}

func (w *workload) page(db *DB, conv, from, to uint64) error {
	if !w.log {
		return db.Messages(conv, from, to, func(*Message) error { return nil })
	}
	s := newScan()
	defer s.free()
	s.lower, s.upper = appendRunKey(s.lower[:0], conv, from), appendRunKey(s.upper[:0], conv, to+1)
	return s.each(db.p, func(_, id []byte) error {
		w.key = append(append(w.key[:0], 'l'), id...)
		_, err := get(db.p, w.key, func(_, _ []byte) error { return nil })
		return err
	})
}
