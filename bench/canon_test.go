package bench

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec"
)

func TestCanonMatch(t *testing.T) {
	var k canon
	frames := [][]byte{[]byte("aaaa"), []byte("bb"), []byte("cccccc")}
	for i, f := range frames {
		k.add(uint64(5+i), f, int64(i))
	}
	tests := []struct {
		name       string
		seq        uint64
		buf        string
		size, dues int
	}{
		{"all", 5, "aaaabbcccccc", 12, 3},
		{"more behind", 5, "aaaabbccccccdd", 12, 3},
		{"a part of the last", 5, "aaaabbccc", 6, 2},
		{"a part of the first", 5, "aaa", 0, 0},
		{"from the middle", 6, "bbcccccc", 8, 2},
		{"different", 5, "aaaabXcccccc", 0, 0},
		{"before the first", 4, "aaaa", 0, 0},
		{"behind the last", 8, "dd", 0, 0},
		{"nothing", 5, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			size, dues := k.match(tt.seq, []byte(tt.buf))
			if size != tt.size || len(dues) != tt.dues {
				t.Errorf("%d bytes, %d frames; want %d and %d", size, len(dues), tt.size, tt.dues)
			}
		})
	}
}

func TestCanonForgets(t *testing.T) {
	var k canon
	frame := bytes.Repeat([]byte("x"), canonBytes/10)
	for seq := uint64(1); seq <= 100; seq++ {
		frame[0] = byte(seq)
		k.add(seq, frame, int64(seq))
		if size, dues := k.match(seq, frame); size != len(frame) || dues[0] != int64(seq) {
			t.Fatalf("seq %d is not known", seq)
		}
	}
	if len(k.buf) > canonBytes {
		t.Errorf("%d bytes kept", len(k.buf))
	}
	k.add(3, frame, 0) // of one who lags behind
	if size, _ := k.match(100, frame); size == 0 {
		t.Error("an old frame made the canon forget")
	}
}

// Members who take the short way over the canon find the same faults as one
// who parses every frame, wherever the stream is cut.
func TestBulkFindsTheSameFaults(t *testing.T) {
	ca := testGroup(4, 2)
	rapid.Check(t, func(t *rapid.T) {
		frames := splitAll(chatFrames(ca, 1, 12))
		var good, bad []byte
		for _, f := range frames {
			good = append(good, f...)
		}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, 11), 1, 14).Draw(t, "order") {
			bad = append(bad, frames[i]...)
		}
		want, _ := receive(t, ca, nil, bad)
		got, member := receive(t, ca, good, bad)
		if want.count != got.count {
			t.Fatalf("by bulk %v, one by one %v", got.count, want.count)
		}
		if member.at != member.stream.position() {
			t.Fatalf("the watermark has the member at %d, it is at %d", member.at, member.stream.position())
		}
	})
}

// receive feeds good to a first member and then, in pieces, bad to a second.
func receive(t *rapid.T, ca *cast, good, bad []byte) (*faults, *member) {
	l := quietLoop()
	r := &room{loop: l, conv: newConversation(ca.convID, 64, 1), mark: newWatermark(0, 64), layout: newLayout(ca)}
	first, second := &member{name: "first", room: r}, &member{name: "second", room: r}
	for _, m := range []*member{first, second} {
		r.mark.enter()
		m.opened(&conn{loop: l, phase: phaseOpen, handler: m})
	}
	if _, err := feedFrames(first.conn, good); err != nil {
		t.Fatal(err)
	}
	var rest []byte
	for _, c := range bad {
		rest = append(rest, c)
		if rapid.IntRange(0, 200).Draw(t, "cut") > 0 && len(rest) < 900 {
			continue
		}
		used, err := feedFrames(second.conn, rest)
		if err != nil {
			t.Fatal(err)
		}
		rest = rest[used:]
	}
	feedFrames(second.conn, rest)
	return &l.faults, second
}

func splitAll(b []byte) (frames [][]byte) {
	for len(b) > 0 {
		_, n := splitFrame(b)
		frames = append(frames, b[:n])
		b = b[n:]
	}
	return frames
}

// A frame that isn't a message must not get into the canon as one.
func TestCanonHoldsOnlyMessages(t *testing.T) {
	ca := testGroup(4, 2)
	l := quietLoop()
	r := &room{loop: l, conv: newConversation(ca.convID, 64, 1), mark: newWatermark(0, 64), layout: newLayout(ca)}
	m := &member{name: "m", room: r}
	r.mark.enter()
	m.opened(&conn{loop: l, phase: phaseOpen, handler: m})
	r.fresh = 1 // left over from another member
	event := codec.AppendFrame(nil, codec.OpText, []byte(`{"type":"group","event":"joined"}`))
	if _, err := feedFrames(m.conn, event); err != nil {
		t.Fatal(err)
	}
	if len(r.canon.ends) != 0 {
		t.Error("an event is taken for a message")
	}
}
