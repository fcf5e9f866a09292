package bench

import (
	"encoding/json"
	"fmt"

	"gannet/codec/wire"
)

// A message is what the slow path reads of anything the server sends. The
// fast path (see layout.go) knows two of them by their bytes.
type message struct {
	Type     string          `json:"type"`
	Event    string          `json:"event"`
	CID      string          `json:"cid"`
	ID       string          `json:"id"`
	ConvID   string          `json:"conv_id"`
	Seq      uint64          `json:"seq"`
	EventSeq uint64          `json:"event_seq"`
	From     string          `json:"from"`
	Content  json.RawMessage `json:"content"`
	Code     int             `json:"code"`
	Reason   string          `json:"reason"`
	Msg      string          `json:"msg"`
}

func decodeMessage(p []byte) (message, error) {
	var m message
	if err := json.Unmarshal(p, &m); err != nil {
		return m, fmt.Errorf("not the protocol: %w (%.200q)", err, p)
	}
	return m, nil
}

// tag returns the letters that begin the content, nil if there are none.
func (m *message) tag() []byte {
	if len(m.Content) < tagLen+2 || m.Content[0] != '"' || !isTag(m.Content[1:]) {
		return nil
	}
	return m.Content[1 : 1+tagLen]
}

// place is the seq of an entry of the log that is no chat message, 0 if m is
// nothing of the kind. What happened to a message carries that message's seq, and
// its own beside it.
func (m *message) place() uint64 {
	switch m.Type {
	case wire.EventGroup:
		return m.Seq
	case wire.EventRecall, wire.EventEdit, wire.EventReaction:
		return m.EventSeq
	}
	return 0
}
