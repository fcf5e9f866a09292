package reactor

import (
	"encoding/binary"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// deflateCache keeps the run that was compressed last: a run to a user goes to
// all of the user's connections in a row.
type deflateCache struct {
	run, deflated *delivery.Run
}

// of returns run with its frames compressed.
func (d *deflateCache) of(run *delivery.Run) *delivery.Run {
	if d.run != run {
		d.run, d.deflated = run, deflateRun(run)
	}
	return d.deflated
}

// deflateRun returns run with each of its frames compressed by itself
// (RFC 7692 §7.2.3.2 leaves that to the sender).
func deflateRun(run *delivery.Run) *delivery.Run {
	packed := *run
	packed.Frames = make([]byte, 0, len(run.Frames)/2)
	packed.Ends = make([]int32, 0, len(run.Ends))
	start := int32(0)
	for _, end := range run.Ends {
		packed.Frames = deflateFrames(packed.Frames, run.Frames[start:end])
		packed.Ends = append(packed.Ends, int32(len(packed.Frames)))
		start = end
	}
	return &packed
}

// deflateFrames appends complete unmasked frames, the data frames among them
// compressed.
func deflateFrames(dst, frames []byte) []byte {
	for len(frames) > 0 {
		op := codec.Op(frames[0] & 0x0F)
		head, size := frameSize(frames)
		if op.Control() || frames[0]&0x70 != 0 {
			dst = append(dst, frames[:head+size]...)
		} else {
			dst = codec.AppendDeflatedFrame(dst, op, frames[head:head+size])
		}
		frames = frames[head+size:]
	}
	return dst
}

// frameSize returns the sizes of the header and of the payload of the unmasked
// frame at the start of b (RFC 6455 §5.2).
func frameSize(b []byte) (head, payload int) {
	switch n := int(b[1]); n {
	case 126:
		return 4, int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		return 10, int(binary.BigEndian.Uint64(b[2:]))
	default:
		return 2, n
	}
}
