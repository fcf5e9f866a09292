package wire

// AppendRequest appends r as a client sends it. r is not checked.
func AppendRequest(dst []byte, r *Request) []byte {
	dst = appendCID(appendText(dst, `{"type":`, r.Verb.String()), r.CID)
	switch r.Verb {
	case VerbSend:
		dst = appendTarget(dst, r)
		dst = append(append(dst, `,"content":`...), r.Content...)
		dst = appendGiven(dst, `,"content_type":`, r.ContentType)
	case VerbAck:
		dst = appendAck(dst, r)
	case VerbHistory:
		dst = appendTarget(dst, r)
		if r.Before > 0 {
			dst = appendUint(dst, `,"before":`, r.Before)
		}
		dst = appendLimit(dst, r)
	case VerbSync:
		dst = appendLimit(appendCursors(dst, r), r)
	case VerbAuth:
		dst = appendText(dst, `,"token":`, r.Token)
	}
	return append(dst, '}')
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

func appendAck(dst []byte, r *Request) []byte {
	dst = appendGiven(dst, `,"conv_id":`, r.ConvID)
	if r.Seq > 0 {
		dst = appendUint(dst, `,"seq":`, r.Seq)
	}
	if len(r.IDs) == 0 {
		return dst
	}
	lead := `,"ids":["`
	for _, id := range r.IDs {
		dst = append(appendUint(dst, lead, id), '"')
		lead = `,"`
	}
	return append(dst, ']')
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
