package client

import (
	"context"

	"gannet/codec"
	"gannet/codec/wire"
)

// Read says that the user has read a conversation up to seq. It returns when that
// is on the server's disk.
func (c *Client) Read(ctx context.Context, convID string, seq uint64) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbRead, ConvID: convID, Seq: seq})
}

// ReadMessages says that the user has read these messages, and with each what is
// before it in its conversation.
func (c *Client) ReadMessages(ctx context.Context, ids ...uint64) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbRead, IDs: ids})
}

// Recall takes a message back.
func (c *Client) Recall(ctx context.Context, id uint64) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbRecall, ID: id})
}

// Edit gives a message of the user's another content: one JSON value, and its
// type, "" for text. content is copied.
func (c *Client) Edit(ctx context.Context, id uint64, content []byte, contentType string) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbEdit, ID: id, Content: content, ContentType: contentType})
}

// React puts an emoji on a message.
func (c *Client) React(ctx context.Context, id uint64, emoji string) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbReact, ID: id, Emoji: emoji})
}

// Unreact takes an emoji of the user's off a message.
func (c *Client) Unreact(ctx context.Context, id uint64, emoji string) error {
	return c.tell(ctx, &wire.Request{Verb: wire.VerbReact, ID: id, Emoji: emoji, Remove: true})
}

// tell is ask where the answer says no more than that it is done.
func (c *Client) tell(ctx context.Context, r *wire.Request) error {
	_, _, err := c.ask(ctx, r)
	return err
}

// Target says where: exactly one of To (a user), GroupID and ConvID is given.
type Target struct{ To, GroupID, ConvID string }

// Typing tells the others that the user is writing. It does not wait, and nothing
// is told while the client is disconnected; an error says that t is none.
func (c *Client) Typing(t Target) error {
	r := wire.Request{Verb: wire.VerbTyping, To: t.To, GroupID: t.GroupID, ConvID: t.ConvID}
	if err := r.Check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link != nil {
		c.link.send(codec.OpText, wire.AppendRequest(nil, &r))
	}
	return nil
}
