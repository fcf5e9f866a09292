package codec

import (
	"strings"
	"testing"
)

// Autobahn 5: fragments and the control frames between them (RFC 6455 §5.4).
func TestFragments(t *testing.T) {
	first, middle := fragment(false, OpText, "one "), fragment(false, OpContinuation, "two ")
	last, stray := fragment(true, OpContinuation, "three"), fragment(false, OpContinuation, "stray")
	whole := said(OpText, "one two three")
	run(t, ReaderConfig{}, []streamCase{
		{"5.1 fragmented ping", join(fragment(false, OpPing, "a"), fragment(true, OpContinuation, "b")), want(failed(1002))},
		{"5.2 fragmented pong", join(fragment(false, OpPong, "a"), fragment(true, OpContinuation, "b")), want(failed(1002))},
		{"fragmented close", fragment(false, OpClose, closePayload(1000, "")), want(failed(1002))},
		{"5.3 two fragments", join(first, last), want(said(OpText, "one three"))},
		{"binary fragments", fragments(OpBinary, "\xff\xfe\xfd\xfc", 1), want(said(OpBinary, "\xff\xfe\xfd\xfc"))},
		{"5.6 ping between", join(first, pingFrame("p"), last), want(said(OpPing, "p"), said(OpText, "one three"))},
		{"5.9 stray last continuation", join(last, textFrame("a")), want(failed(1002))},
		{"5.12 stray continuation", join(stray, textFrame("a")), want(failed(1002))},
		{"5.15 stray after a message", join(first, last, stray, textFrame("a")), want(said(OpText, "one three"), failed(1002))},
		{"5.18 message inside a message", join(first, textFrame("a")), want(failed(1002))},
		{"fragmented message inside a message", join(first, fragment(false, OpBinary, "a")), want(failed(1002))},
		{"5.19 pings between", join(first, middle, pingFrame("p"), middle, pingFrame("q"), last),
			want(said(OpPing, "p"), said(OpPing, "q"), said(OpText, "one two two three"))},
		{"messages after one another", join(first, middle, last, first, middle, last, textFrame("a")), want(whole, whole, said(OpText, "a"))},
		{"empty fragments", join(fragment(false, OpText, ""), fragment(false, OpContinuation, ""), fragment(true, OpContinuation, "")),
			want(said(OpText, ""))},
		{"empty fragments around", join(fragment(false, OpText, ""), middle, fragment(true, OpContinuation, "")), want(said(OpText, "two "))},
		{"5.20 five fragments, pings between", join(first, pingFrame("1"), middle, middle, pingFrame("2"), middle, last),
			want(said(OpPing, "1"), said(OpPing, "2"), said(OpText, "one two two two three"))},
		{"unfinished", join(first, middle), nil},
	})
}

// Autobahn 10.1: a message that a peer's stack cut into frames of 1,300 bytes.
func TestAutoFragments(t *testing.T) {
	payload := strings.Repeat("a", 65536)
	run(t, ReaderConfig{MaxMessage: 65536}, []streamCase{
		{"10.1.1", fragments(OpText, payload, 1300), want(said(OpText, payload))},
	})
}

// Fragments never make a Reader hold more than the limit.
func TestAssemblyStaysWithinLimit(t *testing.T) {
	const limit = 1000
	r := NewReader(ReaderConfig{MaxMessage: limit})
	for size, op := 0, OpText; size < limit; size, op = size+7, OpContinuation {
		if _, _, err := r.Next(fragment(false, op, strings.Repeat("a", min(7, limit-size)))); err != nil {
			t.Fatal(err)
		}
		if room := cap(r.part.buf); room > limit {
			t.Fatalf("holds %d bytes", room)
		}
	}
}
