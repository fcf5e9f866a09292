package client

import (
	"encoding/json"
	"time"

	"github.com/bytedance/sonic"

	"gannet/codec/wire"
)

// reply is any message of the server, with the fields of all types.
type reply struct {
	Type string `json:"type"`
	CID  string `json:"cid"`
	chat

	Event        string `json:"event"`
	UserID       string `json:"user_id"`
	By           string `json:"by"`
	Device       string `json:"device"`
	Code         int    `json:"code"`
	Reason       string `json:"reason"`
	Msg          string `json:"msg"`
	RetryAfterMS int64  `json:"retry_after_ms"`

	Messages []chat `json:"messages"`
	HasMore  bool   `json:"has_more"`
	Convs    map[string]struct {
		Seq     uint64 `json:"seq"`
		HasMore bool   `json:"has_more"`
	} `json:"convs"`
}

// chat holds the fields of a chat object; sent has some of them.
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
}

// replyAPI copies what it decodes: a reply outlives the read buffer.
var replyAPI = sonic.Config{CopyString: true, ValidateString: true, CaseSensitive: true}.Froze()

// decodeReply reads a message of the server. Of a type that this version does
// not know it may read no more than the type: the fields may mean anything.
func decodeReply(payload []byte) (*reply, error) {
	r := new(reply)
	err := replyAPI.Unmarshal(payload, r)
	if err == nil {
		return r, nil
	}
	var head struct {
		Type string `json:"type"`
	}
	if replyAPI.Unmarshal(payload, &head) != nil || knownTypes[head.Type] {
		return nil, err
	}
	return &reply{Type: head.Type}, nil
}

// knownTypes are those that [Client.handle] acts on.
var knownTypes = map[string]bool{
	"chat": true, "sent": true, "synced": true, "error": true, "history": true,
	"ok": true, "pong": true, "group": true, "system": true,
}

func (c *chat) message() *wire.Chat {
	return &wire.Chat{
		ID: c.ID, ConvID: c.ConvID, Seq: c.Seq, From: c.From, To: c.To, GroupID: c.GroupID,
		Content: c.Content, ContentType: c.ContentType, Time: c.Time,
	}
}

// refusal returns the error that a reply of type error carries.
func (r *reply) refusal() *wire.Error {
	return &wire.Error{Code: r.Code, Reason: r.Reason, Msg: r.Msg, RetryAfter: r.retryAfter()}
}

func (r *reply) retryAfter() time.Duration {
	return time.Duration(max(0, min(r.RetryAfterMS, 1<<40))) * time.Millisecond
}
