package reactor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// TestDeflatedRuns: compressed connections get the same messages in fewer
// bytes, and those of a run share the compressed bytes.
func TestDeflatedRuns(t *testing.T) {
	long := strings.Repeat("the same again and again, ", 40)
	run := &delivery.Run{Conv: 1, First: 1}
	for i := range 3 {
		run.Frames = append(run.Frames, textFrame(fmt.Sprint(i, long))...)
		run.Ends = append(run.Ends, int32(len(run.Frames)))
	}
	l := newTestLoop(Config{})
	l.h.deliver = func(c *Conn, run *delivery.Run) { c.SendRun(run, 1) }
	c, s := l.connect("u")
	c.deflates = true
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}},
		delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: run},
		delivery.Post{Kind: delivery.NotifyRoom, Room: 1, Frame: textFrame("note " + long)})
	l.passAll()
	l.post(delivery.Post{Kind: delivery.ToUser, User: "u", Run: run})
	l.passAll()
	want := []string{"0" + long, "1" + long, "2" + long, "note " + long, "1" + long, "2" + long}
	if got := texts(t, s.wrote); !slices.Equal(got, want) {
		t.Fatalf("got %d messages: %.40q", len(got), got)
	}
	if len(s.wrote) > len(run.Frames)/2 {
		t.Fatalf("%d bytes for runs of %d", len(s.wrote), len(run.Frames))
	}
	if once := l.packed.of(run); l.packed.of(run) != once {
		t.Fatal("compressed twice")
	}
}

// TestDeflateFrames: control frames stay as they are.
func TestDeflateFrames(t *testing.T) {
	var frames []byte
	var want []string
	for _, n := range []int{0, 1, 125, 126, 70000} {
		text := strings.Repeat("z", n)
		frames = codec.AppendFrame(append(frames, textFrame(text)...), codec.OpPing, []byte("p"))
		want = append(want, text, "p")
	}
	if got := texts(t, deflateFrames(nil, frames)); !slices.Equal(got, want) {
		t.Fatalf("got %.60q", got)
	}
}
