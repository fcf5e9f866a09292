package wire

// AppendRead appends a receipt: user has read convID up to seq. ids are the
// messages that it newly covers, left out where there are none.
func AppendRead(dst []byte, convID, user string, seq uint64, ids []uint64, timeMS int64) []byte {
	dst = appendText(dst, `{"type":"read","conv_id":`, convID)
	dst = appendText(dst, `,"user_id":`, user)
	dst = appendIDs(appendUint(dst, `,"seq":`, seq), ids)
	return append(appendInt(dst, `,"time":`, timeMS), '}')
}

// AppendTyping appends the notice that from is writing in convID.
func AppendTyping(dst []byte, convID, from string) []byte {
	dst = appendText(dst, `{"type":"typing","conv_id":`, convID)
	return append(appendText(dst, `,"from":`, from), '}')
}

// ConversationSettings is how a user has a conversation in their list.
type ConversationSettings struct {
	Pinned     bool
	Muted      bool   // do not disturb
	Hidden     bool   // until something new comes
	ClearedSeq uint64 // everything up to it is cleared; 0 for nothing
}

// AppendConversationChanged appends the notice for a user's other devices that
// convID has new settings.
func AppendConversationChanged(dst []byte, convID string, c ConversationSettings) []byte {
	dst = appendText(dst, `{"type":"conversation","conv_id":`, convID)
	dst = appendBool(dst, `,"pinned":`, c.Pinned)
	dst = appendBool(dst, `,"muted":`, c.Muted)
	dst = appendBool(dst, `,"hidden":`, c.Hidden)
	return append(appendUint(dst, `,"cleared_seq":`, c.ClearedSeq), '}')
}
