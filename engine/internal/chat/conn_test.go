package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// object is a message as a client reads it.
type object map[string]any

func (o object) is(kind string) bool { return o["type"] == kind }
func (o object) seq() uint64         { return uint64(o["seq"].(float64)) }

// conn is a client and its connection. The fields belong to its loop.
type conn struct {
	t       *testing.T
	loop    *loop
	serial  uint64
	session *Session
	joined  bool
	visitor bool
	watched bool
	rooms   map[uint64]uint64
	pending int  // what it pretends to have not sent yet
	clogged bool // nothing is sent: pending grows
	largest int  // of one Send
	code    uint16
	reader  *codec.Reader
	in      chan object
	ended   chan uint16 // gets the close code
}

func (c *conn) ID() delivery.Conn { return delivery.Conn{Reactor: c.loop.index, Serial: c.serial} }

func (c *conn) Send(frames []byte) {
	if c.code != 0 {
		return
	}
	c.largest = max(c.largest, len(frames))
	if c.clogged {
		c.pending += len(frames)
	}
	frames = slices.Clone(frames) // the reader would unmask in place
	for len(frames) > 0 {
		msg, n, err := c.reader.Next(frames)
		if err != nil || n == 0 {
			c.t.Errorf("bad frames: %v", err)
			return
		}
		frames = frames[n:]
		if string(msg.Payload) == "PONG" {
			msg.Payload = []byte(`{"type":"PONG"}`)
		}
		var o object
		if err := json.Unmarshal(msg.Payload, &o); err != nil {
			c.t.Errorf("%s: %v", msg.Payload, err)
		}
		o["raw"] = string(msg.Payload)
		select {
		case c.in <- o:
		default:
			c.t.Error("too much for a test")
		}
	}
}

func (c *conn) SendParts(head, older, newer, tail []byte) {
	c.Send(slices.Concat(head, older, newer, tail))
}

func (c *conn) SendRun(run *delivery.Run, after uint64) (n int) {
	for seq := max(run.First, after+1); seq <= run.Last() && c.code == 0; seq++ {
		if !slices.Contains(run.Skip, delivery.Skip{Conn: c.ID(), Index: int(seq - run.First)}) {
			c.Send(run.Frame(seq))
			n++
		}
	}
	return n
}

func (c *conn) SetWatched(on bool) { c.watched = on }
func (c *conn) Pending() int       { return c.pending }

func (c *conn) EachRoom(fn func(conv, at uint64)) {
	for conv, at := range c.rooms {
		fn(conv, at)
	}
}

func (c *conn) Close(code uint16, _ string) {
	if c.code != 0 {
		return
	}
	c.session.Leaving()
	c.code = code
	delete(c.loop.conns, c.serial)
	c.ended <- code
}

func (c *conn) enter(conv, from uint64) {
	if _, in := c.rooms[conv]; !in {
		c.rooms[conv] = from
	}
}

func (c *conn) notify(p *delivery.Post) {
	if c.ID() != p.Except {
		c.Send(p.Frame)
	}
}

func (c *conn) toRoom(p *delivery.Post, at uint64) {
	switch {
	case p.Run == nil:
		c.notify(p)
		return
	case p.Run.Last() <= at:
		return
	case c.watched:
		c.session.Deliver(p.Run)
	default:
		c.SendRun(p.Run, at)
	}
	if _, in := c.rooms[p.Room]; in {
		c.rooms[p.Room] = p.Run.Last()
	}
}

// on runs fn on the connection's loop.
func (c *conn) on(fn func()) { c.loop.wait(fn) }

// say hands over messages of the client that came in one read.
func (c *conn) say(messages ...string) {
	c.on(func() {
		for _, m := range messages {
			if c.code == 0 {
				c.session.Message([]byte(m))
			}
		}
		c.session.TurnEnd()
	})
}

// hangUp closes the connection.
func (c *conn) hangUp() { c.on(func() { c.Close(codec.CloseNormal, "") }) }

func (c *conn) tick() { c.on(func() { c.session.Tick(time.Now()) }) }

// next is the next message that came.
func (c *conn) next() object {
	c.t.Helper()
	select {
	case o := <-c.in:
		return o
	case <-c.t.Context().Done():
		c.t.Fatal("nothing came")
		return nil
	}
}

// expect is next, which has to have the fields given.
func (c *conn) expect(want object) object {
	c.t.Helper()
	got := c.next()
	if !got.has(c.t, want) {
		c.t.FailNow()
	}
	return got
}

// ask says something and expects an answer.
func (c *conn) ask(message string, want object) object {
	c.t.Helper()
	c.say(message)
	return c.expect(want)
}

// until returns the messages that come before one of a type, and that one.
func (c *conn) until(kind string) (before []object, last object) {
	c.t.Helper()
	for {
		if last = c.next(); last.is(kind) {
			return before, last
		}
		if last.is("error") {
			c.t.Fatalf("%v", last["raw"])
		}
		before = append(before, last)
	}
}

// quiet expects that nothing has come.
func (c *conn) quiet() {
	c.t.Helper()
	c.on(func() {})
	select {
	case o := <-c.in:
		c.t.Fatalf("unexpected: %v", o["raw"])
	default:
	}
}

// has expects fields in an object.
func (o object) has(t *testing.T, want object) bool {
	t.Helper()
	for k, v := range want {
		if got, want := inWords(o[k]), inWords(v); got != want {
			t.Errorf("%s is %s, want %s in %v", k, got, want, o["raw"])
			return false
		}
	}
	return true
}

func inWords(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func seqsOf(chats []object) (seqs []uint64) {
	for _, o := range chats {
		seqs = append(seqs, o.seq())
	}
	return seqs
}

func span(from, to uint64) (seqs []uint64) {
	for ; from <= to; from++ {
		seqs = append(seqs, from)
	}
	return seqs
}
