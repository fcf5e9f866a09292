package codec

import (
	"bytes"
	"fmt"
	"testing"
)

var benchKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// chatLine is a typical message of the product, n bytes long.
func chatLine(n int) []byte {
	line := []byte(`{"type":"chat","id":"123456789012345678","conv_id":"single_1:2","seq":42,"from":"1","to":"2","content":"`)
	for len(line) < n-2 {
		line = append(line, "hello there, how are you today? "...)
	}
	return append(line[:n-2], `"}`...)
}

// The same frame is decoded again and again: what unmasking makes of it is
// text every other time, so the key is one that keeps ASCII ASCII.
func BenchmarkReaderNext(b *testing.B) {
	for _, size := range []int{16, 150, 1024, 16 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			frame := AppendMaskedFrame(nil, OpText, [4]byte{1, 2, 3, 4}, bytes.Repeat([]byte("a"), size))
			r := NewReader(ReaderConfig{})
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, n, err := r.Next(frame); n != len(frame) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkReaderNextUnmasked(b *testing.B) {
	frame := AppendFrame(nil, OpText, chatLine(200))
	r := NewReader(ReaderConfig{Client: true})
	b.ReportAllocs()
	for b.Loop() {
		if _, n, err := r.Next(frame); n != len(frame) || err != nil {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkMask(b *testing.B) {
	for _, size := range []int{15, 150, 4096} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			buf := make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				Mask(benchKey, 1, buf)
			}
		})
	}
}

func BenchmarkAppendMaskedFrame(b *testing.B) {
	payload := chatLine(150)
	dst := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendMaskedFrame(dst[:0], OpText, benchKey, payload)
	}
}

func BenchmarkBeginEndFrame(b *testing.B) {
	payload := chatLine(200)
	dst := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		dst = EndFrame(append(BeginFrame(dst[:0]), payload...), 0, OpText)
	}
}

func BenchmarkParseRequest(b *testing.B) {
	head := []byte(request("GET /ws?uid=1 HTTP/1.1"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseRequest(head); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendDeflatedFrame(b *testing.B) {
	for _, size := range []int{200, 4096} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			payload := chatLine(size)
			dst := make([]byte, 0, 8192)
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendDeflatedFrame(dst[:0], OpText, payload)
			}
		})
	}
}

func BenchmarkCompressor(b *testing.B) {
	payload := chatLine(200)
	dst := make([]byte, 0, 8192)
	var c Compressor
	b.ReportAllocs()
	for b.Loop() {
		dst = c.AppendFrame(dst[:0], OpText, payload)
	}
}

func BenchmarkReaderInflate(b *testing.B) {
	frame := AppendDeflatedFrame(nil, OpText, chatLine(200))
	r := NewReader(ReaderConfig{Client: true, Deflate: &Deflate{ServerNoContextTakeover: true}})
	b.ReportAllocs()
	for b.Loop() {
		if _, n, err := r.Next(frame); n != len(frame) || err != nil {
			b.Fatal(n, err)
		}
	}
}
