package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/coder/websocket"

	"gannet/bench/checker"
)

// Of a hundred actions, how many are what; the rest are sends.
const (
	ofHistory = 10
	ofPages   = 8
	ofReads   = 9
	ofLooks   = 6
	ofRecalls = 4
	ofSyncs   = 3
	ofAcks    = 8
	ofLeaving = 1
	ofBursts  = 3
	ofRepeats = 2
)

// maxUnderWay is how many sends wait for their answers on one connection.
const maxUnderWay = 8

// act does something. It reports whether the connection goes on.
func (c *client) act(ctx context.Context, rng *rand.Rand) bool {
	if c.isBehind() {
		return c.sync(ctx, rng, nil)
	}
	if !c.fresh.Load() {
		return c.post(ctx, rng, 1)
	}
	conv := c.user.pick(rng)
	n := rng.IntN(100)
	within := func(share int) bool { n -= share; return n < 0 }
	switch {
	case within(ofHistory):
		return c.history(ctx, page{conv: conv, limit: 1 + rng.IntN(60)})
	case within(ofPages):
		return c.older(ctx, rng, conv)
	case within(ofReads):
		return c.read(ctx, conv)
	case within(ofLooks):
		return c.look(ctx)
	case within(ofRecalls):
		return c.recall(ctx, rng)
	case within(ofSyncs):
		return c.sync(ctx, rng, conv)
	case within(ofAcks):
		return c.ack(ctx, rng, conv)
	case within(ofLeaving):
		return false
	case within(ofBursts):
		return c.post(ctx, rng, maxUnderWay)
	case within(ofRepeats):
		return c.send(ctx, c.user.repeat(rng))
	}
	return c.post(ctx, rng, 1)
}

// begin notes a request and that somebody waits for its answer.
func (c *client) begin(cid string, w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := w.op.event
	e.User, e.Conn, e.Conv = c.user.name, c.conn, w.conv.id
	w.op = c.rec.invoke(e)
	if cid == "" {
		cid = fmt.Sprint("op", w.op.event.Op)
	}
	c.await(cid, w)
}

// await lets a request wait for the answer with its cid.
func (c *client) await(cid string, w *waiter) {
	w.cid, w.since = cid, time.Now()
	c.waiting[cid] = w
}

// say writes a request.
func (c *client) say(ctx context.Context, r request) bool {
	ctx, cancel := context.WithTimeout(ctx, c.patient)
	defer cancel()
	text, err := json.Marshal(r)
	return err == nil && c.ws.Write(ctx, websocket.MessageText, text) == nil
}

// post sends up to n messages at once: unanswered ones first.
func (c *client) post(ctx context.Context, rng *rand.Rand, n int) bool {
	for range n {
		if c.full() {
			return true
		}
		s := c.user.take(rng, c.fresh.Load())
		if s == nil {
			return true
		}
		if !c.send(ctx, s) {
			return false
		}
	}
	return true
}

// send makes an attempt at a message; nil is none.
func (c *client) send(ctx context.Context, s *send) bool {
	if s == nil {
		return true
	}
	w := &waiter{send: s, conv: s.conv, op: operation{checker.Event{Verb: checker.Send, CID: s.cid, Content: s.content}}}
	c.begin(s.cid, w)
	return c.say(ctx, request{Type: "send", CID: s.cid, ConvID: s.conv.id, Content: s.content})
}

// full reports whether enough sends wait for their answers.
func (c *client) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting) >= maxUnderWay
}

func (c *client) history(ctx context.Context, p page) bool {
	w := &waiter{conv: p.conv, page: p, op: operation{checker.Event{Verb: checker.History, Before: p.before}}}
	c.begin("", w)
	return c.say(ctx, request{Type: "history", CID: w.cid, ConvID: p.conv.id, Before: p.before, Limit: p.limit})
}

// older asks for a page of what was seen before.
func (c *client) older(ctx context.Context, rng *rand.Rand, conv *conversation) bool {
	seen := c.user.highest(conv)
	if seen == 0 {
		return true
	}
	return c.history(ctx, page{conv: conv, before: 2 + rng.Uint64N(seen), limit: 1 + rng.IntN(60)})
}

func (c *client) read(ctx context.Context, conv *conversation) bool {
	place := c.user.reading(conv)
	w := &waiter{conv: conv, place: place, op: operation{checker.Event{Verb: checker.Read, Seq: place}}}
	if place == 0 {
		c.user.hasRead(conv, 0, true)
		return true
	}
	c.begin("", w)
	return c.say(ctx, request{Type: "read", CID: w.cid, ConvID: conv.id, Seq: place})
}

// look reads the cursors from the list of conversations.
func (c *client) look(ctx context.Context) bool {
	c.mu.Lock()
	c.looks++
	w := &waiter{list: c.list(c.user, c.conn)}
	c.await(fmt.Sprint("look", c.looks), w)
	c.mu.Unlock()
	return c.say(ctx, request{Type: "conversations", CID: w.cid, Limit: listLimit})
}

func (c *client) recall(ctx context.Context, rng *rand.Rand) bool {
	m, ok := c.user.regret(rng)
	if !ok {
		return true
	}
	w := &waiter{conv: m.conv, op: operation{checker.Event{Verb: checker.Recall, Seq: m.seq, ID: m.id}}}
	c.begin("", w)
	return c.say(ctx, request{Type: "recall", CID: w.cid, ID: m.id})
}

// place is how far the device has come.
func (c *client) place(conv *conversation) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.places[conv].upTo
}

// ack tells how far the device has come, if it is one that tells.
func (c *client) ack(ctx context.Context, rng *rand.Rand, conv *conversation) bool {
	place := c.place(conv)
	if !c.tracked || place == 0 || c.calm && rng.IntN(10) > 0 {
		return true
	}
	return c.say(ctx, request{Type: "ack", ConvID: conv.id, Seq: place})
}
