package client

import (
	"bytes"
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
	deskReply
	raw []byte // the message itself, of an event of a group or session and of the desk's notices

	Event        string `json:"event"`
	UserID       string `json:"user_id"`
	By           string `json:"by"`
	Device       string `json:"device"`
	Code         int    `json:"code"`
	Reason       string `json:"reason"`
	Msg          string `json:"msg"`
	RetryAfterMS int64  `json:"retry_after_ms"`

	EventSeq uint64   `json:"event_seq"`
	UserIDs  []string `json:"user_ids"`
	Emoji    string   `json:"emoji"`
	Op       string   `json:"op"`
	IDs      []string `json:"ids"`

	Users    map[string]string `json:"users"`
	LastSeen map[string]int64  `json:"last_seen"`

	Pinned     bool   `json:"pinned"`
	Muted      bool   `json:"muted"`
	Hidden     bool   `json:"hidden"`
	ClearedSeq uint64 `json:"cleared_seq"`

	Messages []json.RawMessage `json:"messages"`
	HasMore  bool              `json:"has_more"`

	Conversations []json.RawMessage `json:"conversations"`
	Next          string            `json:"next"`

	Convs map[string]struct {
		Seq     uint64 `json:"seq"`
		HasMore bool   `json:"has_more"`
		Gone    bool   `json:"gone"`
	} `json:"convs"`
}

// replyAPI copies what it decodes: a reply outlives the read buffer.
var replyAPI = sonic.Config{CopyString: true, ValidateString: true, CaseSensitive: true}.Froze()

// decodeReply reads a message of the server. Of a type that this version does
// not know it may read no more than the type: the fields may mean anything.
func decodeReply(payload []byte) (*reply, error) {
	r := new(reply)
	err := replyAPI.Unmarshal(payload, r)
	if err == nil {
		switch r.Type {
		case wire.EventGroup, wire.EventSession, "desk":
			r.raw = bytes.Clone(payload)
		}
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
	"chat": true, "sent": true, "synced": true, "error": true, "history": true, "conversations": true,
	"ok": true, "pong": true, "system": true,
	wire.EventGroup: true, wire.EventRecall: true, wire.EventEdit: true, wire.EventReaction: true,
	"read": true, "typing": true, "presence": true, "conversation": true,
	wire.EventSession: true, "queue": true, "agent": true, "desk": true,
}

// refusal returns the error that a reply of type error carries.
func (r *reply) refusal() *wire.Error {
	return &wire.Error{Code: r.Code, Reason: r.Reason, Msg: r.Msg, RetryAfter: r.retryAfter()}
}

func (r *reply) retryAfter() time.Duration {
	return time.Duration(max(0, min(r.RetryAfterMS, 1<<40))) * time.Millisecond
}
