package sse

import (
	"sync"
	"sync/atomic"

	"gannet/engine/internal/delivery"
)

// maxInbox is from how many posts and functions in its inbox on a hub says that
// it is backlogged.
const maxInbox = 256 << 10

// entry is one turn of the loop: posts, or a function if do is set.
type entry struct {
	posts []delivery.Post
	point uint64 // the id up to which everything is durable with these posts
	do    func()
}

func (e *entry) size() int64 { return int64(max(1, len(e.posts))) }

// inbox is the FIFO through which other goroutines reach the loop.
type inbox struct {
	mu      sync.Mutex
	entries []entry
	closed  bool
	bell    chan struct{} // holds one ring, however much was put in

	length atomic.Int64 // posts and functions put in and not yet carried out
}

// put appends an entry and reports whether the loop is still there.
func (b *inbox) put(e entry) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.entries = append(b.entries, e)
	b.length.Add(e.size())
	b.ring()
	return true
}

// ring wakes the loop. It never blocks.
func (b *inbox) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

// take returns everything in the inbox and leaves it spare as its memory. Once
// closed, nothing comes after what it returned.
func (b *inbox) take(spare []entry) (taken []entry, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken = b.entries
	b.entries = spare[:0]
	return taken, b.closed
}

// close makes the inbox refuse everything from now on.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.ring()
}
