package reactor

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"gannet/engine/internal/delivery"
)

// maxInbox is from how many entries in its inbox on a reactor says that it is
// backlogged.
const maxInbox = 256 << 10

// entry is one thing in an inbox: a post, or a function if do is set.
type entry struct {
	post delivery.Post
	do   func()
}

// inbox is the FIFO through which other goroutines reach a loop.
type inbox struct {
	mu      sync.Mutex
	entries []entry
	armed   bool // the bell was rung and not yet answered
	closed  bool
	bell    int // descriptor whose other end is a socket of the loop; −1 has none

	length atomic.Int64 // entries put in and not yet carried out
}

// post appends copies of posts and reports whether the loop is still there.
func (b *inbox) post(posts []delivery.Post) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	for i := range posts {
		b.entries = append(b.entries, entry{post: posts[i]})
	}
	b.length.Add(int64(len(posts)))
	b.ringLocked()
	return true
}

// do appends a function and reports whether the loop is still there.
func (b *inbox) do(fn func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.entries = append(b.entries, entry{do: fn})
	b.length.Add(1)
	b.ringLocked()
	return true
}

// ring asks the loop for a turn.
func (b *inbox) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.ringLocked()
	}
}

// ringLocked holds the lock while it writes: without it, close could come
// between and the byte would go to whoever was given the descriptor next.
func (b *inbox) ringLocked() {
	if b.armed {
		return
	}
	b.armed = true
	if b.bell >= 0 {
		_, _ = unix.Write(b.bell, []byte{1}) // room for it there is: it is the only one
	}
}

// answer says that a turn has begun: who puts something in from now on has to
// ring again.
func (b *inbox) answer() {
	b.mu.Lock()
	b.armed = false
	b.mu.Unlock()
}

// take returns everything in the inbox and leaves it spare as its memory.
func (b *inbox) take(spare []entry) []entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.entries
	b.entries = spare[:0]
	return taken
}

// close makes the inbox refuse everything.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.closed = true
	if b.bell >= 0 {
		_ = unix.Close(b.bell)
	}
}
