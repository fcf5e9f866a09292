package bench

import (
	"bytes"
	"sort"
)

// A canon holds the latest frames of a room as the first of its members to get
// them got them, parsed and checked. The server sends every receiver of a group
// the same bytes; so for all others it is enough, and stricter, to compare
// bytes: a receipt then costs a few nanoseconds. What differs is parsed.
// Owned by the room's loop.
type canon struct {
	first uint64  // seq of the first frame
	buf   []byte  // frames back to back
	ends  []int   // where each ends in buf
	dues  []int64 // when each was due
}

// canonBytes is how much is kept before the older half is forgotten: more
// than the sends that can be in flight have.
const canonBytes = 1 << 20

// add appends a frame that was checked. An older one, from a member who lags
// behind, changes nothing; one further ahead starts afresh.
func (k *canon) add(seq uint64, frame []byte, due int64) {
	next := k.first + uint64(len(k.ends))
	if seq < next {
		return
	}
	if seq > next {
		*k = canon{first: seq, buf: k.buf[:0], ends: k.ends[:0], dues: k.dues[:0]}
	}
	if len(k.buf)+len(frame) > canonBytes {
		k.forget(len(k.ends) / 2)
	}
	k.buf = append(k.buf, frame...)
	k.ends = append(k.ends, len(k.buf))
	k.dues = append(k.dues, due)
}

// forget drops the first n frames.
func (k *canon) forget(n int) {
	if n == 0 {
		return
	}
	cut := k.ends[n-1]
	k.first += uint64(n)
	k.buf = k.buf[:copy(k.buf, k.buf[cut:])]
	k.ends = k.ends[:copy(k.ends, k.ends[n:])]
	k.dues = k.dues[:copy(k.dues, k.dues[n:])]
	for i := range k.ends {
		k.ends[i] -= cut
	}
}

// match compares buf with the frames from seq on and returns how many whole
// frames are equal, how long they are, and when each was due. It is all or
// nothing: after a first difference the caller has to look frame by frame.
func (k *canon) match(seq uint64, buf []byte) (size int, dues []int64) {
	i := int(seq - k.first)
	if seq < k.first || i >= len(k.ends) {
		return 0, nil
	}
	start := 0
	if i > 0 {
		start = k.ends[i-1]
	}
	n := min(len(buf), len(k.buf)-start)
	end := len(k.ends)
	if n < len(k.buf)-start {
		end = i + sort.SearchInts(k.ends[i:], start+n+1)
	}
	if end == i {
		return 0, nil
	}
	size = k.ends[end-1] - start
	if !bytes.Equal(buf[:size], k.buf[start:start+size]) {
		return 0, nil
	}
	return size, k.dues[i:end]
}
