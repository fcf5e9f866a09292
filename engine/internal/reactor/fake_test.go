package reactor

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// fakeSocket stands in for a socket: it keeps what is written to it.
type fakeSocket struct {
	wrote   []byte
	writes  int
	longest int  // write
	vector  int  // the longest list that came in one write
	slow    bool // it takes no more than room
	room    int
	full    bool // it didn't take all of the last write, and wasn't called ready since
	in      []byte
	fails   bool
}

func (s *fakeSocket) take(p []byte) (int, error) {
	s.writes++
	if s.fails {
		return 0, errors.New("broken")
	}
	n := len(p)
	s.longest = max(s.longest, n)
	if s.slow {
		n = min(n, s.room)
		s.room -= n
	}
	s.full = n < len(p)
	s.wrote = append(s.wrote, p[:n]...)
	return n, nil
}

func (s *fakeSocket) Peek(int) ([]byte, error) {
	if len(s.in) == 0 {
		return nil, errors.New("empty")
	}
	return s.in, nil
}

// Discard throws all away if n is not above 0, as gnet's does.
func (s *fakeSocket) Discard(n int) (int, error) {
	if n <= 0 {
		n = len(s.in)
	}
	s.in = s.in[min(n, len(s.in)):]
	return n, nil
}

func (s *fakeSocket) InboundBuffered() int { return len(s.in) }
func (s *fakeSocket) Fd() int              { return -1 }

// fakeOutlet writes to fake sockets.
type fakeOutlet struct {
	awaited []*Conn
	fails   error // what await returns
	early   int   // writes to sockets that are full
}

func (o *fakeOutlet) write(c *Conn, b []byte) (int, error) {
	s, ok := c.sock.(*fakeSocket)
	if !ok {
		return len(b), nil
	}
	if s.full && c.state != gone {
		o.early++
	}
	return s.take(b)
}

func (o *fakeOutlet) writev(c *Conn, pieces [][]byte) (int, error) {
	if s, ok := c.sock.(*fakeSocket); ok {
		s.vector = max(s.vector, len(pieces))
	}
	return o.write(c, slices.Concat(pieces...))
}

func (o *fakeOutlet) await(c *Conn) error {
	if slices.Contains(o.awaited, c) {
		panic("awaited twice")
	}
	if o.fails == nil {
		o.awaited = append(o.awaited, c)
	}
	return o.fails
}

func (o *fakeOutlet) ready(serials []uint64) []uint64 {
	o.awaited = slices.DeleteFunc(o.awaited, func(c *Conn) bool {
		s := c.sock.(*fakeSocket)
		if len(serials) == cap(serials) || s.slow && s.room == 0 {
			return false
		}
		s.full = false
		serials = append(serials, c.serial)
		return true
	})
	return serials
}

// recorder is a Handler that does what a test wants.
type recorder struct {
	open    func(c *Conn, req *codec.Request)
	message func(c *Conn, payload []byte)
	turnEnd func(c *Conn)
	deliver func(c *Conn, run *delivery.Run)
	joined  func(c *Conn, point uint64)
	tick    func(c *Conn, now time.Time)
	leaving func(c *Conn)
	closed  func(c *Conn)
}

func (r *recorder) Open(c *Conn, req *codec.Request) {
	if r.open != nil {
		r.open(c, req)
		return
	}
	c.Accept(c.Offered())
}

func (r *recorder) Message(c *Conn, payload []byte) {
	if r.message != nil {
		r.message(c, payload)
	}
}

func (r *recorder) TurnEnd(c *Conn) {
	if r.turnEnd != nil {
		r.turnEnd(c)
	}
}

func (r *recorder) Deliver(c *Conn, run *delivery.Run) {
	if r.deliver != nil {
		r.deliver(c, run)
	}
}

func (r *recorder) Joined(c *Conn, point uint64) {
	if r.joined != nil {
		r.joined(c, point)
	}
}

func (r *recorder) Tick(c *Conn, now time.Time) {
	if r.tick != nil {
		r.tick(c, now)
	}
}

func (r *recorder) Leaving(c *Conn) {
	if r.leaving != nil {
		r.leaving(c)
	}
}

func (r *recorder) Closed(c *Conn) {
	if r.closed != nil {
		r.closed(c)
	}
}

// testLoop is a loop without gnet; the test's goroutine is its own.
type testLoop struct {
	*loop
	h   *recorder
	out *fakeOutlet
}

func newTestLoop(cfg Config) *testLoop {
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg = cfg.withDefaults()
	h := &recorder{}
	owner := &Reactors{cfg: cfg, start: time.Now(), limit: 1 << 20, addresses: newAddresses(cfg.MaxPerAddress)}
	l := newLoop(owner, 0, cfg, h)
	owner.loops = []*loop{l}
	out := &fakeOutlet{}
	l.outlet, l.hangUp = out, l.closed
	return &testLoop{loop: l, h: h, out: out}
}

// connect adds an accepted connection.
func (l *testLoop) connect(user string) (*Conn, *fakeSocket) {
	s := &fakeSocket{}
	c, _ := l.open(s, netip.AddrPort{})
	c.handled, c.stays, c.state = true, true, open
	c.Bind(user, "d")
	return c, s
}

// pass is a turn with a fan-out slice of the given budget.
func (l *testLoop) pass(budget int) {
	l.unblock()
	l.refill()
	l.carryOut()
	l.fanSlice(budget)
	l.readAccepted()
	l.flush()
}

// passAll passes until nothing is left.
func (l *testLoop) passAll() {
	for l.pass(sliceCost); l.done < len(l.batch) || !l.fan.empty(); l.pass(sliceCost) {
	}
	l.rest()
}

func (l *testLoop) post(posts ...delivery.Post) { l.inbox.post(posts) }

// textRun is a run whose frames say "room/seq".
func textRun(conv, first uint64, n int) *delivery.Run {
	run := &delivery.Run{Conv: conv, First: first}
	for i := range n {
		run.Frames = append(run.Frames, textFrame(fmt.Sprintf("%d/%d", conv, first+uint64(i)))...)
		run.Ends = append(run.Ends, int32(len(run.Frames)))
	}
	return run
}

func textFrame(text string) []byte { return codec.AppendFrame(nil, codec.OpText, []byte(text)) }

// texts decodes what a fake socket was sent; a close frame becomes its code.
func texts(t testing.TB, wire []byte) (out []string) {
	t.Helper()
	r := codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 1 << 20, Deflate: &codec.Deflate{ServerNoContextTakeover: true}})
	wire = append([]byte(nil), wire...)
	for len(wire) > 0 {
		msg, n, err := r.Next(wire)
		if err != nil || n == 0 {
			t.Fatalf("bad bytes behind %d messages: %v", len(out), err)
		}
		wire = wire[n:]
		if msg.Op == codec.OpClose {
			code, _, _ := codec.ParseClose(msg.Payload)
			out = append(out, fmt.Sprintf("close %d", code))
			continue
		}
		out = append(out, string(msg.Payload))
	}
	return out
}
