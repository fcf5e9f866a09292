package codec

import "encoding/binary"

// Op is the opcode of a frame (RFC 6455 §5.2).
type Op byte

// The opcodes that RFC 6455 §11.8 registers. All others are reserved.
const (
	OpContinuation Op = 0x0
	OpText         Op = 0x1
	OpBinary       Op = 0x2
	OpClose        Op = 0x8
	OpPing         Op = 0x9
	OpPong         Op = 0xA
)

// Control reports whether op is the opcode of a control frame (RFC 6455 §5.5).
func (op Op) Control() bool { return op&0x8 != 0 }

const (
	// MaxHeader is the size in bytes of the longest frame header: two bytes,
	// a 64-bit length and a masking key.
	MaxHeader = 14
	// MaxControl is the most bytes that the payload of a control frame may
	// have (RFC 6455 §5.5).
	MaxControl = 125
)

// The bits of a frame's first two bytes (RFC 6455 §5.2).
const (
	bitFin    = 0x80
	bitRSV1   = 0x40
	bitsRSV23 = 0x30
	bitsOp    = 0x0F
	bitMask   = 0x80
	bitsLen   = 0x7F
)

// The values of the 7-bit length that say where the length really is.
const (
	len16 = 126
	len64 = 127
)

// AppendHeader appends the header of an unmasked, unfragmented frame whose
// payload of n bytes is to follow.
func AppendHeader(dst []byte, op Op, n int) []byte {
	return appendLength(append(dst, bitFin|byte(op)), 0, n)
}

// AppendFrame appends an unmasked, unfragmented frame: what a server sends.
// The payload of a control frame must not exceed [MaxControl].
func AppendFrame(dst []byte, op Op, payload []byte) []byte {
	return append(AppendHeader(dst, op, len(payload)), payload...)
}

// AppendMaskedFrame appends an unfragmented frame masked with key: what a
// client sends. The payload is copied and stays as it is. RFC 6455 §5.3 wants
// a new, unpredictable key for each frame.
func AppendMaskedFrame(dst []byte, op Op, key [4]byte, payload []byte) []byte {
	return appendMasked(dst, bitFin|byte(op), key, payload)
}

func appendMasked(dst []byte, first byte, key [4]byte, payload []byte) []byte {
	dst = appendLength(append(dst, first), bitMask, len(payload))
	dst = append(dst, key[:]...)
	start := len(dst)
	dst = append(dst, payload...)
	Mask(key, 0, dst[start:])
	return dst
}

// appendLength appends n in the shortest of the three forms of RFC 6455 §5.2,
// with the given mask bit.
func appendLength(dst []byte, mask byte, n int) []byte {
	switch {
	case n < len16:
		return append(dst, mask|byte(n))
	case n <= 0xFFFF:
		return append(dst, mask|len16, byte(n>>8), byte(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, mask|len64), uint64(n))
	}
}

// reserved is the room that BeginFrame leaves: the header with a 16-bit length.
const reserved = 4

// BeginFrame appends room for the header of an unmasked frame. The caller
// keeps len(dst) of before as start, appends the payload, and calls
// [EndFrame].
func BeginFrame(dst []byte) []byte {
	return append(dst, 0, 0, 0, 0)
}

// EndFrame writes the header of the frame that [BeginFrame] began at
// dst[start]; everything behind the reserved room is its payload. The payload
// is moved only when it is shorter than 126 or longer than 65,535 bytes.
func EndFrame(dst []byte, start int, op Op) []byte {
	n := len(dst) - start - reserved
	switch {
	case n < len16:
		copy(dst[start+2:], dst[start+reserved:])
		dst = dst[:len(dst)-2]
	case n > 0xFFFF:
		dst = append(dst, 0, 0, 0, 0, 0, 0)
		copy(dst[start+reserved+6:], dst[start+reserved:])
	}
	AppendHeader(dst[:start], op, n)
	return dst
}
