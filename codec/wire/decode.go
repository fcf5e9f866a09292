package wire

// Decode reads one request into r, whose former content is lost. r aliases
// data. After a refusal only r.CID may be used, for the answer: it is set where
// a sound cid could be read.
func Decode(data []byte, r *Request) *Error {
	r.Reset()
	var t text
	if err := t.scan(data); err != nil {
		t.tryCID(r)
		return err
	}
	if err := t.cid(r); err != nil {
		return err
	}
	word, err := t.str(fieldType)
	if err != nil {
		return err
	}
	if word == "" {
		return badRequest("type is missing")
	}
	if r.Verb = verbOf(word); r.Verb == 0 {
		return errType
	}
	return t.fill(r)
}

// DecodeBody is Decode for a text whose verb is known already; its type, if it
// has one, is ignored.
func DecodeBody(verb Verb, data []byte, r *Request) *Error {
	r.Reset()
	var t text
	if err := t.scan(data); err != nil {
		return err
	}
	r.Verb = verb
	if err := t.cid(r); err != nil {
		return err
	}
	return t.fill(r)
}

// verbOf knows the verbs and the older words for send.
func verbOf(word string) Verb {
	switch word {
	case "send", "chat", "private", "group", "message":
		return VerbSend
	case "ack":
		return VerbAck
	case "history":
		return VerbHistory
	case "sync":
		return VerbSync
	case "ping":
		return VerbPing
	case "auth":
		return VerbAuth
	}
	return rareVerbOf(word)
}

func rareVerbOf(word string) Verb {
	switch word {
	case "read":
		return VerbRead
	case "recall":
		return VerbRecall
	case "edit":
		return VerbEdit
	case "react":
		return VerbReact
	case "conversations":
		return VerbConversations
	case "typing":
		return VerbTyping
	case "presence":
		return VerbPresence
	case "agent":
		return VerbAgent
	}
	return 0
}

// IsBarePing reports whether data is the bare text PING, which is no JSON and
// is answered with BarePong.
func IsBarePing(data []byte) bool { return string(data) == "PING" }

// BarePong is the answer to the bare text PING.
const BarePong = "PONG"

func (t *text) cid(r *Request) *Error {
	s, err := t.str(fieldCID)
	if err != nil {
		return err
	}
	if len(t.raw(fieldCID)) != 0 && !ValidCID(s) {
		return errCID
	}
	r.CID = s
	return nil
}

// tryCID reads the cid of a text that was refused later on.
func (t *text) tryCID(r *Request) { _ = t.cid(r) }

// fill reads the fields of r's verb and checks them. The cid has been read and
// checked before.
func (t *text) fill(r *Request) *Error {
	var err *Error
	switch r.Verb {
	case VerbSend:
		err = t.send(r)
	case VerbAck, VerbRead:
		err = t.receipt(r)
	case VerbHistory:
		err = t.history(r)
	case VerbSync:
		err = t.sync(r)
	case VerbAuth:
		r.Token, err = t.str(fieldToken)
	case VerbTyping:
		err = t.target(r)
	default:
		err = t.fillRare(r)
	}
	if err != nil {
		return err
	}
	return r.check()
}

func (t *text) send(r *Request) (err *Error) {
	if err = t.target(r); err != nil {
		return err
	}
	if err = t.claimed(r); err != nil {
		return err
	}
	if t.at[fieldMentions].end|t.at[fieldReplyTo].end|t.at[fieldTTL].end != 0 {
		if err = t.options(r); err != nil {
			return err
		}
	}
	return t.content(r)
}

func (t *text) content(r *Request) (err *Error) {
	v := t.at[fieldContent] // null is a content like any other
	r.Content = t.b[v.off:v.end:v.end]
	if t.at[fieldContentType].end == 0 {
		return nil
	}
	r.ContentType, err = t.str(fieldContentType)
	if r.ContentType == "text" {
		r.ContentType = ""
	}
	return err
}

// target reads the three addresses; to_user_id is an older word for to.
func (t *text) target(r *Request) (err *Error) {
	if r.To, err = t.either(fieldTo, fieldToUserID); err != nil {
		return err
	}
	if t.at[fieldGroupID].end != 0 {
		if r.GroupID, err = t.id(fieldGroupID); err != nil {
			return err
		}
	}
	if t.at[fieldConvID].end != 0 {
		r.ConvID, err = t.str(fieldConvID)
	}
	return err
}

// either reads an id that goes by two names, of which one or both, with the
// same value, may be there.
func (t *text) either(f, g field) (string, *Error) {
	a, err := t.id(f)
	if err != nil || t.at[g].end == 0 {
		return a, err
	}
	b, err := t.id(g)
	switch {
	case err != nil:
		return "", err
	case a == "" || a == b:
		return b, nil
	case b == "":
		return a, nil
	}
	return "", badRequest(f.name() + " and " + g.name() + " differ")
}

// claimed reads who the client says it is. Two different claims can't both be
// the connection's own user, so they are refused here.
func (t *text) claimed(r *Request) *Error {
	for _, f := range [...]field{fieldFrom, fieldSender, fieldUserID} {
		if t.at[f].end == 0 {
			continue
		}
		id, err := t.id(f)
		if err != nil {
			return err
		}
		if id != "" && r.Claimed != "" && id != r.Claimed {
			return NewError(ReasonForbidden, "the message names two different senders")
		}
		if id != "" {
			r.Claimed = id
		}
	}
	return nil
}

// receipt reads what ack and read have: a seq, or ids.
func (t *text) receipt(r *Request) (err *Error) {
	if r.ConvID, err = t.str(fieldConvID); err != nil {
		return err
	}
	if r.Seq, err = t.count(fieldSeq, MaxSeq); err != nil {
		return err
	}
	if err = t.ids(r); err != nil {
		return err
	}
	return t.msgID(r)
}

func (t *text) history(r *Request) (err *Error) {
	if err = t.target(r); err != nil {
		return err
	}
	if r.Before, err = t.count(fieldBefore, MaxSeq); err != nil {
		return err
	}
	return t.limit(r, MaxHistoryLimit)
}

func (t *text) sync(r *Request) *Error {
	if err := t.cursors(r); err != nil {
		return err
	}
	return t.limit(r, MaxSyncLimit)
}

func (t *text) limit(r *Request, most uint64) *Error {
	n, err := t.count(fieldLimit, most)
	r.Limit = int(n)
	return err
}
