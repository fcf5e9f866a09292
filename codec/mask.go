package codec

import (
	"encoding/binary"
	"math/bits"
)

// Mask masks or unmasks b in place (RFC 6455 §5.3). offset is how many bytes
// of the payload came before b, so that a payload can be masked in parts.
func Mask(key [4]byte, offset int, b []byte) {
	k := binary.LittleEndian.Uint32(key[:])
	maskWords(bits.RotateLeft32(k, -8*(offset&3)), b)
}

// maskWords XORs b with the little-endian key, eight bytes at a time.
func maskWords(key uint32, b []byte) {
	word := uint64(key)<<32 | uint64(key)
	for len(b) >= 32 {
		w := b[:32:32]
		xorWord(w[0:8], word)
		xorWord(w[8:16], word)
		xorWord(w[16:24], word)
		xorWord(w[24:32], word)
		b = b[32:]
	}
	for len(b) >= 8 {
		xorWord(b[:8], word)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(word)
		word >>= 8
	}
}

func xorWord(b []byte, word uint64) {
	binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^word)
}
