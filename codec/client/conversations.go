package client

import (
	"context"

	"gannet/codec/wire"
)

// ConversationsQuery says which page of the user's conversations: pinned ones come
// first, each kind by latest activity.
type ConversationsQuery struct {
	Limit  int    // conversations in the page; 0 leaves it to the server
	Cursor string // Next of the page before; "" is the first page
}

// Conversations is a page of them.
type Conversations struct {
	List []Conversation
	Next string // "" where there are no more
}

// Conversation is a line of the user's list.
type Conversation struct {
	ConvID  string `json:"conv_id"`
	Kind    string `json:"kind"`     // single, group or service
	Peer    string `json:"peer"`     // of a single conversation
	GroupID string `json:"group_id"` // of a group
	Name    string `json:"name"`     // of the group

	SessionID string `json:"session_id"` // of a service conversation

	LastSeq     uint64 `json:"last_seq"`
	ReadSeq     uint64 `json:"read_seq"`
	AckSeq      uint64 `json:"ack_seq"`
	ClearedSeq  uint64 `json:"cleared_seq"`
	Unread      uint64 `json:"unread"`
	PeerReadSeq uint64 `json:"peer_read_seq"` // how far the peer has read
	PeerAckSeq  uint64 `json:"peer_ack_seq"`  // and received
	Mentioned   bool   `json:"mentioned"`     // something unread mentions the user
	Pinned      bool   `json:"pinned"`
	Muted       bool   `json:"muted"`
	UpdatedAt   int64  `json:"updated_at"` // Unix milliseconds

	LastMessage *Chat `json:"-"` // nil where there is none to be shown
}

// listed is a line as it is sent.
type listed struct {
	Conversation
	LastMessage *chat `json:"last_message"`
}

// Conversations reads a page of the user's conversations.
func (c *Client) Conversations(ctx context.Context, q ConversationsQuery) (Conversations, error) {
	r, _, err := c.ask(ctx, &wire.Request{Verb: wire.VerbConversations, Limit: q.Limit, After: q.Cursor})
	if err != nil {
		return Conversations{}, err
	}
	page := Conversations{Next: r.Next, List: make([]Conversation, len(r.Conversations))}
	for i, line := range r.Conversations {
		if page.List[i], err = decodeLine(line); err != nil {
			return Conversations{}, err
		}
	}
	return page, nil
}

func decodeLine(object []byte) (Conversation, error) {
	var line listed
	if err := replyAPI.Unmarshal(object, &line); err != nil {
		return Conversation{}, err
	}
	if line.LastMessage != nil {
		line.Conversation.LastMessage = line.LastMessage.message()
	}
	return line.Conversation, nil
}
