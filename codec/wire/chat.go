package wire

// Chat is a message as receivers and readers of the history see it.
type Chat struct {
	ID          uint64
	ConvID      string
	Seq         uint64
	From        string
	To          string // single conversations: the receiver
	GroupID     string // group conversations
	SessionID   string // service conversations
	Content     []byte // one JSON value, as it was sent
	ContentType string // "" is text, and is left out
	Time        int64  // Unix milliseconds

	Recalled bool   // the sender took it back
	Edited   bool   // Content is not the first one
	Expired  bool   // it has outlived its time
	Expires  int64  // Unix milliseconds; 0 is never
	Extra    []byte // further members, as [Extra] builds them
}

// AppendChat appends the chat object. Its beginning is always
//
//	{"type":"chat","id":"<digits>","conv_id":"…","seq":<digits>,
func AppendChat(dst []byte, m *Chat) []byte {
	dst = appendUint(dst, `{"type":"chat","id":"`, m.ID)
	dst = appendText(dst, `","conv_id":`, m.ConvID)
	dst = appendUint(dst, `,"seq":`, m.Seq)
	dst = appendText(dst, `,"from":`, m.From)
	if m.To != "" {
		dst = appendText(dst, `,"to":`, m.To)
	}
	if m.GroupID != "" {
		dst = appendText(dst, `,"group_id":`, m.GroupID)
	}
	if m.SessionID != "" {
		dst = appendText(dst, `,"session_id":`, m.SessionID)
	}
	dst = append(dst, `,"content":`...)
	dst = append(dst, m.Content...)
	if m.ContentType != "" {
		dst = appendText(dst, `,"content_type":`, m.ContentType)
	}
	dst = appendInt(dst, `,"time":`, m.Time)
	if m.plain() {
		return append(dst, '}')
	}
	return append(m.appendState(dst), '}')
}

// plain reports whether m has nothing that few messages have.
func (m *Chat) plain() bool {
	return len(m.Extra) == 0 && m.Expires == 0 && !m.Edited && !m.Recalled && !m.Expired
}

// appendState appends what few messages have.
func (m *Chat) appendState(dst []byte) []byte {
	if m.Expires != 0 {
		dst = appendInt(dst, `,"expires_at":`, m.Expires)
	}
	if m.Edited {
		dst = append(dst, `,"edited":true`...)
	}
	if m.Recalled {
		dst = append(dst, `,"recalled":true`...)
	}
	if m.Expired {
		dst = append(dst, `,"expired":true`...)
	}
	return appendExtra(dst, m.Extra)
}

// AppendHistoryHead begins a history answer. Chat objects, with commas between
// them, and [AppendHistoryTail] follow.
func AppendHistoryHead(dst []byte, cid, convID string) []byte {
	dst = appendCID(append(dst, `{"type":"history"`...), cid)
	dst = appendText(dst, `,"conv_id":`, convID)
	return append(dst, `,"messages":[`...)
}

// AppendHistoryTail ends a history answer.
func AppendHistoryTail(dst []byte, hasMore bool) []byte {
	return append(appendBool(dst, `],"has_more":`, hasMore), '}')
}
