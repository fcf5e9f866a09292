package sse

import (
	"sync"
	"sync/atomic"
)

// keepBytes is up to how large memory is kept for an outbox's next bytes.
const keepBytes = 8 << 10

// outbox is where the loop leaves a stream's bytes for the goroutine that writes
// them. It is bounded by the loop, which closes streams that have too much in it.
type outbox struct {
	mu    sync.Mutex
	bytes []byte
	ended bool
	bell  chan struct{} // holds one ring, however much was put in

	unwritten atomic.Int64 // bytes put in and not yet written
}

func newOutbox() *outbox { return &outbox{bell: make(chan struct{}, 1)} }

// put hands over bytes, which are the outbox's now, and says whether they are the
// last. It returns memory to use instead.
func (o *outbox) put(b []byte, last bool) (spare []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unwritten.Add(int64(len(b)))
	if len(o.bytes) == 0 {
		o.bytes, b = b, o.bytes
	} else {
		o.bytes = append(o.bytes, b...)
	}
	o.ended = o.ended || last
	select {
	case o.bell <- struct{}{}:
	default:
	}
	return reuse(b)
}

// take returns what was put in and leaves spare as memory. Once ended, nothing
// comes after it.
func (o *outbox) take(spare []byte) (b []byte, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, o.bytes = o.bytes, reuse(spare)
	return b, o.ended
}

// wrote says that n bytes of what was taken are with the client's side.
func (o *outbox) wrote(n int) { o.unwritten.Add(-int64(n)) }

func (o *outbox) waiting() int { return int(o.unwritten.Load()) }

func (o *outbox) hasEnded() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ended
}

func reuse(b []byte) []byte {
	if cap(b) > keepBytes {
		return nil
	}
	return b[:0]
}
