package reactor

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"gannet/codec"
)

// TestPingFlood: a second has room for many pings, and an end.
func TestPingFlood(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("u")
	c.reader.Reset(codec.ReaderConfig{})
	ping := func(n int) {
		s.in, c.need = bytes.Repeat(masked(codec.OpPing, "p"), n), 0
		l.read(c)
		l.flush()
	}
	for second := range 3 {
		l.owner.clock.Store(int64(time.Duration(second) * time.Second))
		ping(maxPings)
	}
	if got := texts(t, s.wrote); !c.Open() || len(got) != 3*maxPings || got[0] != "p" {
		t.Fatalf("%d pongs, open: %v", len(got), c.Open())
	}
	s.wrote = nil
	ping(5)
	if got := texts(t, s.wrote); !slices.Equal(got, []string{"close 1008"}) {
		t.Errorf("got %q", got)
	}
}
