package sequencer

import (
	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// Bounds of one batch.
const (
	maxBatchMessages = 4096
	maxBatchBytes    = 4 << 20
	maxBatchRuns     = 512 // looked at to be rewritten, each of up to some 16 KiB
	// From here on a batch is applied although the syncer is busy, so that the
	// memtable is filled while the disk works.
	earlyBatchMessages = 512
)

// entry is a send that was given its place.
type entry struct {
	send *Send
	conv *conv
	id   uint64
	seq  uint64
	time int64
	next int32 // the conversation's next entry in this batch
}

// event reports whether the entry is no message.
func (e *entry) event() bool { return e.send.More != nil && e.send.More.event }

// answer is what one sender is to hear, in the order of the sends.
type answer struct {
	send   *Send
	entry  int32 // its entry in this batch, or none:
	result Result
}

// batch is what is written, synced and published together. The sequencer
// goroutine fills and applies it; the syncer publishes and gives it back.
type batch struct {
	w        *storage.Batch
	entries  []entry
	touched  []*conv // conversations with entries, in order of their first
	answers  []answer
	joins    []joining
	told     []func()                       // answers to who waits for them, for the syncer to give
	done     []func()                       // results of commands, after them
	posts    [][]delivery.Post              // by reactor, in order
	sent     map[uint64]int32               // hash of (sender, cid) → entry
	sessions map[sessionKey]storage.Session // written in this batch; no User: deleted

	subjects   map[Subject]struct{} // of rows in it: see Tx.Writes
	runs       []*storage.Run       // rewritten in this batch
	rewrites   []rewrite            // what was rewritten in them
	membership bool                 // holds a change of who is in which group
	entered    map[string]int       // user → groups entered less groups left
	left       []leaving            // who has left a group
	closed     []closing            // Service conversations that end with the batch
	lastID     uint64
	heads      []published
	posted     int // posts in it, to all reactors
	stats      Published

	msgs   []storage.Message // scratch of seal
	places []storage.Place
}

// leaving is a user who has left a group.
type leaving struct {
	user string
	from *group
}

// published is where a head moves when the batch is on disk.
type published struct {
	head *Head
	last uint64

	entries int // of it in the batch
	posts   int // of its run
	reach   int // connections in its room, where it has one
}

func (s *Sequencer) newBatch() *batch {
	return &batch{
		w:        s.db.NewBatch(),
		posts:    make([][]delivery.Post, s.cfg.Reactors),
		sent:     make(map[uint64]int32),
		sessions: make(map[sessionKey]storage.Session),
		entered:  make(map[string]int),
		subjects: make(map[Subject]struct{}),
	}
}

// reset empties the batch for its next use and lets go of what it pointed to.
func (b *batch) reset() {
	b.w.Reset()
	clear(b.entries)
	clear(b.answers)
	clear(b.joins)
	clear(b.told)
	clear(b.done)
	clear(b.touched)
	clear(b.heads)
	clear(b.sent)
	clear(b.sessions)
	clear(b.entered)
	clear(b.subjects)
	clear(b.msgs)
	clear(b.runs)
	clear(b.rewrites)
	clear(b.left)
	clear(b.closed)
	for r := range b.posts {
		clear(b.posts[r])
		b.posts[r] = b.posts[r][:0]
	}
	b.entries, b.answers, b.joins = b.entries[:0], b.answers[:0], b.joins[:0]
	b.told, b.done = b.told[:0], b.done[:0]
	b.touched, b.heads, b.msgs, b.places = b.touched[:0], b.heads[:0], b.msgs[:0], b.places[:0]
	b.runs, b.rewrites, b.left, b.closed = b.runs[:0], b.rewrites[:0], b.left[:0], b.closed[:0]
	b.membership, b.lastID, b.posted = false, 0, 0
	b.stats = Published{arrivals: b.stats.arrivals[:0]}
}

// empty reports whether there is nothing to write, answer, post or let go of.
func (b *batch) empty() bool {
	waiting := len(b.entries) + len(b.answers) + len(b.joins) + len(b.done) + len(b.runs)
	if waiting > 0 || !b.w.Empty() || b.w.Err() != nil {
		return false
	}
	for _, p := range b.posts {
		if len(p) > 0 {
			return false
		}
	}
	return true
}

func (b *batch) full() bool {
	return len(b.answers) >= maxBatchMessages || len(b.runs) >= maxBatchRuns ||
		b.stats.Bytes+b.w.Size() >= maxBatchBytes
}

// forgetLeft forgets who has left a group in this batch, once storage knows it.
func (b *batch) forgetLeft() {
	for _, l := range b.left {
		if !l.from.members[l.user].ok {
			delete(l.from.members, l.user)
		}
	}
}

func (b *batch) post(reactor int, p delivery.Post) {
	b.posts[reactor] = append(b.posts[reactor], p)
	b.posted++
}
