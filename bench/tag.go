package bench

import (
	"encoding/binary"
	"math/bits"
)

// Every content begins with a tag of 24 letters: who sent it, its number with
// that sender, and when the schedule wanted it sent. A receiver can so check
// and time a message without asking the sender's loop. A letter carries four
// bits ('a' is 0), which needs no escaping and decodes eight letters at a time.
//
//	8 letters  number, low 32 bits
//	4 letters  sender
//	12 letters due, ns of the run's clock, low 48 bits
const tagLen = 24

type tag struct {
	number uint32
	sender uint16
	due    int64
}

// putTag writes the tag into b, which has at least tagLen bytes.
func putTag(b []byte, t tag) {
	_ = b[tagLen-1]
	putLetters(b[0:], t.number)
	putLetters(b[8:], uint32(t.sender)<<16|uint32(uint64(t.due)>>32)&0xffff)
	putLetters(b[16:], uint32(t.due))
}

// getTag reads a tag; what isn't one gives nonsense, which the checks notice.
func getTag(b []byte) tag {
	_ = b[tagLen-1]
	mid := getLetters(b[8:])
	return tag{
		number: getLetters(b),
		sender: uint16(mid >> 16),
		due:    int64(mid&0xffff)<<32 | int64(getLetters(b[16:])),
	}
}

// putLetters writes v as eight letters, most significant first.
func putLetters(b []byte, v uint32) {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	binary.BigEndian.PutUint64(b, x+letterA)
}

func getLetters(b []byte) uint32 {
	x := (binary.BigEndian.Uint64(b) - letterA) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// areLetters reports whether each of the first 8 bytes of b is one of the
// sixteen letters: a difference without high nibbles leaves no room for a
// borrow, so no other byte can hide in it.
func areLetters(b []byte) bool {
	return (binary.BigEndian.Uint64(b)-letterA)&0xf0f0f0f0f0f0f0f0 == 0
}

// isTag reports whether b begins with tagLen letters; it has at least so many bytes.
func isTag(b []byte) bool { return areLetters(b) && areLetters(b[8:]) && areLetters(b[16:]) }

const letterA = 0x6161616161616161

// fingerprint condenses what every view of a message must agree on: its id,
// its number and its sender. It is never 0.
func fingerprint(id, tag []byte) uint32 {
	var a, b uint64
	if len(id) >= 16 {
		a, b = binary.LittleEndian.Uint64(id[len(id)-16:]), binary.LittleEndian.Uint64(id[len(id)-8:])
	} else {
		var pad [16]byte
		copy(pad[:], id)
		a, b = binary.LittleEndian.Uint64(pad[:]), binary.LittleEndian.Uint64(pad[8:])
	}
	c := binary.LittleEndian.Uint64(tag)
	d := uint64(binary.LittleEndian.Uint32(tag[8:]))
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^c^0xd6e8feb86659fd93)
	x := (hi ^ lo ^ d) * 0xff51afd7ed558ccd
	return uint32(x>>32) | 1
}
