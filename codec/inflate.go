package codec

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

const (
	// inflateWindow is how far back DEFLATE may refer, in bytes (RFC 1951 §3.2.5).
	inflateWindow = 32 << 10
	// maxFinalBlocks is how many blocks of one message may have BFINAL set.
	// Each costs a new start, so that a message of nothing else were a way to
	// burn CPU.
	maxFinalBlocks = 16
	// maxKept is the most bytes a pooled buffer keeps.
	maxKept = 256 << 10
)

// deflateTail is what a sender cut off (RFC 7692 §7.2.2), and behind it an
// empty final block, at which the decompressor stops.
var deflateTail = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

// inflater is what it takes to decompress one message. It carries nothing
// from one message to the next.
type inflater struct {
	flate  io.ReadCloser // also a flate.Resetter
	source bytes.Reader
	in     []byte // the message and deflateTail
	out    []byte // the history and what was decompressed
}

// inflaters keeps decompressors, of some 45 KB each, for all connections.
var inflaters = sync.Pool{New: func() any {
	return &inflater{flate: flate.NewReader(bytes.NewReader(nil))}
}}

// inflate decompresses a message of at most limit bytes (RFC 7692 §7.2.2). The
// history is what earlier messages gave where context is taken over. The result
// is memory of its own.
func inflate(data, history []byte, limit int) ([]byte, *CloseError) {
	f := inflaters.Get().(*inflater)
	defer f.release()
	f.in = append(append(f.in[:0], data...), deflateTail...)
	f.out = append(f.out[:0], history...)
	if fault := f.run(len(history) + limit); fault != nil {
		return nil, fault
	}
	return bytes.Clone(f.out[len(history):]), nil
}

func (f *inflater) release() {
	if cap(f.in) > maxKept {
		f.in = nil
	}
	if cap(f.out) > maxKept {
		f.out = nil
	}
	inflaters.Put(f)
}

// run decompresses all of f.in into f.out, up to limit bytes there. A block
// with BFINAL set may be followed by others (RFC 7692 §7.2.3.4).
func (f *inflater) run(limit int) *CloseError {
	f.source.Reset(f.in)
	for range maxFinalBlocks {
		dict := f.out[max(0, len(f.out)-inflateWindow):]
		if err := f.flate.(flate.Resetter).Reset(&f.source, dict); err != nil {
			return invalidPayload("bad compressed data")
		}
		if fault := f.stream(limit); fault != nil {
			return fault
		}
		if f.source.Len() == 0 {
			return nil
		}
	}
	return invalidPayload("bad compressed data")
}

// stream decompresses up to the end of a final block.
func (f *inflater) stream(limit int) *CloseError {
	for {
		f.grow(limit + 1)
		n, err := f.flate.Read(f.out[len(f.out):cap(f.out)])
		f.out = f.out[:len(f.out)+n]
		switch {
		case len(f.out) > limit:
			return tooBig()
		case err == io.EOF:
			return nil
		case err != nil:
			return invalidPayload("bad compressed data")
		}
	}
}

// grow makes room behind f.out, at most up to limit.
func (f *inflater) grow(limit int) {
	if len(f.out) < cap(f.out) {
		return
	}
	out := make([]byte, len(f.out), max(len(f.out)+1, min(limit, max(2*cap(f.out), 1024))))
	copy(out, f.out)
	f.out = out
}

// slide appends p to a window of which the last size bytes are kept.
func slide(window, p []byte, size int) []byte {
	if len(p) >= size {
		return append(window[:0], p[len(p)-size:]...)
	}
	if over := len(window) + len(p) - size; over > 0 {
		window = window[:copy(window, window[over:])]
	}
	return append(window, p...)
}
