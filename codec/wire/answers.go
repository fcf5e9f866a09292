package wire

import "time"

// AppendSent appends the answer to a send: the message is on disk.
func AppendSent(dst []byte, cid string, id uint64, convID string, seq uint64, timeMS int64) []byte {
	dst = appendCID(append(dst, `{"type":"sent"`...), cid)
	dst = appendUint(dst, `,"id":"`, id)
	dst = appendText(dst, `","conv_id":`, convID)
	dst = appendUint(dst, `,"seq":`, seq)
	dst = appendInt(dst, `,"time":`, timeMS)
	return append(dst, '}')
}

// AppendOK appends the answer to a request that has nothing more to say.
func AppendOK(dst []byte, cid string) []byte {
	return append(appendCID(append(dst, `{"type":"ok"`...), cid), '}')
}

// AppendPong appends the answer to a ping.
func AppendPong(dst []byte, cid string) []byte {
	return append(appendCID(append(dst, `{"type":"pong"`...), cid), '}')
}

// AppendError appends a refusal.
func AppendError(dst []byte, cid string, e *Error) []byte {
	dst = appendCID(append(dst, `{"type":"error"`...), cid)
	dst = appendInt(dst, `,"code":`, int64(e.Code))
	dst = appendText(dst, `,"reason":`, e.Reason)
	dst = appendText(dst, `,"msg":`, e.Msg)
	if e.RetryAfter > 0 {
		dst = appendInt(dst, `,"retry_after_ms":`, max(1, int64(e.RetryAfter/time.Millisecond)))
	}
	return append(dst, '}')
}

// Synced is where a sync left off in one conversation.
type Synced struct {
	ConvID  string
	Seq     uint64 // the last seq that was sent
	HasMore bool   // there is more after it: sync again
	Gone    bool   // the conversation is not the user's any more
}

// AppendSynced appends the end of a sync's answer.
func AppendSynced(dst []byte, cid string, convs []Synced) []byte {
	dst = appendCID(append(dst, `{"type":"synced"`...), cid)
	lead := `,"convs":{`
	for i := range convs {
		dst = appendText(dst, lead, convs[i].ConvID)
		dst = appendUint(dst, `:{"seq":`, convs[i].Seq)
		dst = appendBool(dst, `,"has_more":`, convs[i].HasMore)
		if convs[i].Gone {
			dst = append(dst, `,"gone":true`...)
		}
		dst = append(dst, '}')
		lead = `,`
	}
	if len(convs) == 0 {
		dst = append(dst, lead...)
	}
	return append(dst, `}}`...)
}

// AppendConversationsHead begins the answer to conversations. The caller goes on
// with the members "conversations" and "next" and a closing brace.
func AppendConversationsHead(dst []byte, cid string) []byte {
	return append(appendCID(append(dst, `{"type":"conversations"`...), cid), ',')
}
