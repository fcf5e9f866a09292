package wire

// Check judges the fields that r's verb uses and fills in the default limit.
// Decode and DecodeBody have done so already; it is for requests that are put
// together from something else, such as a query string.
func (r *Request) Check() *Error {
	if r.CID != "" && !ValidCID(r.CID) {
		return errCID
	}
	return r.check()
}

// check is Check but for the cid.
func (r *Request) check() *Error {
	switch r.Verb {
	case VerbSend:
		return r.checkSend()
	case VerbAck, VerbRead:
		return r.checkReceipt()
	case VerbHistory:
		if err := r.checkLimit(HistoryLimit, MaxHistoryLimit); err != nil {
			return err
		}
		return r.checkTarget()
	case VerbSync:
		return r.checkSync()
	case VerbAuth:
		return r.checkAuth()
	case VerbPing:
		return nil
	case VerbTyping:
		return r.checkTarget()
	}
	return r.checkRare()
}

// checkRare is Check for the verbs that are seldom used.
func (r *Request) checkRare() *Error {
	switch r.Verb {
	case VerbRecall:
		return r.checkMessage()
	case VerbEdit:
		return r.checkEdit()
	case VerbReact:
		return r.checkReact()
	case VerbConversations:
		return r.checkConversations()
	case VerbPresence:
		return r.checkPresence()
	case VerbAgent:
		return r.checkAgent()
	}
	return errType
}

var (
	errType        = NewError(ReasonUnknownType, "unknown type")
	errCID         = badRequest("cid must be 1 to 64 bytes of printable text")
	errTarget      = badRequest("exactly one of to, group_id and conv_id is needed")
	errContent     = badRequest("content is missing")
	errReceipt     = badRequest("either conv_id and seq or ids are needed")
	errToken       = badRequest("token must be 1 to 8192 bytes")
	errContentType = badRequest("content_type must be 1 to 64 bytes of printable text")
	errSeq         = badRequest("seq is beyond 2^53-1")
	errID          = badRequest("the id of a message is needed")
	errEmoji       = badRequest("emoji must be 1 to 64 bytes of printable text")
	errCursor      = badRequest("cursor must be at most 128 bytes")
	errAgent       = badRequest("status or max_sessions is needed")
	errStatus      = badRequest("status must be online, busy or offline")
	errMaxSessions = badRequest("max_sessions must be a whole number from 0 to 1000")
	errUsers       = badRequest("users must be a list of 1 to 200 ids")
)

func (r *Request) checkSend() *Error {
	if r.Claimed != "" && !ValidID(r.Claimed) {
		return badRequest("bad id of the sender")
	}
	if len(r.Content) == 0 {
		return errContent
	}
	if err := r.checkContentType(); err != nil {
		return err
	}
	if len(r.Mentions) > 0 || r.TTL > 0 || r.ReplyTo > 0 {
		if err := r.checkOptions(); err != nil {
			return err
		}
	}
	return r.checkTarget()
}

func (r *Request) checkContentType() *Error {
	if r.ContentType == "" || printable(r.ContentType, maxContentType) {
		return nil
	}
	return errContentType
}

// checkOptions checks what few messages have.
func (r *Request) checkOptions() *Error {
	switch {
	case len(r.Mentions) > MaxMentions:
		return badRequest("at most 50 users can be mentioned")
	case len(r.Mentions) > 0 && r.MentionAll:
		return badRequest("mentions are either users or all")
	case r.TTL > MaxTTL:
		return badRequest("ttl_s must be 1 to 31536000")
	case r.ReplyTo > MaxMessageID:
		return errMessageID
	}
	return checkIDs(r.Mentions, "every id in mentions")
}

// checkTarget wants exactly one address, and a sound one.
func (r *Request) checkTarget() *Error {
	switch {
	case r.To != "" && r.GroupID == "" && r.ConvID == "":
		return checkID(r.To, "to")
	case r.To == "" && r.GroupID != "" && r.ConvID == "":
		return checkID(r.GroupID, "group_id")
	case r.To == "" && r.GroupID == "" && r.ConvID != "":
		return checkConvID(r.ConvID)
	}
	return errTarget
}

func checkID(id, name string) *Error {
	if !ValidID(id) {
		return badRequest(name + " must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	}
	return nil
}

func checkIDs(ids []string, name string) *Error {
	for _, id := range ids {
		if err := checkID(id, name); err != nil {
			return err
		}
	}
	return nil
}

func checkConvID(id string) *Error {
	if _, ok := ParseConvID(id); !ok {
		return badRequest("conv_id is no conversation id")
	}
	return nil
}

func (r *Request) checkReceipt() *Error {
	byIDs, bySeq := len(r.IDs) > 0, r.Seq > 0
	if byIDs == bySeq || (bySeq && r.ConvID == "") {
		return errReceipt
	}
	if len(r.IDs) > MaxAckIDs {
		return badRequest("at most 1000 ids at a time")
	}
	if r.Seq > MaxSeq {
		return errSeq
	}
	if r.ConvID != "" {
		return checkConvID(r.ConvID)
	}
	return nil
}

func (r *Request) checkSync() *Error {
	for i := range r.Cursors {
		if err := checkConvID(r.Cursors[i].ConvID); err != nil {
			return err
		}
		if r.Cursors[i].Seq > MaxSeq {
			return errSeq
		}
	}
	return r.checkLimit(SyncLimit, MaxSyncLimit)
}

func (r *Request) checkAuth() *Error {
	if r.Token == "" || len(r.Token) > MaxTokenLen {
		return errToken
	}
	return nil
}

func (r *Request) checkLimit(usual, most int) *Error {
	if r.Limit == 0 {
		r.Limit = usual
	}
	if r.Limit < 1 || r.Limit > most {
		return Errorf(ReasonBadRequest, "limit must be 1 to %d", most)
	}
	if r.Before > MaxSeq {
		return errSeq
	}
	return nil
}

func (r *Request) checkMessage() *Error {
	if r.ID == 0 {
		return errID
	}
	if r.ID > MaxMessageID {
		return errMessageID
	}
	return nil
}

func (r *Request) checkEdit() *Error {
	if len(r.Content) == 0 {
		return errContent
	}
	if err := r.checkContentType(); err != nil {
		return err
	}
	return r.checkMessage()
}

func (r *Request) checkReact() *Error {
	if !ValidEmoji(r.Emoji) {
		return errEmoji
	}
	return r.checkMessage()
}

func (r *Request) checkConversations() *Error {
	if len(r.After) > MaxCursorLen {
		return errCursor
	}
	return r.checkLimit(ConversationsLimit, MaxConversationsLimit)
}

// checkPresence lets a request without users pass that says whether to watch:
// to watch nobody any more.
func (r *Request) checkPresence() *Error {
	if len(r.Users) > MaxPresenceUsers || (len(r.Users) == 0 && !r.HasWatch) {
		return errUsers
	}
	return checkIDs(r.Users, "every id in users")
}

func (r *Request) checkAgent() *Error {
	switch r.Status {
	case "":
		if !r.HasMaxSessions {
			return errAgent
		}
	case AgentOnline, AgentBusy, AgentOffline:
	default:
		return errStatus
	}
	if r.MaxSessions > MaxAgentSessions {
		return errMaxSessions
	}
	return nil
}
