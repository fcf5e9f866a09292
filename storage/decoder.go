package storage

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// decoder reads a record from front to back. After the first thing that isn't
// as the encoder writes it, bad is set and all that follows reads as zero, so
// that callers check once, at the end, with done.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) fail() {
	d.bad, d.rest = true, nil
}

// done reports whether all was read and nothing was wrong.
func (d *decoder) done() bool { return !d.bad && len(d.rest) == 0 }

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

// version reads the byte that every record begins with.
func (d *decoder) version(want byte) {
	if d.byte() != want {
		d.fail()
	}
}

func (d *decoder) uvarint() uint64 {
	if len(d.rest) > 0 && d.rest[0] < 0x80 {
		b := d.rest[0]
		d.rest = d.rest[1:]
		return uint64(b)
	}
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || d.rest[n-1] == 0 { // short, over 64 bits, or longer than need be
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (d *decoder) uint32() uint32 {
	v := d.uvarint()
	if v > math.MaxUint32 {
		d.fail()
		return 0
	}
	return uint32(v)
}

// fixed64 reads a number that varints wouldn't make shorter, such as a hash.
func (d *decoder) fixed64() uint64 {
	if len(d.rest) < 8 {
		d.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(d.rest)
	d.rest = d.rest[8:]
	return v
}

// bytes reads a length and as many bytes, which stay part of the record.
func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.fail()
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

// text is bytes as a string that stays part of the record: it is valid as
// long as the record is.
func (d *decoder) text() string {
	return alias(d.bytes())
}

// string is bytes as a string of its own.
func (d *decoder) string() string { return string(d.bytes()) }

func appendString[T string | []byte](dst []byte, s T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// alias is b as a string that changes when b does.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
