package chat

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// What a turn hands over never changes afterwards, whatever the next turns do
// and whatever happens to the bytes it was made of.
func TestTurnsDoNotAlias(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tn turn
		type handed struct {
			got, want []sequencer.Send
		}
		var all []handed
		read := make([]byte, 0, 1<<18) // what the requests alias: used again by every turn
		user := "me"
		for range rapid.IntRange(1, 8).Draw(t, "turns") {
			read = read[:0]
			var want []sequencer.Send
			for range rapid.SampledFrom([]int{0, 1, 3, turnSends - 1}).Draw(t, "sends") {
				r := aliasing(&read, rapid.IntRange(0, 1<<20).Draw(t, "seed"))
				m := tn.add()
				if err := prepare(m, user, &r, &tn.arena); err != nil {
					t.Fatal(err)
				}
				want = append(want, cloned(m))
				if len(tn.sends) == cap(tn.sends) {
					all = append(all, handed{tn.take(), want})
					want = nil
				}
			}
			if n := len(tn.sends) - tn.open; n != len(want) {
				t.Fatalf("%d open, want %d", n, len(want))
			}
			if len(want) > 0 {
				all = append(all, handed{tn.take(), want})
			}
			for i := range read[:cap(read)] {
				read[:cap(read)][i] = '#'
			}
		}
		for _, h := range all {
			if len(h.got) != len(h.want) || cap(h.got) != len(h.got) {
				t.Fatalf("%d sends, room for %d; want %d", len(h.got), cap(h.got), len(h.want))
			}
			for i := range h.got {
				if got, want := cloned(&h.got[i]), h.want[i]; got.ConvID != want.ConvID || got.To != want.To ||
					got.CID != want.CID || got.Type != want.Type || !bytes.Equal(got.Content, want.Content) {
					t.Fatalf("%+v became %+v", want, got)
				}
			}
		}
	})
}

// aliasing makes a request whose strings lie in buf.
func aliasing(buf *[]byte, seed int) wire.Request {
	text := func(n int) string {
		if cap(*buf)-len(*buf) < n {
			n = 0
		}
		start := len(*buf)
		for i := range n {
			*buf = append(*buf, byte('a'+(seed+i)%26))
		}
		return asText((*buf)[start:])
	}
	r := wire.Request{CID: text(seed % 64), ContentType: text(seed % 7), Content: []byte(text(seed % 300))}
	switch seed % 3 {
	case 0:
		r.To = text(3 + seed%61)
	case 1:
		r.GroupID = text(1 + seed%63)
	case 2:
		r.ConvID = asText(append((*buf)[len(*buf):], "single_me:you"...))
		*buf = (*buf)[:min(cap(*buf), len(*buf)+len(r.ConvID))]
	}
	return r
}

func cloned(m *sequencer.Send) sequencer.Send {
	c := *m
	c.ConvID, c.To, c.CID, c.Type = strings.Clone(m.ConvID), strings.Clone(m.To), strings.Clone(m.CID), strings.Clone(m.Type)
	c.Content = slices.Clone(m.Content)
	return c
}

// Pieces of an arena don't reach into each other, of whatever size they are.
func TestArena(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena
		var got []string
		var want []string
		for range rapid.IntRange(1, 60).Draw(t, "pieces") {
			n := rapid.SampledFrom([]int{0, 1, 20, 500, arenaSize / 3, arenaSize, arenaSize + 1}).Draw(t, "length")
			in := bytes.Repeat([]byte{byte('a' + n%26)}, n)
			b := a.bytes(in)
			if len(b) != cap(b) {
				t.Fatal("room to write into the next piece")
			}
			got, want = append(got, asText(b)), append(want, string(in))
			x, y := strings.Repeat("x", 1+n%64), strings.Repeat("y", 1+n%50)
			got, want = append(got, a.singleID(y, x)), append(want, wire.SingleID(x, y))
			got, want = append(got, a.groupID(x)), append(want, wire.GroupConvID(x))
			got, want = append(got, a.text(x)), append(want, x)
		}
		if !slices.Equal(got, want) {
			t.Fatal("pieces changed")
		}
		if a.text("") != "" {
			t.Fatal("something of nothing")
		}
	})
}
