package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec"
	"gannet/codec/wire"
)

// What the fast path accepts, it reads as encoding/json does.
func TestLayoutAgreesWithJSON(t *testing.T) {
	ca := testGroup(20, 10)
	rapid.Check(t, func(t *rapid.T) {
		y := newLayout(ca)
		y.idLen = rapid.IntRange(17, 19).Draw(t, "idLen")
		sender := rapid.IntRange(0, 12).Draw(t, "sender")
		content := bytes.Repeat([]byte("x"), 60)
		putTag(content, tag{rapid.Uint32().Draw(t, "number"), uint16(rapid.IntRange(0, 12).Draw(t, "tagged")), 5})
		m := wire.Chat{
			ID:     rapid.Uint64Range(1e16, 1e19).Draw(t, "id"),
			ConvID: rapid.SampledFrom([]string{ca.convID, ca.convID + "x", "group_other"}).Draw(t, "conv"),
			Seq:    rapid.Uint64Range(1, 1<<53).Draw(t, "seq"),
			From:   fmt.Sprintf("run-m%05d", sender), GroupID: "run-g00000",
			Content: []byte(strconv.Quote(string(content))), Time: 1764000000000,
		}
		p := wire.AppendChat(nil, &m)
		compareChat(t, y, p)
		if i := rapid.IntRange(0, len(p)*3).Draw(t, "damage"); i < len(p) {
			p[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
			compareChat(t, y, p)
		}
	})
}

func TestLayoutTakesTheFastPath(t *testing.T) {
	ca := testGroup(20, 10)
	y := newLayout(ca)
	y.learn("123456789012345678")
	frames := chatFrames(ca, 1, 3)
	for seq := uint64(1); len(frames) > 0; seq++ {
		f, n := splitFrame(frames)
		v, ok := y.chat(f.payload)
		if !ok || v.seq != seq {
			t.Fatalf("seq %d: %v %v", seq, v, ok)
		}
		frames = frames[n:]
	}
	p := wire.AppendSent(nil, "aaaaaaab", 123456789012345678, ca.convID, 42, 1764000000000)
	if n, v, ok := y.sent(p); !ok || n != 1 || v.seq != 42 || string(v.id) != "123456789012345678" {
		t.Fatalf("sent: %d %v %v", n, v, ok)
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// compareChat holds the fast path against encoding/json, where it accepts.
func compareChat(t fataler, y *layout, p []byte) {
	t.Helper()
	v, ok := y.chat(p)
	var m message
	if !ok || !plainID(v.id) || json.Unmarshal(p, &m) != nil {
		return // damage behind the content isn't the fast path's to find
	}
	if m.Type != "chat" || m.Seq != v.seq || m.ID != string(v.id) || !bytes.Equal(m.tag(), v.tag) {
		t.Fatalf("fast path: %d %s %s; encoding/json: %+v; of %s", v.seq, v.id, v.tag, m, p)
	}
	if m.From != y.senders[getTag(v.tag).sender] || m.ConvID != "group_run-g00000" {
		t.Fatalf("accepted a message of %s in %s", m.From, m.ConvID)
	}
}

func FuzzLayout(f *testing.F) {
	ca := testGroup(20, 10)
	one, _ := splitFrame(chatFrames(ca, 7, 1))
	f.Add(one.payload)
	f.Add(wire.AppendSent(nil, "aaaaaaab", 123456789012345678, ca.convID, 42, 1764000000000))
	f.Fuzz(func(t *testing.T, p []byte) {
		y := newLayout(ca)
		y.idLen = 18
		compareChat(t, y, p)
		n, v, ok := y.sent(p)
		var m message
		if ok && plainID(v.id) && json.Unmarshal(p, &m) == nil && (m.Type != "sent" || m.Seq != v.seq || m.ID != string(v.id) || getLetters([]byte(m.CID)) != n) {
			t.Fatalf("fast path: %d %v; encoding/json: %+v", n, v, m)
		}
	})
}

// plainID reports whether an id is one that JSON leaves as it is. Others are no
// server's: they differ from the ids of the answers, which is found later.
func plainID(id []byte) bool {
	return !bytes.ContainsFunc(id, func(r rune) bool { return r < '0' || r > '9' })
}

// FuzzSplitFrame holds the generator's frames against codec's reader.
func FuzzSplitFrame(f *testing.F) {
	f.Add(codec.AppendFrame(nil, codec.OpText, []byte("PONG")))
	f.Add(codec.AppendFrame(nil, codec.OpText, bytes.Repeat([]byte("x"), 126)))
	f.Add(codec.AppendFrame(nil, codec.OpBinary, bytes.Repeat([]byte("x"), 70000)))
	f.Add(codec.AppendMaskedFrame(nil, codec.OpText, [4]byte{1, 2, 3, 4}, []byte("x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, n := splitFrame(b)
		msg, want, err := codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 1 << 20}).Next(bytes.Clone(b))
		if err != nil || want == 0 || msg.Op == codec.OpContinuation {
			return // stricter, and it judges before the end has come
		}
		if n != want || got.first&0x0f != byte(msg.Op) || !bytes.Equal(got.payload, msg.Payload) {
			t.Fatalf("%d bytes %v, codec reads %d bytes %v", n, got, want, msg)
		}
	})
}

func TestTagRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := tag{rapid.Uint32().Draw(t, "number"), rapid.Uint16().Draw(t, "sender"), rapid.Int64Range(0, 1<<48-1).Draw(t, "due")}
		var b [tagLen]byte
		putTag(b[:], want)
		if got := getTag(b[:]); got != want {
			t.Fatalf("%v came back as %v", want, got)
		}
		if bytes.ContainsFunc(b[:], func(r rune) bool { return r < 'a' || r > 'p' }) {
			t.Fatalf("%q needs escaping", b)
		}
	})
}

func TestIsTag(t *testing.T) {
	b := bytes.Repeat([]byte("a"), tagLen)
	for i := range b {
		for c := range 256 {
			b[i] = byte(c)
			if got, want := isTag(b), c >= 'a' && c <= 'p'; got != want {
				t.Fatalf("byte %d at %d: %v", c, i, got)
			}
		}
		b[i] = 'p'
	}
}
