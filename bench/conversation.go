package bench

import "sync/atomic"

// A conversation is what all loops of a run know of one conversation.
type conversation struct {
	id    string
	words []atomic.Uint64 // by seq: low 32 bits of the seq, fingerprint of the message
	lows  []lowMark       // by room
	bells []*poller       // of the loops with senders, to wake when a low mark rises
}

// lowMark has a cache line of its own: each is written by another loop.
type lowMark struct {
	seq atomic.Uint64
	_   [56]byte
}

// newConversation keeps what is known of the last `ring` seqs.
func newConversation(id string, ring, rooms int) *conversation {
	return &conversation{id: id, words: make([]atomic.Uint64, ceilPow2(ring)), lows: make([]lowMark, rooms)}
}

// agree reports whether all views of seq so far have the same fingerprint:
// those of every receiver and that of the sender.
func (cv *conversation) agree(seq uint64, print uint32) bool {
	word := &cv.words[seq&uint64(len(cv.words)-1)]
	want := seq<<32 | uint64(print)
	for {
		have := word.Load()
		switch {
		case have == want:
			return true
		case have>>32 == want>>32:
			return false
		case word.CompareAndSwap(have, want):
			return true
		}
	}
}

// low is the seq up to which every member has everything.
func (cv *conversation) low() uint64 {
	low := cv.lows[0].seq.Load()
	for i := range cv.lows[1:] {
		low = min(low, cv.lows[i+1].seq.Load())
	}
	return low
}

// A room is one loop's share of a conversation. Owned by that loop.
type room struct {
	loop   *loop
	conv   *conversation
	index  int // in conv.lows
	layout *layout
	mark   watermark
	canon  canon
	fresh  uint64 // the seq of the message just parsed, 0 if it wasn't new
	due    int64  // and when it was due
}

// publish shows the other loops how far this one is.
func (r *room) publish() {
	low := &r.conv.lows[r.index].seq
	if low.Load() == r.mark.low {
		return
	}
	low.Store(r.mark.low)
	for _, bell := range r.conv.bells {
		if bell != r.loop.poller {
			bell.wake()
		}
	}
}
