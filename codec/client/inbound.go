package client

import (
	"context"
	"errors"

	"gannet/codec/wire"
)

// errOver says that a message could not be handed on since the client is being
// closed.
var errOver = errors.New("client: closing")

// Receive returns the next message. What it has returned counts as received: a
// tracked client acknowledges it. After the client is over it still returns what
// had arrived, and then why.
func (c *Client) Receive(ctx context.Context) (*wire.Chat, error) {
	select {
	case m := <-c.inbox:
		c.receive(m)
		return m, nil
	default:
	}
	select {
	case m := <-c.inbox:
		c.receive(m)
		return m, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-c.done:
		return c.leftover()
	}
}

// leftover is Receive of a client that is over.
func (c *Client) leftover() (*wire.Chat, error) {
	select {
	case m := <-c.inbox:
		c.receive(m)
		return m, nil
	default:
		return nil, c.Err()
	}
}

// handle takes in one message of the server. It runs on the reading goroutine.
func (c *Client) handle(l *link, r *reply) error {
	switch r.Type {
	case "chat":
		return c.onChat(r)
	case "sent":
		return c.onSent(r)
	case "synced":
		return c.onSynced(r)
	case "error":
		return c.onError(r)
	case "history", "ok", "pong":
		c.answer(r)
	case "group":
		c.cfg.OnEvent(Event{Kind: GroupChanged, Event: r.Event, GroupID: r.GroupID, UserID: r.UserID, By: r.By, Time: r.Time})
	case "system":
		c.onSystem(l, r)
	}
	return nil // other types belong to later versions
}

func (c *Client) answer(r *reply) {
	if p := c.claim(r.CID); p != nil {
		p.settle(r)
	}
}

func (c *Client) onSystem(l *link, r *reply) {
	if r.Event == "shutdown" {
		l.asked = r.retryAfter()
		c.cfg.OnEvent(Event{Kind: Shutdown, RetryAfter: l.asked})
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

func (c *Client) onChat(r *reply) error {
	c.mu.Lock()
	t := c.track(r.ConvID)
	old := t.known && r.Seq <= t.last
	t.offer(r.message())
	c.mu.Unlock()
	if old {
		c.repeated(r.ConvID, r.Seq)
		return nil
	}
	return c.advance(r.ConvID, t)
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

// drain hands on the messages of t that are due. It waits while the inbox is
// full; a message counts as taken only when it is in there.
func (c *Client) drain(t *track) error {
	for {
		c.mu.Lock()
		m := t.next()
		c.mu.Unlock()
		if m == nil {
			return nil
		}
		select {
		case c.inbox <- m:
		case <-c.ctx.Done():
			return errOver
		}
		c.mu.Lock()
		t.take(m)
		c.mu.Unlock()
	}
}
