package sequencer

// filter says of a day's (sender, cid) hashes "certainly not there" or "maybe".
// Nearly every send is no retry, so it saves nearly every look into storage.
// It is a chain of blocked Bloom filters, each twice as large as the one before.
// A filter that would outgrow its budget, or whose records of earlier runs are
// not read yet, is opaque: it answers "maybe" to everything.
type filter struct {
	segments []segment
	opaque   bool
}

const (
	filterFirstBlocks = 1 << 12 // 256 KiB, about 170,000 hashes
	filterMaxBlocks   = 1 << 21 // 128 MiB, about 90 million hashes, in the last segment
	hashesPerBlock    = 42      // about 12 bits each: 1 in 300 is a false "maybe"
)

// A block is one cache line: a hash sets and tests one bit in each of its words.
type block [8]uint64

type segment struct {
	blocks []block
	room   int // hashes it still takes
}

func newSegment(blocks int) segment {
	return segment{blocks: make([]block, blocks), room: blocks * hashesPerBlock}
}

func (f *filter) add(h uint64) {
	if len(f.segments) == 0 {
		f.segments = append(f.segments, newSegment(filterFirstBlocks))
	}
	last := &f.segments[len(f.segments)-1]
	if last.room == 0 {
		n := len(last.blocks) * 2
		if n > filterMaxBlocks {
			f.opaque = true
			return
		}
		f.segments = append(f.segments, newSegment(n))
		last = &f.segments[len(f.segments)-1]
	}
	last.add(h)
}

func (f *filter) mayHold(h uint64) bool {
	if f.opaque {
		return true
	}
	for i := range f.segments {
		if f.segments[i].has(h) {
			return true
		}
	}
	return false
}

// The upper bits of a hash choose the block, the lower 48 a bit in each word.
func (s *segment) at(h uint64) *block {
	return &s.blocks[(h>>42)&uint64(len(s.blocks)-1)]
}

func (s *segment) add(h uint64) {
	b := s.at(h)
	for i := range b {
		b[i] |= 1 << (h >> (i * 6) & 63)
	}
	s.room--
}

func (s *segment) has(h uint64) bool {
	b := s.at(h)
	for i := range b {
		if b[i]&(1<<(h>>(i*6)&63)) == 0 {
			return false
		}
	}
	return true
}
