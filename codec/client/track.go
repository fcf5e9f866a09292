package client

import (
	"cmp"
	"slices"
)

// maxHeld is how many entries behind a gap are kept. What is thrown away
// beyond it is asked for again.
const maxHeld = 1000

// track is how far a conversation has come in. Its entries leave it in the order
// of seq, each once.
type track struct {
	last  uint64   // everything up to it went to Receive, or was sent from here
	known bool     // whether last means something: the first entry of a new track sets it
	held  []entry  // entries behind a gap, by rising seq
	own   []uint64 // seqs of messages sent from here that are above last, rising
	lost  bool     // entries behind the gap were thrown away
}

// offer takes in an entry that came from the server.
func (t *track) offer(e entry) {
	if t.known && e.seq <= t.last {
		return
	}
	i, found := slices.BinarySearchFunc(t.held, e.seq, func(h entry, seq uint64) int { return cmp.Compare(h.seq, seq) })
	if found {
		return
	}
	t.held = slices.Insert(t.held, i, e)
	if len(t.held) > maxHeld {
		t.held = t.held[:maxHeld]
		t.lost = true
	}
}

// next returns the entry that is due, if there is one. It stays due until it is
// taken.
func (t *track) next() (e entry, due bool) {
	t.absorb()
	if len(t.held) > 0 && (!t.known || t.held[0].seq == t.last+1) {
		return t.held[0], true
	}
	return entry{}, false
}

// take says that what next returned is on its way to Receive.
func (t *track) take() {
	t.last, t.known = t.held[0].seq, true
	t.held[0] = entry{}
	t.held = t.held[1:]
	if len(t.held) == 0 {
		t.held = nil
	}
}

// sent says that seq was given to a message sent from here, of which no chat
// message will come.
func (t *track) sent(seq uint64) {
	if t.known && seq <= t.last {
		return
	}
	if i, found := slices.BinarySearch(t.own, seq); !found {
		t.own = slices.Insert(t.own, i, seq)
	}
	if len(t.own) > maxHeld {
		t.own = t.own[1:] // becomes a gap, and is asked for
	}
}

// absorb moves last over messages sent from here and forgets what is behind it.
func (t *track) absorb() {
	for t.known && len(t.own) > 0 && t.own[0] <= t.last+1 {
		t.last = max(t.last, t.own[0])
		t.own = t.own[1:]
	}
	for t.known && len(t.held) > 0 && t.held[0].seq <= t.last {
		t.held = t.held[1:]
	}
}

// settle says that the server has nothing between last and seq but what is
// held: next goes over the gaps up to there.
func (t *track) settle(seq uint64) {
	t.absorb()
	if len(t.held) > 0 && t.held[0].seq <= seq {
		t.last, t.known = t.held[0].seq-1, true
		return
	}
	if seq > t.last || !t.known {
		t.last, t.known = max(t.last, seq), true
	}
}

// settled reports whether settle(seq) has come to its end.
func (t *track) settled(seq uint64) bool { return t.known && t.last >= seq }

// gap reports whether something is missing.
func (t *track) gap() bool {
	_, due := t.next()
	return t.lost || len(t.held) > 0 && !due
}

// reconnect forgets what is held: it will come again, in order.
func (t *track) reconnect() {
	t.held, t.lost = nil, false
}
