package reactor

const (
	// keptBytes is the most that one piece of what waits has. A piece stays in
	// memory as a whole until the last byte of it is sent.
	keptBytes = 64 << 10
	// shortPiece is below how many bytes a piece isn't shared but joined with others
	// that wait for the same connection, up to joinedBytes.
	shortPiece  = 128
	joinedBytes = 4 << 10
	// keptCopies is how many copies are remembered for other connections.
	keptCopies = 16
)

// kept makes the copies of frames that wait for full sockets. A frame lies in a
// buffer with many others, such as all of a batch, and a client that doesn't read
// must not keep all of those in memory. Connections that wait for the same bytes
// share one copy: what goes to a room reaches its members one after another.
type kept struct {
	copies map[stretch][]byte
}

// stretch is where bytes lie. It keeps them in memory.
type stretch struct {
	first *byte
	size  int
}

// all returns the pieces but the first n bytes as they may wait, in a list of
// its own.
func (k *kept) all(pieces [][]byte, n int) [][]byte {
	out := make([][]byte, 0, len(pieces))
	for i, b := range pieces {
		if i > 0 {
			n = 0
		}
		out = k.addAfter(out, b, n)
	}
	return out
}

// add appends b as it may wait to out.
func (k *kept) add(out [][]byte, b []byte) [][]byte { return k.addAfter(out, b, 0) }

// addAfter appends all but the first n bytes of b. It is cut where it is cut for
// those who wait for all of it, too.
func (k *kept) addAfter(out [][]byte, b []byte, n int) [][]byte {
	if last := len(out) - 1; last >= 0 && joins(out[last], b) {
		out[last] = append(out[last], b...)
		return out
	}
	for start := 0; start < len(b); start += keptBytes {
		end := min(start+keptBytes, len(b))
		if n < end {
			out = append(out, k.copyOf(b[start:end])[max(0, n-start):])
		}
	}
	return out
}

// joins reports whether b is to be appended to the last piece. One that is shared
// has no room left, so that appending to it makes a copy.
func joins(last, b []byte) bool {
	return len(b) < shortPiece && len(last)+len(b) <= joinedBytes &&
		(len(last) < shortPiece || cap(last) > len(last))
}

func (k *kept) copyOf(b []byte) []byte {
	at := stretch{&b[0], len(b)}
	if have := k.copies[at]; have != nil {
		return have
	}
	fresh := make([]byte, len(b))
	copy(fresh, b)
	if len(b) < shortPiece {
		return fresh
	}
	if k.copies == nil || len(k.copies) == keptCopies {
		k.copies = make(map[stretch][]byte, keptCopies)
	}
	k.copies[at] = fresh
	return fresh
}

// forget lets go of the copies and of what they are of.
func (k *kept) forget() { clear(k.copies) }
