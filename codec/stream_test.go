package codec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// frame builds a masked frame from its first byte, whatever rules it breaks.
func frame(first byte, payload string) []byte {
	return appendMasked(nil, first, [4]byte{0xa1, 0x02, 0xff, 0x5c}, []byte(payload))
}

// fragment builds a masked frame, the last of its message if fin is set.
func fragment(fin bool, op Op, payload string) []byte {
	if fin {
		return frame(bitFin|byte(op), payload)
	}
	return frame(byte(op), payload)
}

// fragments cuts a message into masked frames of size bytes each.
func fragments(op Op, payload string, size int) []byte {
	var stream []byte
	for len(payload) > size {
		stream = append(stream, fragment(false, op, payload[:size])...)
		op, payload = OpContinuation, payload[size:]
	}
	return append(stream, fragment(true, op, payload)...)
}

func textFrame(payload string) []byte  { return fragment(true, OpText, payload) }
func pingFrame(payload string) []byte  { return fragment(true, OpPing, payload) }
func closeFrame(payload string) []byte { return fragment(true, OpClose, payload) }

// closePayload is a close frame's payload.
func closePayload(code uint16, reason string) string {
	return string([]byte{byte(code >> 8), byte(code)}) + reason
}

// said renders a message as the expectations of the tables do.
func said(op Op, payload string) string { return fmt.Sprintf("%x:%s", byte(op), payload) }

func failed(code uint16) string { return fmt.Sprintf("close %d", code) }

// feed hands a stream to a new Reader in pieces as a connection would, and
// returns what came out, down to the error that ended it.
func feed(t testing.TB, cfg ReaderConfig, stream []byte, piece func() int) []string {
	t.Helper()
	r := NewReader(cfg)
	stream = slices.Clone(stream)
	var out []string
	for begin, end := 0, 0; ; {
		msg, n, err := r.Next(stream[begin:end:end])
		if err != nil {
			return append(out, failed(err.(*CloseError).Code))
		}
		if n > 0 && msg.Op != OpContinuation {
			out = append(out, said(msg.Op, string(msg.Payload)))
		}
		if begin += n; n > 0 {
			continue
		}
		if end == len(stream) {
			return out
		}
		if need := Need(stream[begin:end]); need <= end-begin {
			t.Fatalf("asks for more, but needs %d of %d bytes", need, end-begin)
		}
		end = min(end+piece(), len(stream))
	}
}

func atOnce() int     { return 1 << 30 }
func byteByByte() int { return 1 }

func randomly(rnd *rand.Rand) func() int {
	return func() int { return 1 + rnd.IntN(1+rnd.IntN(200)) }
}

// streamCase is a stream of frames and what is to come out of it.
type streamCase struct {
	name   string
	stream []byte
	want   []string
}

// run checks each case however its bytes are cut.
func run(t *testing.T, cfg ReaderConfig, cases []streamCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, piece := range []func() int{atOnce, byteByByte, randomly(rand.New(rand.NewPCG(1, 2)))} {
				if got := feed(t, cfg, c.stream, piece); !slices.Equal(got, c.want) {
					t.Errorf("got %.200q, want %.200q", got, c.want)
				}
			}
		})
	}
}

func join(frames ...[]byte) []byte { return slices.Concat(frames...) }

func want(out ...string) []string { return out }
