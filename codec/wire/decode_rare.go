package wire

// fillRare is fill for the verbs that are seldom used.
func (t *text) fillRare(r *Request) *Error {
	switch r.Verb {
	case VerbRecall:
		return t.message(r)
	case VerbEdit:
		return t.edit(r)
	case VerbReact:
		return t.react(r)
	case VerbConversations:
		return t.conversations(r)
	case VerbPresence:
		return t.presence(r)
	case VerbAgent:
		return t.agent(r)
	}
	return nil
}

// options reads what few messages have.
func (t *text) options(r *Request) (err *Error) {
	if err = t.mentions(r); err != nil {
		return err
	}
	if r.ReplyTo, err = t.messageID(fieldReplyTo); err != nil {
		return err
	}
	r.TTL, err = t.count(fieldTTL, MaxTTL)
	return err
}

// mentions reads a list of users, or the word all.
func (t *text) mentions(r *Request) (err *Error) {
	v := t.raw(fieldMentions)
	if len(v) > 0 && v[0] == '"' {
		r.MentionAll = literalText(v) == "all"
		if !r.MentionAll {
			return errMentions
		}
		return nil
	}
	r.Mentions, err = t.users(fieldMentions, r.Mentions, MaxMentions, errMentions)
	return err
}

var errMentions = badRequest("mentions must be a list of at most 50 user ids, or \"all\"")

// message reads the id of the one message that the request is about. It goes by
// the name of id, by the older msg_id, or is the only one of ids; those that are
// there must agree.
func (t *text) message(r *Request) (err *Error) {
	if err = t.ids(r); err != nil {
		return err
	}
	if len(r.IDs) > 1 {
		return errOneID
	}
	for _, f := range [...]field{fieldID, fieldMsgID} {
		id, err := t.messageID(f)
		if err != nil {
			return err
		}
		if id != 0 {
			r.IDs = append(r.IDs, id)
		}
	}
	for _, id := range r.IDs {
		if id != r.IDs[0] {
			return errOneID
		}
		r.ID = id
	}
	r.IDs = r.IDs[:0]
	return nil
}

var errOneID = badRequest("exactly one message id is needed")

func (t *text) edit(r *Request) *Error {
	if err := t.message(r); err != nil {
		return err
	}
	return t.content(r)
}

func (t *text) react(r *Request) (err *Error) {
	if err = t.message(r); err != nil {
		return err
	}
	if r.Emoji, err = t.str(fieldEmoji); err != nil {
		return err
	}
	r.Remove, _, err = t.flag(fieldRemove)
	return err
}

func (t *text) conversations(r *Request) (err *Error) {
	if r.After, err = t.str(fieldCursor); err != nil {
		return err
	}
	return t.limit(r, MaxConversationsLimit)
}

func (t *text) presence(r *Request) (err *Error) {
	if r.Users, err = t.users(fieldUsers, r.Users, MaxPresenceUsers, errUsers); err != nil {
		return err
	}
	r.Watch, r.HasWatch, err = t.flag(fieldWatch)
	return err
}

func (t *text) agent(r *Request) (err *Error) {
	if r.Status, err = t.str(fieldStatus); err != nil {
		return err
	}
	v := t.raw(fieldMaxSessions)
	if len(v) == 0 {
		return nil
	}
	if r.MaxSessions, r.HasMaxSessions = parseUint(alias(v), MaxAgentSessions); !r.HasMaxSessions {
		return errMaxSessions
	}
	return nil
}
