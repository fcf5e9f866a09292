package bench

import "encoding/binary"

// finText is the first byte of a text message in one frame (RFC 6455 §5.2).
const finText = 0x81

// A frame is one frame as the server sends it. The payload aliases the buffer.
type frame struct {
	first   byte // FIN, reserved bits and opcode
	payload []byte
}

// splitFrame reads the frame at the start of b; n == 0 means that its end
// hasn't arrived. A masked frame, which a server must not send (RFC 6455
// §5.1), is returned with first 0, which is no legal frame here. The generator
// has its own reader because it needn't do what [codec.Reader] must: unmask,
// check UTF-8, put fragments together.
func splitFrame(b []byte) (f frame, n int) {
	if len(b) < 2 {
		return frame{}, 0
	}
	size, start := int(b[1]), 2
	switch {
	case size < 126:
	case size == 126:
		if len(b) < 4 {
			return frame{}, 0
		}
		size, start = int(binary.BigEndian.Uint16(b[2:])), 4
	case size == 127:
		if len(b) < 10 {
			return frame{}, 0
		}
		size, start = int(binary.BigEndian.Uint64(b[2:])&(1<<40-1)), 10
	default:
		return frame{}, len(b)
	}
	if len(b)-start < size {
		return frame{}, 0
	}
	return frame{b[0], b[start : start+size : start+size]}, start + size
}
