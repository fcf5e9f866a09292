package chaos

import (
	"encoding/json"

	"gannet/bench/checker"
)

// message is whatever a server says over a WebSocket, and what it shows of a log.
type message struct {
	Type          string
	ID            string
	ConvID        string `json:"conv_id"`
	From          string
	CID           string
	Reason        string
	Msg           string
	Seq           uint64
	EventSeq      uint64 `json:"event_seq"`
	Content       json.RawMessage
	Recalled      bool
	Messages      []message
	Conversations []listed
	HasMore       bool `json:"has_more"`
	Convs         map[string]syncedConv
}

// syncedConv is how far a sync has brought a conversation.
type syncedConv struct {
	Seq     uint64
	HasMore bool `json:"has_more"`
	Gone    bool
}

// isEntry reports whether m is an entry of a log: a message, or an event that has
// a place. A group's event without one is a notice.
func (m *message) isEntry() bool {
	switch m.Type {
	case "chat", "group":
		return m.Seq > 0
	case "recall", "edit", "reaction":
		return m.EventSeq > 0
	}
	return false
}

// entry is m as the checker takes it. A recall, edit or reaction has the id of
// the message that it is about, and so none of its own.
func (m *message) entry() checker.Entry {
	switch m.Type {
	case "chat":
		e := checker.Entry{Seq: m.Seq, ID: m.ID, From: m.From, Content: text(m.Content), Recalled: m.Recalled}
		if e.Recalled && e.Content == recallText {
			e.Content = ""
		}
		return e
	case "group":
		return checker.Entry{Seq: m.Seq, ID: m.ID, Event: true}
	}
	return checker.Entry{Seq: m.EventSeq, From: m.From, Event: true}
}

// recallText is what the servers of a campaign put in the place of a recalled
// message's content.
const recallText = "recalled"

// text is a content that is a string, or whatever else it is as it stands.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func entries(messages []message) []checker.Entry {
	all := make([]checker.Entry, len(messages))
	for i := range messages {
		all[i] = messages[i].entry()
	}
	return all
}

// request is whatever a client says over a WebSocket.
type request struct {
	Type    string            `json:"type"`
	CID     string            `json:"cid,omitempty"`
	ConvID  string            `json:"conv_id,omitempty"`
	Content string            `json:"content,omitempty"`
	ID      string            `json:"id,omitempty"`
	Seq     uint64            `json:"seq,omitempty"`
	Before  uint64            `json:"before,omitempty"`
	Limit   int               `json:"limit,omitempty"`
	Cursors map[string]uint64 `json:"cursors,omitempty"`
}
