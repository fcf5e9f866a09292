package client

import (
	"context"
	"errors"

	"gannet/codec/wire"
)

// errOver says that a message could not be handed on since the client is being
// closed.
var errOver = errors.New("client: closing")

// Receive returns the next message. The events among the messages go to
// Config.OnEvent when it comes to them. What it has come to counts as received: a
// tracked client acknowledges it. After the client is over it still returns what
// had arrived, and then why.
func (c *Client) Receive(ctx context.Context) (*Chat, error) {
	for {
		e, err := c.next(ctx)
		if err != nil {
			return nil, err
		}
		c.receive(e)
		if e.chat != nil {
			return e.chat, nil
		}
		c.tellOf(*e.event)
	}
}

// next takes an entry out of the inbox.
func (c *Client) next(ctx context.Context) (entry, error) {
	select {
	case e := <-c.inbox:
		return e, nil
	default:
	}
	select {
	case e := <-c.inbox:
		return e, nil
	case <-ctx.Done():
		return entry{}, context.Cause(ctx)
	case <-c.done:
	}
	select {
	case e := <-c.inbox:
		return e, nil
	default:
		return entry{}, c.Err()
	}
}

// tellOf hands an event to the application, which hears one at a time.
func (c *Client) tellOf(e Event) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.cfg.OnEvent(e)
}

// handle takes in one message of the server. It runs on the reading goroutine.
func (c *Client) handle(l *link, r *reply) error {
	if logTypes[r.Type] {
		return c.onEntry(r.entry())
	}
	switch r.Type {
	case "sent":
		return c.onSent(r)
	case "synced":
		return c.onSynced(r)
	case "error":
		return c.onError(r)
	case "history", "conversations", "ok", "pong":
		c.answer(r)
	case "read", "typing", "conversation":
		c.tellOf(r.notice())
	case "queue", "agent", "desk":
		c.tellOf(r.deskNotice())
	case "presence":
		c.onPresence(r)
	case "system":
		c.onSystem(l, r)
	}
	return nil // other types belong to later versions
}

// answer settles the request that r answers, and reports whether there was one.
func (c *Client) answer(r *reply) bool {
	p := c.claim(r.CID)
	if p != nil {
		p.settle(r)
	}
	return p != nil
}

func (c *Client) onPresence(r *reply) {
	if !c.answer(r) {
		c.tellOf(r.notice())
	}
}

func (c *Client) onSystem(l *link, r *reply) {
	if r.Event == "shutdown" {
		l.asked = r.retryAfter()
		c.tellOf(Event{Kind: Shutdown, RetryAfter: l.asked})
	}
}

// onError fails the request that the refusal is about. One that the server was
// too late to take, on its way out, is sent again to its successor.
func (c *Client) onError(r *reply) error {
	if c.syncing(r.CID) {
		return c.syncRefused(r)
	}
	if r.Reason != wire.ReasonShuttingDown {
		c.answer(r)
	}
	return nil
}

// onEntry takes in an entry of a conversation's log, and tells at once of what is
// in no log.
func (c *Client) onEntry(e entry) error {
	if e.seq == 0 {
		if e.event != nil {
			c.tellOf(*e.event)
		}
		return nil
	}
	c.mu.Lock()
	t := c.track(e.conv)
	if !t.known && e.fromStart(c.user) {
		t.known = true // up to 0: what is before it is a gap, and is asked for
	}
	old := t.known && e.seq <= t.last
	t.offer(e)
	c.mu.Unlock()
	if old {
		c.repeated(e.conv, e.seq)
		return nil
	}
	return c.advance(e.conv, t)
}

// onSent notes the seq of our own message, which no chat message will bring, and
// answers the send.
func (c *Client) onSent(r *reply) error {
	c.mu.Lock()
	t := c.track(r.ConvID)
	t.sent(r.Seq)
	c.mu.Unlock()
	err := c.advance(r.ConvID, t)
	c.answer(r)
	return err
}

// track returns the track of a conversation. Called with mu held.
func (c *Client) track(conv string) *track {
	t := c.tracks[conv]
	if t == nil {
		t = new(track)
		c.tracks[conv] = t
	}
	return t
}

// advance hands on what is due in a conversation, and asks for what is missing.
func (c *Client) advance(conv string, t *track) error {
	if err := c.drain(t); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.gap() {
		c.sync.want(conv)
		c.syncOn()
	}
	return nil
}

// drain hands on the entries of t that are due.
func (c *Client) drain(t *track) error {
	for {
		c.mu.Lock()
		e, due := t.next()
		c.mu.Unlock()
		if !due {
			return nil
		}
		if err := c.hand(e); err != nil {
			return err
		}
		c.mu.Lock()
		t.take()
		c.mu.Unlock()
	}
}

// hand puts an entry into the inbox. It waits while that is full; only what is in
// there counts as taken.
func (c *Client) hand(e entry) error {
	select {
	case c.inbox <- e:
		return nil
	case <-c.ctx.Done():
		return errOver
	}
}
