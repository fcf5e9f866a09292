package codec

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/flate"
)

const (
	// minDeflate is the shortest payload in bytes for which compressing is tried.
	minDeflate = 32
	// compressWindow is how many bytes of its former messages a Compressor keeps.
	compressWindow = 8 << 10
)

// AppendDeflatedFrame appends an unmasked frame, compressed without regard to
// other messages: for connections whose Deflate has ServerNoContextTakeover,
// and the same bytes for all of them. Where compressing gains nothing, the frame
// is a plain one (RFC 7692 §6). Any goroutine may call it.
func AppendDeflatedFrame(dst []byte, op Op, payload []byte) []byte {
	c := compressions.Get().(*compression)
	defer c.release()
	if packed := c.pack(payload); packed != nil {
		return append(appendLength(append(dst, bitFin|bitRSV1|byte(op)), 0, len(packed)), packed...)
	}
	return AppendFrame(dst, op, payload)
}

// AppendMaskedDeflatedFrame is [AppendDeflatedFrame] for a client whose
// Deflate has ClientNoContextTakeover.
func AppendMaskedDeflatedFrame(dst []byte, op Op, key [4]byte, payload []byte) []byte {
	c := compressions.Get().(*compression)
	defer c.release()
	if packed := c.pack(payload); packed != nil {
		return appendMasked(dst, bitFin|bitRSV1|byte(op), key, packed)
	}
	return AppendMaskedFrame(dst, op, key, payload)
}

// Compressor compresses the messages that one side of one connection sends,
// each with those before it as context (RFC 7692 §7.2.3.2). It keeps at most
// 8 KiB. The zero Compressor is ready; it belongs to the connection's owner.
type Compressor struct {
	window []byte
}

// AppendFrame appends an unmasked frame. Frames have to be sent in the order
// in which they were appended, each of them, and only to this connection.
func (c *Compressor) AppendFrame(dst []byte, op Op, payload []byte) []byte {
	s := compressions.Get().(*compression)
	defer s.release()
	if packed := c.pack(s, payload); packed != nil {
		return append(appendLength(append(dst, bitFin|bitRSV1|byte(op)), 0, len(packed)), packed...)
	}
	return AppendFrame(dst, op, payload)
}

// AppendMaskedFrame is [Compressor.AppendFrame] for a client.
func (c *Compressor) AppendMaskedFrame(dst []byte, op Op, key [4]byte, payload []byte) []byte {
	s := compressions.Get().(*compression)
	defer s.release()
	if packed := c.pack(s, payload); packed != nil {
		return appendMasked(dst, bitFin|bitRSV1|byte(op), key, packed)
	}
	return AppendMaskedFrame(dst, op, key, payload)
}

// pack leaves the window alone when the message goes out plain: then the peer
// does not see it as context either.
func (c *Compressor) pack(s *compression, payload []byte) []byte {
	packed := s.packAfter(c.window, payload)
	if packed != nil {
		c.window = slide(c.window, payload, compressWindow)
	}
	return packed
}

// compression is what it takes to compress one message. It carries nothing
// from one message to the next.
type compression struct {
	flate *flate.Writer // writes to out
	out   bytes.Buffer
}

// compressions keeps compressors, of some hundred KB each, for all connections.
var compressions = sync.Pool{New: func() any { return new(compression) }}

func (c *compression) release() {
	if c.out.Cap() <= maxKept {
		compressions.Put(c)
	}
}

// pack compresses a message. It returns nil where that gains nothing; the
// result is good until the next call.
func (c *compression) pack(payload []byte) []byte {
	if len(payload) < minDeflate {
		return nil
	}
	c.out.Reset()
	if c.flate == nil {
		c.flate, _ = flate.NewWriter(&c.out, flate.BestSpeed) // fails for unknown levels only
	} else {
		c.flate.Reset(&c.out)
	}
	if _, err := c.flate.Write(payload); err != nil {
		return nil
	}
	if err := c.flate.Flush(); err != nil {
		return nil
	}
	return c.gain(payload)
}

// packAfter is pack with the window as context. A full compressor for each
// connection would cost hundreds of KB; this one costs none between messages.
func (c *compression) packAfter(window, payload []byte) []byte {
	if len(payload) < minDeflate {
		return nil
	}
	c.out.Reset()
	if err := flate.StatelessDeflate(&c.out, payload, false, window); err != nil {
		return nil
	}
	return c.gain(payload)
}

// gain cuts off the empty block that flushing leaves (RFC 7692 §7.2.1).
func (c *compression) gain(payload []byte) []byte {
	packed, ok := bytes.CutSuffix(c.out.Bytes(), deflateTail[:4])
	if !ok || len(packed) >= len(payload) {
		return nil
	}
	return packed
}
