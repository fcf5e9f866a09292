package reactor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// within reports whether part lies in whole's memory.
func within(part, whole []byte) bool {
	p, w := uintptr(unsafe.Pointer(unsafe.SliceData(part))), uintptr(unsafe.Pointer(unsafe.SliceData(whole)))
	return p >= w && p < w+uintptr(cap(whole))
}

// slowMachine sends to connections whose sockets take little at a time.
type slowMachine struct {
	*testLoop
	source []byte // that all frames are part of
	conns  []*Conn
	socks  []*fakeSocket
	want   [][]byte
}

func newSlowMachine() *slowMachine {
	m := &slowMachine{testLoop: newTestLoop(Config{MaxOutbound: 1 << 30}), source: make([]byte, 400<<10)}
	for i := range m.source {
		m.source[i] = byte(i ^ i>>8 ^ i>>16)
	}
	for i := range 3 {
		c, s := m.connect(fmt.Sprint(i))
		m.conns, m.socks = append(m.conns, c), append(m.socks, s)
		s.slow = true
	}
	m.want = make([][]byte, len(m.conns))
	return m
}

func (m *slowMachine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"send": m.send, "take": m.makeRoom, "flush": func(*rapid.T) { m.flush() },
		"turn": func(*rapid.T) { m.pass(0) }, "": m.check,
	}
}

// send sends the same to one or all.
func (m *slowMachine) send(t *rapid.T) {
	n := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 200<<10)).Draw(t, "size")
	start := rapid.IntRange(0, len(m.source)-n).Draw(t, "start")
	frame := m.source[start : start+n]
	one := rapid.IntRange(0, 2*len(m.conns)).Draw(t, "to")
	for i, c := range m.conns {
		if one == i || one >= len(m.conns) {
			c.Send(frame)
			m.want[i] = append(m.want[i], frame...)
		}
	}
}

func (m *slowMachine) makeRoom(t *rapid.T) {
	s := rapid.SampledFrom(m.socks).Draw(t, "who")
	s.room += rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 300<<10)).Draw(t, "room")
}

func (m *slowMachine) check(t *rapid.T) {
	blocked := 0
	for i, c := range m.conns {
		s := m.socks[i]
		if !bytes.HasPrefix(m.want[i], s.wrote) {
			t.Fatalf("%d: wrong after %d bytes", i, len(s.wrote))
		}
		if sum := sizeOf(c.out); c.Pending() != len(m.want[i])-len(s.wrote) || sum != c.outBytes || c.sent != uint32(len(s.wrote)) {
			t.Fatalf("%d: %d pending of %d, %d in the list, %d sent", i, c.Pending(), len(m.want[i])-len(s.wrote), sum, c.sent)
		}
		if c.blocked {
			blocked++
		}
		if c.blocked != slices.Contains(m.out.awaited, c) {
			t.Fatalf("%d: blocked %v and not awaited, or the other way", i, c.blocked)
		}
		m.checkKept(t, c)
	}
	if blocked != m.blocked || m.out.early != 0 {
		t.Fatalf("%d blocked, counted %d, %d writes to them", blocked, m.blocked, m.out.early)
	}
}

// checkKept: what waits holds none of the frames' memory, and little more than
// what it has.
func (m *slowMachine) checkKept(t *rapid.T, c *Conn) {
	if !c.waits {
		return
	}
	for _, p := range c.out {
		if within(p, m.source) {
			t.Fatal("the source is kept")
		}
		if len(p) == 0 || len(p) > keptBytes || cap(p) > max(len(p), 2*joinedBytes) {
			t.Fatalf("a piece of %d bytes with room for %d", len(p), cap(p))
		}
	}
}

// TestTakenInParts: whatever the sockets take, each connection gets what it was
// sent in that order; one whose socket is full isn't written to.
func TestTakenInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newSlowMachine()
		t.Repeat(m.actions())
		for _, s := range m.socks {
			s.slow = false
		}
		m.pass(0)
		m.check(t)
		for i, c := range m.conns {
			if c.Pending() != 0 || c.waits || !bytes.Equal(m.socks[i].wrote, m.want[i]) {
				t.Fatalf("%d: %d left", i, c.Pending())
			}
		}
		if m.owner.held.Load() != 0 || m.blocked != 0 {
			t.Fatalf("%d bytes of %d connections are held", m.owner.held.Load(), m.blocked)
		}
	})
}

// TestVectorInParts: behind what a socket didn't take of a vector nothing is written.
func TestVectorInParts(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("a")
	s.slow, s.room = true, 50_000
	want := bytes.Repeat([]byte("0123456789"), 30_000)
	for b := range slices.Chunk(want, 100) {
		c.Send(b)
	}
	l.flush()
	if s.writes != 1 || s.vector != maxVector || c.Pending() != len(want)-50_000 {
		t.Errorf("%d writes, %d pending", s.writes, c.Pending())
	}
	s.slow = false
	if l.pass(0); !bytes.Equal(s.wrote, want) {
		t.Errorf("%d bytes", len(s.wrote))
	}
}

// TestShared: those who wait for the same frames have one copy, wherever their
// sockets were full; short frames are joined.
func TestShared(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 1 << 30})
	big := make([]byte, 150<<10)
	var conns []*Conn
	for i := range 10 {
		c, s := l.connect(fmt.Sprint(i))
		conns = append(conns, c)
		s.slow, s.room = true, 1000*i
		c.Send(big)
		c.Send(big[:500])
	}
	l.flush()
	for i, c := range conns {
		for range 100 {
			c.Send(big[:10])
		}
		if n := len(c.out); n != 5 || c.Pending() != len(big)-1000*i+500+1000 {
			t.Fatalf("%d bytes in %d pieces", c.Pending(), n)
		}
		for p := range 4 {
			if !within(c.out[p], conns[0].out[p]) {
				t.Errorf("%d has a copy of its own", i)
			}
		}
	}
	if within(conns[1].out[4], conns[0].out[4]) {
		t.Error("short frames that were joined are shared")
	}
	if l.rest(); len(l.kept.copies) != 0 {
		t.Error("the frames are still known")
	}
}

// TestShortFrames: many short frames that wait are few pieces, and go out in writes
// of a fair size.
func TestShortFrames(t *testing.T) {
	const frames, size = 20_000, 10
	l := newTestLoop(Config{MaxOutbound: 1 << 30})
	c, s := l.connect("a")
	s.slow = true
	want := make([]byte, frames*size)
	for i := range frames {
		frame := want[i*size : (i+1)*size]
		frame[0], frame[1] = byte(i), byte(i>>8)
		c.Send(frame)
		if i == 0 {
			l.flush()
		}
	}
	for _, p := range c.out {
		if len(p) > joinedBytes {
			t.Errorf("a piece of %d bytes", len(p))
		}
	}
	if n := len(c.out); n > len(want)/joinedBytes+2 {
		t.Errorf("%d pieces", n)
	}
	s.slow, s.longest = false, 0
	l.pass(0)
	if !bytes.Equal(s.wrote, want) || s.longest > copyLimit || s.vector != 0 || s.writes > 1+1+len(want)/(copyLimit-joinedBytes) {
		t.Errorf("%d of %d bytes in %d writes of up to %d", len(s.wrote), len(want), s.writes, s.longest)
	}
}

// TestFewCopies: not many frames are kept in memory for the sake of sharing.
func TestFewCopies(t *testing.T) {
	l := newTestLoop(Config{MaxOutbound: 1 << 30})
	c, s := l.connect("a")
	s.slow = true
	for range 10 * keptCopies {
		c.Send(make([]byte, 1000))
		l.flush()
		if n := len(l.kept.copies); n > keptCopies {
			t.Fatalf("%d copies", n)
		}
	}
}

// TestManyReady: of many connections that can be written to, a turn takes some.
func TestManyReady(t *testing.T) {
	l := newTestLoop(Config{})
	var socks []*fakeSocket
	for i := range readyConns + 10 {
		c, s := l.connect(fmt.Sprint(i))
		socks = append(socks, s)
		l.unread(c, s, 10)
	}
	for _, s := range socks {
		s.room = 10
	}
	if l.turn(); !l.inbox.armed || l.blocked != 10 {
		t.Fatalf("another turn %v, %d are blocked", l.inbox.armed, l.blocked)
	}
	if l.turn(); l.inbox.armed || l.blocked != 0 || l.owner.held.Load() != 0 {
		t.Fatalf("another turn %v, %d are blocked", l.inbox.armed, l.blocked)
	}
}

// TestClosedWhileBlocked: the close frame goes out behind the rest, also in the
// last moment, and what nobody takes is let go.
func TestClosedWhileBlocked(t *testing.T) {
	for name, tc := range map[string]struct {
		room int
		want []string
	}{
		"reads at last": {1 << 20, []string{"first", "second", "close 1012"}},
		"reads nothing": {0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTestLoop(Config{})
			c, s := l.connect("a")
			s.slow = true
			c.Send(textFrame("first"))
			l.flush()
			c.Send(textFrame("second"))
			c.Close(codec.CloseRestart, "")
			l.flush()
			s.room = tc.room
			l.owner.clock.Store(int64(l.cfg.CloseWait))
			l.tick(l.now())
			l.flush()
			if got := texts(t, s.wrote); !slices.Equal(got, tc.want) {
				t.Errorf("got %v", got)
			}
			if c.state != gone || l.blocked != 0 || c.Pending() != 0 || l.owner.held.Load() != 0 {
				t.Error("something is left")
			}
			l.pass(0) // whatever its socket says now
		})
	}
}

// TestAwaitFails: who can't be waited for is closed.
func TestAwaitFails(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("a")
	l.out.fails = errors.New("no memory")
	l.unread(c, s, 100)
	if c.state != gone || l.blocked != 0 || l.owner.held.Load() != 0 {
		t.Errorf("state %d, %d blocked", c.state, l.blocked)
	}
}

// TestBlockedForReal: a client that reads late gets all of it, and then, where it
// broke the protocol, the close frame and the end.
func TestBlockedForReal(t *testing.T) {
	const frames, size = 200, 60_000
	ids := make(chan delivery.Conn, 1)
	h := &recorder{open: func(c *Conn, _ *codec.Request) { c.Accept(""); ids <- c.ID() }}
	r := serve(t, Config{Reactors: 1, MaxOutbound: 64 << 20, TickEvery: time.Hour,
		HandshakeTimeout: time.Hour, IdleTimeout: time.Hour, CheckEvery: time.Hour, CloseWait: time.Hour}, h)
	c := dial(t, r)
	id, full := <-ids, make(chan int, 1)
	r.DoConn(id, func(c *Conn) {
		for i := range frames {
			c.Send(codec.AppendFrame(nil, codec.OpText, bytes.Repeat([]byte{byte('a' + i%26)}, size)))
		}
	})
	r.DoConn(id, func(c *Conn) {
		c.fail(codec.ClosePolicy, "")
		full <- c.Pending()
	})
	if <-full == 0 {
		t.Fatal("the socket took all of it")
	}
	for i := range frames {
		if text := c.text(); len(text) != size || text[0] != byte('a'+i%26) || text[size-1] != text[0] {
			t.Fatalf("frame %d: %d bytes", i, len(text))
		}
	}
	if code := c.closeCode(); code != codec.ClosePolicy {
		t.Errorf("code %d", code)
	}
	if err := c.more(); err != io.EOF {
		t.Errorf("%v instead of the end", err)
	}
	c.Close() // the time to wait for it is long
}
