package codec

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The examples of RFC 6455 §5.7.
func TestFrameExamples(t *testing.T) {
	for _, c := range []struct {
		name, want string
		got        []byte
	}{
		{"unmasked text", "\x81\x05Hello", AppendFrame(nil, OpText, []byte("Hello"))},
		{"masked text", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", AppendMaskedFrame(nil, OpText, benchKey, []byte("Hello"))},
		{"unmasked ping", "\x89\x05Hello", AppendFrame(nil, OpPing, []byte("Hello"))},
		{"masked pong", "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", AppendMaskedFrame(nil, OpPong, benchKey, []byte("Hello"))},
		{"256 bytes", "\x82\x7e\x01\x00", AppendHeader(nil, OpBinary, 256)},
		{"64 KiB", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", AppendHeader(nil, OpBinary, 65536)},
	} {
		if string(c.got) != c.want {
			t.Errorf("%s: got % x, want % x", c.name, c.got, c.want)
		}
	}
}

// A frame encoded in place is the same as one appended.
func TestBeginEndFrame(t *testing.T) {
	for _, size := range []int{0, 1, 124, 125, 126, 127, 65535, 65536, 70000} {
		payload := []byte(strings.Repeat("abcdefg", size/7+1)[:size])
		got := []byte("before")
		got = append(BeginFrame(got), payload...)
		got = EndFrame(got, len("before"), OpText)
		if want := AppendFrame([]byte("before"), OpText, payload); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %.20q, want %.20q", size, got, want)
		}
	}
}

func TestBeginEndFrameDoesNotAllocate(t *testing.T) {
	dst, payload := make([]byte, 0, 1024), chatLine(300)
	if n := testing.AllocsPerRun(100, func() {
		dst = EndFrame(append(BeginFrame(dst[:0]), payload...), 0, OpText)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestNeed(t *testing.T) {
	for _, c := range []struct {
		buf  string
		want int
	}{
		{"", 2}, {"\x81", 2}, {"\x81\x05", 7}, {"\x81\x85", 6}, {"\x81\x85abcd", 11},
		{"\x81\x7e", 4}, {"\x81\xfe\x01", 8}, {"\x81\x7e\x01\x00", 260}, {"\x81\xff", 14},
		{"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 65546},
	} {
		if got := Need([]byte(c.buf)); got != c.want {
			t.Errorf("% x: got %d, want %d", c.buf, got, c.want)
		}
	}
}

// Mask by words is what RFC 6455 §5.3 says byte by byte, from any offset, and
// it undoes itself.
func TestMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "plain")
		key := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "key"))
		offset := rapid.IntRange(0, 9).Draw(t, "offset")
		masked := bytes.Clone(plain)
		Mask(key, offset, masked)
		for i := range plain {
			if masked[i] != plain[i]^key[(offset+i)%4] {
				t.Fatalf("byte %d is wrong", i)
			}
		}
		cut := rapid.IntRange(0, len(plain)).Draw(t, "cut")
		Mask(key, offset, masked[:cut])
		Mask(key, offset+cut, masked[cut:])
		if !bytes.Equal(masked, plain) {
			t.Fatal("masking twice changes the bytes")
		}
	})
}
