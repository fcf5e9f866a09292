package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// DefaultMaxMessage is the limit in bytes of a [Reader] that was given none.
const DefaultMaxMessage = 64 << 10

// ReaderConfig says what a [Reader] accepts.
type ReaderConfig struct {
	// Client is set on the client's side: the peer is the server, whose
	// frames must be unmasked. Otherwise they must be masked (RFC 6455 §5.1).
	Client bool
	// MaxMessage is the most bytes of one message, fragments taken together
	// and inflated. 0 means [DefaultMaxMessage].
	MaxMessage int
	// Deflate is what was negotiated, nil if nothing was.
	Deflate *Deflate
}

// Message is a whole message or a control frame. The Op of a Message that
// holds nothing yet is [OpContinuation].
type Message struct {
	Op      Op
	Payload []byte
}

// Reader decodes the frames of one connection. It belongs to the goroutine
// that owns the connection. An idle Reader holds no buffers, except for the
// history that context takeover of the peer demands.
type Reader struct {
	client   bool
	inflate  bool // permessage-deflate was negotiated
	takeover bool // the peer compresses with its former messages as context
	closed   bool // a close frame was read
	max      int
	part     *assembly   // the fragmented message under way
	history  []byte      // the last output, where takeover needs it
	fault    *CloseError // what ended the connection
}

// NewReader returns a Reader at the start of a connection's frames.
func NewReader(cfg ReaderConfig) *Reader {
	r := new(Reader)
	r.Reset(cfg)
	return r
}

// Reset makes r a Reader at the start of a connection's frames.
func (r *Reader) Reset(cfg ReaderConfig) {
	*r = Reader{client: cfg.Client, max: min(cfg.MaxMessage, math.MaxInt/2)}
	if r.max <= 0 {
		r.max = DefaultMaxMessage
	}
	if cfg.Deflate != nil {
		r.inflate = true
		r.takeover = !cfg.Deflate.noTakeover(cfg.Client)
	}
}

// Next decodes at most one frame at the start of buf and says how many bytes
// of buf it used. It unmasks in place, so what it used must not be handed in
// again.
//
//   - n == 0: buf does not hold a whole frame yet; [Need] tells how much more.
//   - n > 0 and msg.Op == [OpContinuation]: a fragment was taken in (or bytes
//     behind a close frame were thrown away), there is nothing to deliver.
//   - n > 0 otherwise: msg is a whole message or a control frame. Its payload
//     lies in buf or in memory that r has let go of; it is good until buf changes.
//
// Control frames between the fragments of a message are delivered at once
// (RFC 6455 §5.4). A length above the limit is refused as soon as the header is
// there. The error is always a [*CloseError] with the code to close with
// (1002, 1007 or 1009), and every later call returns it again.
func (r *Reader) Next(buf []byte) (msg Message, n int, err error) {
	if r.fault != nil {
		return Message{}, 0, r.fault
	}
	if r.closed {
		return Message{}, len(buf), nil // RFC 6455 §1.4: further data is discarded
	}
	h, fault := r.header(buf)
	if fault != nil {
		return r.fail(fault)
	}
	if n = h.size + int(h.length); h.size == 0 || len(buf) < n {
		return Message{}, 0, nil
	}
	payload := buf[h.size:n:n]
	if h.masked() {
		maskWords(binary.LittleEndian.Uint32(buf[h.size-4:h.size]), payload)
	}
	if msg, fault = r.take(h, payload); fault != nil {
		return r.fail(fault)
	}
	return msg, n, nil
}

// Need returns how many bytes buf has to hold before [Reader.Next] can decode
// the frame at its start. It looks at the header alone: call it after Next
// asked for more, that is when the length was judged.
func Need(buf []byte) int {
	if len(buf) < 2 {
		return 2
	}
	h := parseHeader(buf)
	if h.size == 0 {
		return headerSize(buf[1])
	}
	return h.size + int(h.length)
}

func (r *Reader) fail(fault *CloseError) (Message, int, error) {
	r.fault, r.part, r.history = fault, nil, nil
	return Message{}, 0, fault
}

// take handles the unmasked payload of a frame whose header was judged.
func (r *Reader) take(h header, payload []byte) (Message, *CloseError) {
	switch {
	case h.op().Control():
		return r.takeControl(h.op(), payload)
	case !h.fin() || r.part != nil:
		return r.takeFragment(h, payload)
	case h.rsv1():
		return r.takeDeflated(h.op(), payload)
	case h.op() == OpText && !utf8.Valid(payload):
		return Message{}, invalidPayload("text is not UTF-8") // RFC 6455 §8.1
	}
	return Message{Op: h.op(), Payload: payload}, nil
}

func (r *Reader) takeControl(op Op, payload []byte) (Message, *CloseError) {
	if op == OpClose {
		if fault := checkClose(payload); fault != nil {
			return Message{}, fault
		}
		r.closed, r.part, r.history = true, nil, nil
	}
	return Message{Op: op, Payload: payload}, nil
}

func (r *Reader) takeFragment(h header, payload []byte) (Message, *CloseError) {
	if r.part == nil {
		r.part = &assembly{op: h.op(), deflated: h.rsv1()}
	}
	part := r.part
	if fault := part.add(payload, h.fin(), r.limit(part.deflated)); fault != nil {
		return Message{}, fault
	}
	if !h.fin() {
		return Message{}, nil
	}
	r.part = nil
	if part.deflated {
		return r.takeDeflated(part.op, part.buf)
	}
	return Message{Op: part.op, Payload: part.buf}, nil
}

func (r *Reader) takeDeflated(op Op, data []byte) (Message, *CloseError) {
	payload, fault := inflate(data, r.history, r.max)
	if fault != nil {
		return Message{}, fault
	}
	if op == OpText && !utf8.Valid(payload) {
		return Message{}, invalidPayload("text is not UTF-8")
	}
	if r.takeover {
		r.history = slide(r.history, payload, inflateWindow)
	}
	return Message{Op: op, Payload: payload}, nil
}

// limit is the most payload bytes that the frames of one message may have
// together. What can't be compressed grows a little when it is tried.
func (r *Reader) limit(deflated bool) int {
	if deflated {
		return r.max + r.max>>3 + 64
	}
	return r.max
}
