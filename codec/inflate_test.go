package codec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

// packed is a masked frame with a compressed message.
func packed(op Op, data string) []byte { return frame(bitFin|bitRSV1|byte(op), data) }

var noTakeover = &Deflate{ServerNoContextTakeover: true, ClientNoContextTakeover: true}

// The examples of RFC 7692 §7.2.3.
func TestInflateExamples(t *testing.T) {
	hello := want(said(OpText, "Hello"))
	run(t, ReaderConfig{Deflate: noTakeover}, []streamCase{
		{"7.2.3.1 one block", packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), hello},
		{"7.2.3.1 fragments", join(frame(bitRSV1|byte(OpText), "\xf2\x48\xcd"), pingFrame("p"), fragment(true, OpContinuation, "\xc9\xc9\x07\x00")),
			want(said(OpPing, "p"), said(OpText, "Hello"))},
		{"7.2.3.3 stored block", packed(OpText, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), hello},
		{"7.2.3.4 BFINAL", packed(OpText, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), hello},
		{"7.2.3.5 two blocks", packed(OpText, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), hello},
		{"7.2.3.6 empty", packed(OpText, "\x00"), want(said(OpText, ""))},
		{"data behind BFINAL", packed(OpText, "\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"), want(said(OpText, "HelloHello"))},
		{"plain message", textFrame("Hello"), hello},
	})
	run(t, ReaderConfig{Deflate: &Deflate{}}, []streamCase{
		{"7.2.3.2 context", join(packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), packed(OpText, "\xf2\x00\x11\x00\x00")),
			want(said(OpText, "Hello"), said(OpText, "Hello"))},
		{"plain messages are no context", join(textFrame("World"), packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), textFrame("World"),
			packed(OpText, "\xf2\x00\x11\x00\x00")),
			want(said(OpText, "World"), said(OpText, "Hello"), said(OpText, "World"), said(OpText, "Hello"))},
	})
}

func TestInflateRefuses(t *testing.T) {
	final := "\x03\x00" // an empty block with BFINAL
	run(t, ReaderConfig{Deflate: noTakeover}, []streamCase{
		{"not negotiated for contexts", join(packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), packed(OpText, "\xf2\x00\x11\x00\x00")),
			want(said(OpText, "Hello"), failed(1007))},
		{"block of a reserved type", packed(OpText, "\x07"), want(failed(1007))},
		{"nothing at all", packed(OpText, ""), want(failed(1007))},
		{"cut off", packed(OpText, "\xf2\x48\xcd"), want(failed(1007))},
		{"bad stored length", packed(OpText, "\x00\x05\x00\xfa\xfe\x48\x65\x6c\x6c\x6f\x00"), want(failed(1007))},
		{"text is not UTF-8", packed(OpText, "\x00\x01\x00\xfe\xff\xff\x00"), want(failed(1007))},
		{"binary need not be UTF-8", packed(OpBinary, "\x00\x01\x00\xfe\xff\xff\x00"), want(said(OpBinary, "\xff"))},
		{"final blocks without end", packed(OpText, strings.Repeat(final, 1000)), want(failed(1007))},
	})
	run(t, ReaderConfig{}, []streamCase{
		{"not negotiated", packed(OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00"), want(failed(1002))},
	})
}

// deflated compresses without the cut of gain.
func deflated(t testing.TB, payload string) string {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(payload)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(out.String(), "\x00\x00\xff\xff")
}

// The limit counts what comes out, not what came in.
func TestInflateLimit(t *testing.T) {
	at, over := strings.Repeat("a", 1000), strings.Repeat("a", 1001)
	random := make([]byte, 1000)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	run(t, ReaderConfig{MaxMessage: 1000, Deflate: noTakeover}, []streamCase{
		{"at the limit", packed(OpText, deflated(t, at)), want(said(OpText, at))},
		{"above", packed(OpText, deflated(t, over)), want(failed(1009))},
		{"bomb", packed(OpText, deflated(t, strings.Repeat("a", 900_000))), want(failed(1009))},
		{"what can't be compressed", packed(OpBinary, deflated(t, string(random))), want(said(OpBinary, string(random)))},
		{"compressed bytes above", packed(OpText, strings.Repeat("a", 2000))[:8], want(failed(1009))},
	})
}

// Autobahn 12 and 13: both directions, with contexts taken over and without,
// over messages of all sizes, whole and in fragments.
func TestDeflateRoundTrip(t *testing.T) {
	for _, takeover := range []bool{false, true} {
		d := &Deflate{ServerNoContextTakeover: !takeover, ClientNoContextTakeover: !takeover}
		for _, client := range []bool{false, true} {
			t.Run(fmt.Sprintf("takeover %v client %v", takeover, client), func(t *testing.T) {
				r := NewReader(ReaderConfig{Client: client, MaxMessage: 1 << 20, Deflate: d})
				var c Compressor
				for i, payload := range roundTripPayloads() {
					stream := deflatedFrame(&c, takeover, client, payload)
					msg, n, err := r.Next(stream)
					if err != nil || n != len(stream) || msg.Op != OpBinary || !bytes.Equal(msg.Payload, payload) {
						t.Fatalf("message %d of %d bytes: %d, %v", i, len(payload), n, err)
					}
				}
			})
		}
	}
}

func deflatedFrame(c *Compressor, takeover, masked bool, payload []byte) []byte {
	key := [4]byte{9, 8, 7, 6}
	switch {
	case takeover && masked:
		return c.AppendFrame(nil, OpBinary, payload)
	case takeover:
		return c.AppendMaskedFrame(nil, OpBinary, key, payload)
	case masked:
		return AppendDeflatedFrame(nil, OpBinary, payload)
	}
	return AppendMaskedDeflatedFrame(nil, OpBinary, key, payload)
}

func roundTripPayloads() [][]byte {
	rnd := rand.New(rand.NewPCG(3, 4))
	var payloads [][]byte
	for _, size := range []int{0, 1, 16, 31, 32, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072} {
		for range 3 {
			letters, noise := make([]byte, size), make([]byte, size)
			for i := range size {
				letters[i], noise[i] = "abcdefgh "[rnd.IntN(9)], byte(rnd.Uint32())
			}
			payloads = append(payloads, letters, noise, chatLine(max(size, 110)))
		}
	}
	return payloads
}

// What was said before makes a message shorter, and only then.
func TestContextIsUsed(t *testing.T) {
	line := chatLine(200)
	var c Compressor
	first := len(c.AppendFrame(nil, OpText, line))
	second := len(c.AppendFrame(nil, OpText, line))
	if alone := len(AppendDeflatedFrame(nil, OpText, line)); second >= first/2 || alone < first/2 {
		t.Errorf("first %d, second %d, alone %d bytes", first, second, alone)
	}
	for range 100 {
		c.AppendFrame(nil, OpText, line)
	}
	if len(c.window) != compressWindow {
		t.Errorf("keeps %d bytes", len(c.window))
	}
}

// What compressing would make longer goes out as it is.
func TestDeflateGainsOrStaysPlain(t *testing.T) {
	noise := make([]byte, 1000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	for _, payload := range [][]byte{nil, []byte("short"), noise} {
		if got, plain := AppendDeflatedFrame(nil, OpBinary, payload), AppendFrame(nil, OpBinary, payload); !bytes.Equal(got, plain) {
			t.Errorf("%d bytes become %d", len(plain), len(got))
		}
	}
}

func TestSlide(t *testing.T) {
	for _, c := range []struct{ window, p, want string }{
		{"", "", ""}, {"", "ab", "ab"}, {"ab", "cd", "abcd"}, {"abcd", "ef", "cdef"}, {"abcd", "efgh", "efgh"}, {"ab", "cdefgh", "efgh"},
	} {
		if got := slide([]byte(c.window), []byte(c.p), 4); string(got) != c.want {
			t.Errorf("%q and %q: got %q", c.window, c.p, got)
		}
	}
}
