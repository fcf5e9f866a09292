package client

import (
	"context"
	"time"

	"gannet/codec/wire"
)

// Message is what to send, and where: exactly one of To (a user), GroupID and
// ConvID is given.
type Message struct {
	To, GroupID, ConvID string

	Content     []byte // one JSON value; see Text
	ContentType string // "" is text

	Mentions   []string      // users to be called to it
	MentionAll bool          // everybody is; not together with Mentions
	ReplyTo    uint64        // id of the message it answers
	TTL        time.Duration // after which its content is gone, in whole seconds; 0 is never

	// CID is the idempotency key, drawn by the client where it is empty. Give it
	// to finish a send whose outcome is unknown.
	CID string
}

// Text returns s as the JSON string that Message.Content wants.
func Text(s string) []byte { return wire.AppendString(nil, s) }

// Sent says where a message is stored.
type Sent struct {
	CID    string // set also where the outcome is unknown
	ID     uint64
	ConvID string
	Seq    uint64
	Time   int64 // Unix milliseconds
}

// Send sends m and returns when it is on the server's disk. A refusal is a
// [*wire.Error]. Where ctx ends first the outcome is unknown; a Send of the same
// message with the returned CID finishes or confirms it.
func (c *Client) Send(ctx context.Context, m Message) (Sent, error) {
	r, cid, err := c.ask(ctx, m.request())
	if err != nil {
		return Sent{CID: cid}, err
	}
	return Sent{CID: cid, ID: r.ID, ConvID: r.ConvID, Seq: r.Seq, Time: r.Time}, nil
}

// SendAsync hands m over and returns without waiting for the answer; it waits
// only while Config.Window requests are unanswered. Sends that are handed over
// one after the other reach the server in that order. m.Content is copied.
func (c *Client) SendAsync(ctx context.Context, m Message) (*Pending, error) {
	p, err := c.call(ctx, m.request())
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (m *Message) request() *wire.Request {
	return &wire.Request{
		Verb: wire.VerbSend, CID: m.CID, To: m.To, GroupID: m.GroupID, ConvID: m.ConvID,
		Content: m.Content, ContentType: m.ContentType,
		Mentions: m.Mentions, MentionAll: m.MentionAll, ReplyTo: m.ReplyTo,
		TTL: uint64((m.TTL + time.Second - 1) / time.Second),
	}
}

// HistoryQuery says which page of which conversation: exactly one of To, GroupID
// and ConvID is given.
type HistoryQuery struct {
	To, GroupID, ConvID string

	Before uint64 // only smaller seqs; 0 is the newest page
	Limit  int    // entries in the page; 0 leaves it to the server
}

// Page is a piece of a conversation, oldest message first.
type Page struct {
	ConvID   string
	Messages []Chat
	Events   []Event // what happened among them, oldest first; the messages show it already
	HasMore  bool    // there are older ones
}

// History reads a page of a conversation.
func (c *Client) History(ctx context.Context, q HistoryQuery) (Page, error) {
	r, _, err := c.ask(ctx, &wire.Request{
		Verb: wire.VerbHistory, To: q.To, GroupID: q.GroupID, ConvID: q.ConvID, Before: q.Before, Limit: q.Limit,
	})
	if err != nil {
		return Page{}, err
	}
	page := Page{ConvID: r.ConvID, HasMore: r.HasMore, Messages: make([]Chat, 0, len(r.Messages))}
	for _, object := range r.Messages {
		r, err := decodeReply(object)
		if err != nil {
			return Page{}, err
		}
		page.add(r)
	}
	return page, nil
}

// add appends an entry of the log. Of one that this version does not know there
// is nothing to show.
func (p *Page) add(r *reply) {
	if !logTypes[r.Type] {
		return
	}
	if e := r.entry(); e.chat != nil {
		p.Messages = append(p.Messages, *e.chat)
	} else {
		p.Events = append(p.Events, *e.event)
	}
}

// Ping returns when the server has answered.
func (c *Client) Ping(ctx context.Context) error {
	_, _, err := c.ask(ctx, &wire.Request{Verb: wire.VerbPing})
	return err
}

// Auth renews the login with a fresh token, which later connections use too.
func (c *Client) Auth(ctx context.Context, token string) error {
	if _, _, err := c.ask(ctx, &wire.Request{Verb: wire.VerbAuth, Token: token}); err != nil {
		return err
	}
	c.mu.Lock()
	c.token = token
	c.mu.Unlock()
	return nil
}
