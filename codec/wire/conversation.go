package wire

// Conversation is a line of a user's list of conversations.
type Conversation struct {
	ConvID      string
	Kind        Kind
	Peer        string // single conversations: the other user
	GroupID     string // group conversations
	Name        string // of the group
	SessionID   string // service conversations
	LastSeq     uint64
	ReadSeq     uint64 // read up to here: the user's cursor, or what can't be unread
	AckSeq      uint64 // received up to here
	ClearedSeq  uint64 // not shown any more up to here
	Unread      uint64 // messages behind ReadSeq
	PeerReadSeq uint64 // single conversations: read by the other
	PeerAckSeq  uint64 // and received
	Mentioned   bool   // something unread wants the user's attention
	Pinned      bool
	Muted       bool   // do not disturb
	UpdatedAt   int64  // Unix milliseconds
	LastMessage []byte // a chat object; nil where there is none to be shown
}

// AppendConversation appends the line as an object.
func AppendConversation(dst []byte, c *Conversation) []byte {
	dst = appendText(dst, `{"conv_id":`, c.ConvID)
	dst = appendText(dst, `,"kind":`, c.Kind.String())
	if c.Kind == Single {
		dst = appendText(dst, `,"peer":`, c.Peer)
	}
	if c.Kind == Group {
		dst = appendText(dst, `,"group_id":`, c.GroupID)
		dst = appendText(dst, `,"name":`, c.Name)
	}
	if c.Kind == Service {
		dst = appendText(dst, `,"session_id":`, c.SessionID)
	}
	dst = appendUint(dst, `,"last_seq":`, c.LastSeq)
	dst = appendUint(dst, `,"read_seq":`, c.ReadSeq)
	dst = appendUint(dst, `,"ack_seq":`, c.AckSeq)
	dst = appendUint(dst, `,"cleared_seq":`, c.ClearedSeq)
	dst = appendUint(dst, `,"unread":`, c.Unread)
	if c.Kind == Single {
		dst = appendUint(dst, `,"peer_read_seq":`, c.PeerReadSeq)
		dst = appendUint(dst, `,"peer_ack_seq":`, c.PeerAckSeq)
	}
	dst = appendBool(dst, `,"mentioned":`, c.Mentioned)
	dst = appendBool(dst, `,"pinned":`, c.Pinned)
	dst = appendBool(dst, `,"muted":`, c.Muted)
	dst = appendInt(dst, `,"updated_at":`, c.UpdatedAt)
	dst = append(dst, `,"last_message":`...)
	if c.LastMessage == nil {
		return append(dst, `null}`...)
	}
	return append(append(dst, c.LastMessage...), '}')
}
