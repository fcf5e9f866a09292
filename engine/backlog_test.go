package engine_test

import (
	"fmt"
	"testing"
	"time"

	"gannet/engine"
)

// shortest is the shortest time that the configuration allows.
const shortest = 10 * time.Millisecond

// say has a client send numbered messages and waits for the answers.
func (c *client) say(to string, from, until int) {
	c.t.Helper()
	for n := from; n <= until; n++ {
		c.send(fmt.Sprintf(`{"type":"send",%s,"content":%d}`, to, n))
	}
	for n := from; n <= until; n++ {
		c.expect(object{"type": "sent", "seq": float64(n)})
	}
}

// hear expects the messages that say sent.
func (c *client) hear(from, until int) {
	c.t.Helper()
	for n := from; n <= until; n++ {
		c.expect(object{"type": "chat", "seq": float64(n), "content": float64(n)})
	}
}

// TestBacklog: a simple client is sent what it has missed, the newest of it,
// once, and not what its user sent.
func TestBacklog(t *testing.T) {
	dir := t.TempDir()
	few := func(c *engine.Config) { c.Delivery.Backlog = 5 }
	s := serve(t, dir, few)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 8)

	b := s.dial("uid=2")
	b.expect(object{"type": "system"})
	b.hear(4, 8)
	a.say(`"to":"2"`, 9, 10)
	b.hear(9, 10)
	b.ask(`{"type":"send","to":"1","content":"mine"}`, object{"type": "sent", "seq": 11.0})
	b.expectQuiet()
	a.expect(object{"type": "chat", "seq": 11.0})
	b.leave()

	b = s.enter("2")
	b.expectQuiet()
	s.stop()
	s = serve(t, dir, few)
	b = s.enter("2")
	b.expectQuiet()
}

// TestBacklogWhileTalking: between backlog and pushes is no gap and no repeat.
func TestBacklogWhileTalking(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	const rounds, each = 10, 20
	for r := range rounds {
		from := r*each + 1
		for n := from; n < from+each; n++ {
			a.send(fmt.Sprintf(`{"type":"send","to":"2","content":%d}`, n))
		}
		b := s.dial("uid=2&device=d") // while those are on their way
		b.expect(object{"type": "system"})
		b.hear(from, from+each-1)
		for n := from; n < from+each; n++ {
			a.expect(object{"type": "sent", "seq": float64(n)})
		}
		b.expectQuiet()
		b.leave()
	}
}

func TestPing(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	c := s.enter("1")
	c.send("PING")
	if text, err := c.read(); err != nil || string(text) != "PONG" {
		t.Errorf("PING is answered with %q, %v", text, err)
	}
	got := c.ask(`{"type":"ping"}`, object{"type": "pong"})
	if len(got) != 1 {
		t.Errorf("a ping without a cid is answered with %v", got)
	}
	c.ask(`{"type":"ping","cid":"p\u0031"}`, object{"type": "pong", "cid": "p1"})
}
