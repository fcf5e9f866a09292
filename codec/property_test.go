package codec

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawMessage draws a message as a masked stream, and what is to come out.
func drawMessage(t *rapid.T, c *Compressor) (stream []byte, out string) {
	op := rapid.SampledFrom([]Op{OpText, OpBinary, OpPing, OpPong}).Draw(t, "op")
	payload := rapid.StringN(0, 60, 120).Draw(t, "payload")
	if !op.Control() {
		payload = strings.Repeat(payload, rapid.SampledFrom([]int{1, 1, 1, 5, 100}).Draw(t, "repeat"))
	}
	out = said(op, payload)
	switch {
	case op.Control():
		return fragment(true, op, payload), out
	case rapid.Bool().Draw(t, "compressed"):
		return c.AppendMaskedFrame(nil, op, [4]byte{1, 2, 3, 4}, []byte(payload)), out
	}
	return fragments(op, payload, rapid.IntRange(1, 5000).Draw(t, "size")), out
}

// Whatever was sent comes out, and how its bytes were cut does not matter.
func TestStreamsComeThrough(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var stream []byte
		var out []string
		var c Compressor
		for range rapid.IntRange(1, 8).Draw(rt, "messages") {
			bytes, said := drawMessage(rt, &c)
			stream, out = append(stream, bytes...), append(out, said)
		}
		cfg := ReaderConfig{MaxMessage: 1 << 20, Deflate: &Deflate{}}
		seed := rapid.Uint64().Draw(rt, "seed")
		for _, piece := range []func() int{atOnce, byteByByte, randomly(rand.New(rand.NewPCG(seed, 0)))} {
			if got := feed(t, cfg, stream, piece); !slices.Equal(got, out) {
				rt.Fatalf("got %.100q, want %.100q", got, out)
			}
		}
	})
}

// The two sides' frames carry the same payload.
func TestMaskedAndUnmaskedAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload")
		key := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "key"))
		kept := bytes.Clone(payload)
		fromServer, _, err := NewReader(ReaderConfig{Client: true}).Next(AppendFrame(nil, OpBinary, payload))
		if err != nil {
			t.Fatal(err)
		}
		fromClient, _, err := NewReader(ReaderConfig{}).Next(AppendMaskedFrame(nil, OpBinary, key, payload))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fromServer.Payload, payload) || !bytes.Equal(fromClient.Payload, payload) || !bytes.Equal(payload, kept) {
			t.Fatalf("%x became %x and %x", kept, fromServer.Payload, fromClient.Payload)
		}
	})
}
