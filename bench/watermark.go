package bench

// A watermark keeps the lowest position of a number of members, in constant
// time per move: at[seq] counts the members that stand at seq. The ring must
// be larger than the distance between the first and the last member, which
// the sends in flight bound.
type watermark struct {
	low     uint64
	members int
	at      []uint32
}

// newWatermark stands at low.
func newWatermark(low uint64, ring int) watermark {
	return watermark{low: low, at: make([]uint32, ceilPow2(ring))}
}

// enter adds a member that stands at the watermark.
func (w *watermark) enter() {
	w.members++
	w.at[w.slot(w.low)]++
}

// leave takes a member away that stands at from.
func (w *watermark) leave(from uint64) {
	w.members--
	w.at[w.slot(from)]--
	w.advance()
}

// move brings a member from one position to a higher one. It reports false if
// that is further ahead than the ring is long; the member then stays.
func (w *watermark) move(from, to uint64) bool {
	if to-w.low >= uint64(len(w.at)) {
		return false
	}
	w.at[w.slot(from)]--
	w.at[w.slot(to)]++
	if from == w.low {
		w.advance()
	}
	return true
}

func (w *watermark) advance() {
	for w.members > 0 && w.at[w.slot(w.low)] == 0 {
		w.low++
	}
}

func (w *watermark) slot(seq uint64) uint64 { return seq & uint64(len(w.at)-1) }
