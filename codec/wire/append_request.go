package wire

// AppendRequest appends r as a client sends it. r is not checked.
func AppendRequest(dst []byte, r *Request) []byte {
	dst = appendCID(appendText(dst, `{"type":`, r.Verb.String()), r.CID)
	switch r.Verb {
	case VerbSend:
		dst = appendTarget(dst, r)
		dst = appendOptions(appendContent(dst, r), r)
	case VerbAck, VerbRead:
		dst = appendReceipt(dst, r)
	case VerbHistory:
		dst = appendTarget(dst, r)
		dst = appendLimit(appendCount(dst, `,"before":`, r.Before), r)
	case VerbSync:
		dst = appendLimit(appendCursors(dst, r), r)
	case VerbAuth:
		dst = appendText(dst, `,"token":`, r.Token)
	case VerbTyping:
		dst = appendTarget(dst, r)
	default:
		dst = appendRare(dst, r)
	}
	return append(dst, '}')
}

// appendRare appends the fields of the verbs that are seldom used.
func appendRare(dst []byte, r *Request) []byte {
	switch r.Verb {
	case VerbRecall:
		return appendMessageID(dst, `,"id":"`, r.ID)
	case VerbEdit:
		return appendContent(appendMessageID(dst, `,"id":"`, r.ID), r)
	case VerbReact:
		dst = appendText(appendMessageID(dst, `,"id":"`, r.ID), `,"emoji":`, r.Emoji)
		if r.Remove {
			dst = append(dst, `,"remove":true`...)
		}
	case VerbConversations:
		return appendLimit(appendGiven(dst, `,"cursor":`, r.After), r)
	case VerbPresence:
		dst = appendTexts(dst, `,"users":`, r.Users)
		if r.HasWatch {
			dst = appendBool(dst, `,"watch":`, r.Watch)
		}
	case VerbAgent:
		dst = appendGiven(dst, `,"status":`, r.Status)
		if r.HasMaxSessions {
			dst = appendUint(dst, `,"max_sessions":`, r.MaxSessions)
		}
	}
	return dst
}

func appendContent(dst []byte, r *Request) []byte {
	dst = append(append(dst, `,"content":`...), r.Content...)
	return appendGiven(dst, `,"content_type":`, r.ContentType)
}

func appendOptions(dst []byte, r *Request) []byte {
	switch {
	case r.MentionAll:
		dst = append(dst, `,"mentions":"all"`...)
	case len(r.Mentions) > 0:
		dst = appendTexts(dst, `,"mentions":`, r.Mentions)
	}
	if r.ReplyTo > 0 {
		dst = appendMessageID(dst, `,"reply_to":"`, r.ReplyTo)
	}
	return appendCount(dst, `,"ttl_s":`, r.TTL)
}

// appendCount appends lead and n unless n is 0.
func appendCount(dst []byte, lead string, n uint64) []byte {
	if n == 0 {
		return dst
	}
	return appendUint(dst, lead, n)
}

// appendGiven appends lead and s unless s is empty.
func appendGiven(dst []byte, lead, s string) []byte {
	if s == "" {
		return dst
	}
	return appendText(dst, lead, s)
}

func appendTarget(dst []byte, r *Request) []byte {
	dst = appendGiven(dst, `,"to":`, r.To)
	dst = appendGiven(dst, `,"group_id":`, r.GroupID)
	return appendGiven(dst, `,"conv_id":`, r.ConvID)
}

func appendLimit(dst []byte, r *Request) []byte {
	if r.Limit == 0 {
		return dst
	}
	return appendInt(dst, `,"limit":`, int64(r.Limit))
}

func appendReceipt(dst []byte, r *Request) []byte {
	dst = appendGiven(dst, `,"conv_id":`, r.ConvID)
	return appendIDs(appendCount(dst, `,"seq":`, r.Seq), r.IDs)
}

func appendCursors(dst []byte, r *Request) []byte {
	if !r.HasCursors {
		return dst
	}
	dst = append(dst, `,"cursors":{`...)
	for i := range r.Cursors {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, r.Cursors[i].ConvID)
		dst = appendUint(dst, `:`, r.Cursors[i].Seq)
	}
	return append(dst, '}')
}
