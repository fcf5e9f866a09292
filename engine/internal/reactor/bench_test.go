package reactor

import (
	"fmt"
	"strings"
	"testing"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// sink is a socket that takes everything and keeps nothing.
type sink struct{ socket }

func (l *testLoop) connectSink(user string) *Conn {
	c, _ := l.connect(user)
	c.sock = &sink{}
	return c
}

// BenchmarkFanOut is what a delivery to a member of a large room costs, the
// system call left out.
func BenchmarkFanOut(b *testing.B) {
	for _, queued := range []int{1, 16} {
		b.Run(fmt.Sprint("queued=", queued), func(b *testing.B) { benchmarkFanOut(b, 5000, queued) })
	}
}

func benchmarkFanOut(b *testing.B, members, queued int) {
	l := newTestLoop(Config{})
	for i := range members {
		c := l.connectSink(fmt.Sprint(i))
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}})
	}
	l.passAll()
	frame := textFrame(strings.Repeat("x", 200))
	seq := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		for range queued {
			seq++
			run := &delivery.Run{Conv: 1, First: seq, Frames: frame, Ends: []int32{int32(len(frame))}}
			l.post(delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: run})
		}
		l.passAll()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*members*queued), "ns/delivery")
}

// BenchmarkEcho is a message there and back over a real socket, 64 under way.
func BenchmarkEcho(b *testing.B) {
	r := serve(b, Config{Reactors: 1}, echo())
	c := dial(b, r)
	const window = 64
	var batch []byte
	for range window {
		batch = append(batch, masked(codec.OpText, strings.Repeat("x", 128))...)
	}
	answer := window * len(textFrame(strings.Repeat("x", 128)))
	buf := make([]byte, answer)
	b.ReportAllocs()
	for b.Loop() {
		c.write(batch)
		for got := 0; got < answer; {
			n, err := c.Read(buf[got:])
			if err != nil {
				b.Fatal(err)
			}
			got += n
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*window), "ns/message")
}
