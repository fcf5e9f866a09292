package client

import (
	"encoding/json"
	"strconv"

	"gannet/codec/wire"
)

// Chat is a message as it is now: Content is what the last edit left, or the text
// that stands in for a message that was recalled or has expired.
type Chat struct {
	wire.Chat // its Extra is not set

	ReplyTo    uint64   // id of the message it answers; 0 for none
	ReplySeq   uint64   // and that message's seq, where the server names it
	Mentions   []string // users it is meant for
	MentionAll bool     // it is meant for everybody
}

// chat holds the fields of a chat object; sent and events have some of them.
type chat struct {
	ID          uint64          `json:"id,string"`
	ConvID      string          `json:"conv_id"`
	Seq         uint64          `json:"seq"`
	From        string          `json:"from"`
	To          string          `json:"to"`
	GroupID     string          `json:"group_id"`
	Content     json.RawMessage `json:"content"`
	ContentType string          `json:"content_type"`
	Time        int64           `json:"time"`

	Expires  int64           `json:"expires_at"`
	Edited   bool            `json:"edited"`
	Recalled bool            `json:"recalled"`
	Expired  bool            `json:"expired"`
	ReplyTo  uint64          `json:"reply_to,string"`
	ReplySeq uint64          `json:"reply_seq"`
	Mentions json.RawMessage `json:"mentions"`
}

func (c *chat) message() *Chat {
	m := &Chat{
		Chat: wire.Chat{
			ID: c.ID, ConvID: c.ConvID, Seq: c.Seq, From: c.From, To: c.To, GroupID: c.GroupID,
			Content: c.Content, ContentType: c.ContentType, Time: c.Time,
			SessionID: wire.SessionOf(c.ConvID),
			Expires:   c.Expires, Edited: c.Edited, Recalled: c.Recalled, Expired: c.Expired,
		},
		ReplyTo: c.ReplyTo, ReplySeq: c.ReplySeq,
	}
	switch {
	case len(c.Mentions) == 0:
	case c.Mentions[0] == '"':
		m.MentionAll = string(c.Mentions) == `"all"`
	default:
		// What is no list of users mentions nobody.
		_ = replyAPI.Unmarshal(c.Mentions, &m.Mentions)
	}
	return m
}

// numbers reads message ids; what is none is left out.
func numbers(texts []string) (ids []uint64) {
	for _, text := range texts {
		if id, err := strconv.ParseUint(text, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
