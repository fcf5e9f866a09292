package codec

import "encoding/binary"

// header is a frame's header as it lies in the input.
type header struct {
	first  byte  // FIN, RSV1–3, opcode
	second byte  // MASK and the 7-bit length
	size   int   // bytes of the header, 0 while they are not all there
	length int64 // bytes of the payload, negative where the claim is above 2^63−1
}

func (h header) op() Op       { return Op(h.first & bitsOp) }
func (h header) fin() bool    { return h.first&bitFin != 0 }
func (h header) rsv1() bool   { return h.first&bitRSV1 != 0 }
func (h header) masked() bool { return h.second&bitMask != 0 }

// headerSize is the size of a header with the given second byte.
func headerSize(second byte) int {
	size := 2
	switch second & bitsLen {
	case len16:
		size += 2
	case len64:
		size += 8
	}
	if second&bitMask != 0 {
		size += 4
	}
	return size
}

// parseHeader reads the header at the start of buf, which has two bytes at least.
func parseHeader(buf []byte) header {
	h := header{first: buf[0], second: buf[1]}
	size := headerSize(h.second)
	if len(buf) < size {
		return h
	}
	h.size = size
	switch length := h.second & bitsLen; length {
	case len16:
		h.length = int64(binary.BigEndian.Uint16(buf[2:]))
	case len64:
		h.length = int64(binary.BigEndian.Uint64(buf[2:]))
	default:
		h.length = int64(length)
	}
	return h
}

// header reads and judges the header at the start of buf. Its size is 0 while
// more bytes are needed; what the first two bytes tell is judged before.
func (r *Reader) header(buf []byte) (header, *CloseError) {
	if len(buf) < 2 {
		return header{}, nil
	}
	h := parseHeader(buf)
	if fault := r.judge(h); fault != nil {
		return h, fault
	}
	if h.size == 0 {
		return h, nil
	}
	return h, r.judgeLength(h)
}

// judge holds the rules of RFC 6455 §5.1, §5.2, §5.4 and §5.5 for a header's
// first two bytes.
func (r *Reader) judge(h header) *CloseError {
	switch {
	case h.first&bitsRSV23 != 0:
		return protocolError("reserved bits set")
	case h.masked() == r.client:
		return protocolError("wrong masking")
	}
	switch op := h.op(); op {
	case OpText, OpBinary:
		return r.judgeStart(h)
	case OpContinuation:
		return r.judgeContinuation(h)
	case OpClose, OpPing, OpPong:
		return judgeControl(h)
	}
	return protocolError("reserved opcode")
}

// judgeStart: RSV1 marks a compressed message (RFC 7692 §6), and the messages
// of a connection are not interleaved (RFC 6455 §5.4).
func (r *Reader) judgeStart(h header) *CloseError {
	switch {
	case h.rsv1() && !r.inflate:
		return protocolError("reserved bits set")
	case r.part != nil:
		return protocolError("message inside a fragmented message")
	}
	return nil
}

// judgeContinuation: only the first fragment may set RSV1 (RFC 7692 §6.1).
func (r *Reader) judgeContinuation(h header) *CloseError {
	switch {
	case h.rsv1():
		return protocolError("reserved bits set")
	case r.part == nil:
		return protocolError("continuation of nothing")
	}
	return nil
}

// judgeControl: a control frame is short and in one piece (RFC 6455 §5.5).
func judgeControl(h header) *CloseError {
	switch {
	case h.rsv1():
		return protocolError("reserved bits set")
	case !h.fin():
		return protocolError("fragmented control frame")
	case h.second&bitsLen > MaxControl:
		return protocolError("control frame too long")
	}
	return nil
}

// judgeLength: the length is in its shortest form and below 2^63 (RFC 6455
// §5.2), and the message it belongs to stays within the limit.
func (r *Reader) judgeLength(h header) *CloseError {
	switch form := h.second & bitsLen; {
	case h.length < 0:
		return protocolError("length out of range")
	case form == len16 && h.length < len16, form == len64 && h.length <= 0xFFFF:
		return protocolError("length not in its shortest form")
	case h.op().Control():
		return nil
	}
	sum, deflated := 0, h.rsv1()
	if r.part != nil {
		sum, deflated = len(r.part.buf), r.part.deflated
	}
	if h.length > int64(r.limit(deflated)-sum) {
		return tooBig()
	}
	return nil
}
