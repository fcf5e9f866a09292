package chat

import (
	"sync"

	"gannet/engine/internal/sequencer"
)

const (
	tailLen   = 120       // messages that a tail holds when it is made
	maxTail   = 256 << 10 // bytes of a tail; a longer one is cut to fewer messages
	maxTails  = 64 << 20  // bytes of all tails together
	tailExtra = 256       // bytes of a tail beside its messages
)

// tail is the end of a conversation as encoded chat objects with commas between
// them, so that a page is one stretch of its bytes. It never changes: it holds
// the conversation up to last, and is good as long as that is the last seq.
// That makes the cache need no invalidation: who finds a stale tail makes a new one.
type tail struct {
	first, last uint64
	body        []byte
	ends        []int32 // where each object ends in body, without its comma
}

// page returns the newest messages of a tail that are below before (0: all),
// above floor, at most limit. ok is false where the tail does not reach back
// far enough to know.
func (t *tail) page(before, floor uint64, limit int) (body []byte, more, ok bool) {
	to := t.last
	if before != 0 {
		to = min(to, before-1)
	}
	if to <= floor {
		return nil, false, true
	}
	from := floor + 1
	if to-floor > uint64(limit) {
		from = to - uint64(limit) + 1
	}
	if from < t.first {
		return nil, false, false
	}
	start := int32(0)
	if from > t.first {
		start = t.ends[from-t.first-1] + 1 // behind the comma
	}
	return t.body[start:t.ends[to-t.first]], from > floor+1, true
}

// tails keeps tails with the heads of their conversations, within a bound:
// beyond it the oldest goes.
type tails struct {
	mu    sync.Mutex
	made  []*sequencer.Head // in order of making; a head is here once for each tail made
	bytes int
}

func newTails() *tails { return new(tails) }

// find returns the tail of a conversation if it is good.
func (k *tails) find(h *sequencer.Head) *tail {
	if t, _ := h.Cache.Load().(*tail); t != nil && t.last == h.Published() {
		return t
	}
	return nil
}

// keep puts a tail in place of the one its conversation had.
func (k *tails) keep(h *sequencer.Head, t *tail) {
	k.mu.Lock()
	defer k.mu.Unlock()
	old, _ := h.Cache.Load().(*tail)
	h.Cache.Store(t)
	k.bytes += t.size()
	if old != nil {
		k.bytes -= old.size()
	} else {
		k.made = append(k.made, h)
	}
	for k.bytes > maxTails && len(k.made) > 1 {
		oldest := k.made[0]
		k.made = k.made[1:]
		if t, _ := oldest.Cache.Load().(*tail); t != nil {
			k.bytes -= t.size()
			oldest.Cache.Store((*tail)(nil))
		}
	}
}

func (t *tail) size() int { return cap(t.body) + 4*cap(t.ends) + tailExtra }
