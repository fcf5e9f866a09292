package codec

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

// Autobahn 1.1 and 1.2: messages of every form of length.
func TestLengths(t *testing.T) {
	var cases []streamCase
	for _, size := range []int{0, 1, 125, 126, 127, 128, 65535, 65536} {
		payload := strings.Repeat("*", size)
		for _, op := range []Op{OpText, OpBinary} {
			cases = append(cases, streamCase{fmt.Sprint(op, size), fragment(true, op, payload), want(said(op, payload))})
		}
	}
	run(t, ReaderConfig{MaxMessage: 1 << 20}, cases)
}

// Autobahn 2: pings and pongs are delivered as they come.
func TestPings(t *testing.T) {
	long := strings.Repeat("\xfe", MaxControl)
	run(t, ReaderConfig{}, []streamCase{
		{"empty", pingFrame(""), want(said(OpPing, ""))},
		{"payload", pingFrame("Hello"), want(said(OpPing, "Hello"))},
		{"not UTF-8", pingFrame("\x00\xff\xfe"), want(said(OpPing, "\x00\xff\xfe"))},
		{"longest", pingFrame(long), want(said(OpPing, long))},
		{"too long", pingFrame(long + "a"), want(failed(1002))},
		{"unsolicited pong", join(fragment(true, OpPong, "x"), pingFrame("y")), want(said(OpPong, "x"), said(OpPing, "y"))},
		{"ten", bytes.Repeat(pingFrame("p"), 10), strings.Split(strings.Repeat(said(OpPing, "p")+" ", 10)[:39], " ")},
	})
}

// Autobahn 3: reserved bits (RFC 6455 §5.2), without an extension and with.
func TestReservedBits(t *testing.T) {
	for _, deflate := range []*Deflate{nil, {}} {
		var cases []streamCase
		for rsv := byte(1); rsv < 8; rsv++ {
			for _, op := range []Op{OpText, OpBinary, OpContinuation, OpPing, OpPong, OpClose} {
				if deflate != nil && rsv == 4 && !op.Control() && op != OpContinuation {
					continue // a compressed message
				}
				bad := frame(bitFin|rsv<<4|byte(op), "")
				cases = append(cases, streamCase{fmt.Sprint(rsv, op), join(textFrame("a"), bad, pingFrame("")),
					want(said(OpText, "a"), failed(1002))})
			}
		}
		cases = append(cases, streamCase{"continuation",
			join(fragment(false, OpText, "a"), frame(bitFin|bitRSV1|byte(OpContinuation), "b")), want(failed(1002))})
		run(t, ReaderConfig{Deflate: deflate}, cases)
	}
}

// Autobahn 4: reserved opcodes (RFC 6455 §5.2).
func TestReservedOpcodes(t *testing.T) {
	var cases []streamCase
	for _, op := range []Op{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		for _, payload := range []string{"", "payload"} {
			cases = append(cases, streamCase{fmt.Sprint(op, payload),
				join(textFrame("a"), fragment(true, op, payload), pingFrame("")), want(said(OpText, "a"), failed(1002))})
		}
	}
	run(t, ReaderConfig{}, cases)
}

// RFC 6455 §5.1: a client masks, a server does not.
func TestMasking(t *testing.T) {
	unmasked := AppendFrame(nil, OpText, []byte("abc"))
	run(t, ReaderConfig{}, []streamCase{
		{"client masks", textFrame("abc"), want(said(OpText, "abc"))},
		{"client does not", unmasked, want(failed(1002))},
		{"client does not mask a control frame", AppendFrame(nil, OpPing, nil), want(failed(1002))},
		{"key of zeros", AppendMaskedFrame(nil, OpText, [4]byte{}, []byte("abc")), want(said(OpText, "abc"))},
	})
	run(t, ReaderConfig{Client: true}, []streamCase{
		{"server does not", unmasked, want(said(OpText, "abc"))},
		{"server masks", textFrame("abc"), want(failed(1002))},
	})
}

// RFC 6455 §5.2: the shortest form of the length is the only one.
func TestLengthForms(t *testing.T) {
	key := "\x00\x00\x00\x00"
	run(t, ReaderConfig{MaxMessage: 1 << 20}, []streamCase{
		{"16 bits for 125", []byte("\x82\xfe\x00\x7d" + key + strings.Repeat("a", 125)), want(failed(1002))},
		{"64 bits for 125", []byte("\x82\xff\x00\x00\x00\x00\x00\x00\x00\x7d" + key), want(failed(1002))},
		{"64 bits for 65535", []byte("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff" + key), want(failed(1002))},
		{"highest bit", []byte("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00" + key), want(failed(1002))},
		{"all bits", []byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" + key), want(failed(1002))},
		{"highest length", []byte("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + key), want(failed(1009))},
		{"16 bits in a ping", []byte("\x89\xfe\x00\x05" + key + "Hello"), want(failed(1002))},
	})
}

// The header alone is enough to refuse a message that is too big.
func TestLimit(t *testing.T) {
	at, over := strings.Repeat("a", 100), strings.Repeat("a", 101)
	run(t, ReaderConfig{MaxMessage: 100}, []streamCase{
		{"at the limit", textFrame(at), want(said(OpText, at))},
		{"above", textFrame(over), want(failed(1009))},
		{"above by its header", textFrame(over)[:6], want(failed(1009))},
		{"fragments at the limit", fragments(OpText, at, 7), want(said(OpText, at))},
		{"fragments above", fragments(OpText, over, 7), want(failed(1009))},
		{"fragments above by the header", join(fragment(false, OpText, at), fragment(false, OpContinuation, "a")[:6]), want(failed(1009))},
		{"claim", []byte("\x82\xff\x00\x00\x00\x00\x40\x00\x00\x00\x01\x02\x03\x04"), want(failed(1009))},
		{"control frames don't count", join(fragment(false, OpText, at), pingFrame(at+"ping"), fragment(true, OpContinuation, "")),
			want(said(OpPing, at+"ping"), said(OpText, at))},
	})
	run(t, ReaderConfig{}, []streamCase{
		{"by default", textFrame(strings.Repeat("a", DefaultMaxMessage+1)), want(failed(1009))},
	})
}

// Autobahn 9: large messages, whole and in fragments.
func TestLargeMessages(t *testing.T) {
	payload := strings.Repeat("Größe 名 ", 1<<20/13)
	for _, size := range []int{64, 1024, 1 << 16, 1 << 20} {
		for _, op := range []Op{OpText, OpBinary} {
			stream := fragments(op, payload, size)
			got := feed(t, ReaderConfig{MaxMessage: len(payload)}, stream, func() int { return 4096 })
			if len(got) != 1 || got[0] != said(op, payload) {
				t.Errorf("%v in fragments of %d: got %.50q", op, size, got)
			}
		}
	}
}

// Whatever ended the connection is said again, however often Next is called.
func TestErrorStays(t *testing.T) {
	r := NewReader(ReaderConfig{})
	_, _, first := r.Next(fragment(true, 3, ""))
	_, n, again := r.Next(textFrame("a"))
	if first == nil || again != first || n != 0 {
		t.Errorf("got %v, then %d, %v", first, n, again)
	}
	r.Reset(ReaderConfig{})
	if msg, _, err := r.Next(textFrame("a")); err != nil || string(msg.Payload) != "a" {
		t.Errorf("after Reset: %v, %v", msg, err)
	}
}

func TestIdleReaderIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Reader{}); size >= 64 {
		t.Errorf("a Reader has %d bytes", size)
	}
	r := NewReader(ReaderConfig{Deflate: &Deflate{ClientNoContextTakeover: true}})
	stream := join(fragments(OpText, "abcdef", 2), frame(bitFin|bitRSV1|byte(OpText), "\x4a\x4c\x04\x00"))
	for len(stream) > 0 {
		_, n, err := r.Next(stream)
		if err != nil {
			t.Fatal(err)
		}
		stream = stream[n:]
	}
	if r.part != nil || r.history != nil {
		t.Error("an idle Reader holds on to buffers")
	}
}

// The path of a plain message does not allocate, on either side.
func TestNextDoesNotAllocate(t *testing.T) {
	stream := AppendMaskedFrame(nil, OpBinary, benchKey, chatLine(150))
	r := NewReader(ReaderConfig{})
	if n := testing.AllocsPerRun(100, func() { r.Next(stream) }); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}
