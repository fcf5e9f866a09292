package wire

// field is a top-level key of a request that some verb reads.
type field uint8

const (
	fieldNone field = iota
	fieldType
	fieldCID
	fieldTo
	fieldToUserID
	fieldGroupID
	fieldConvID
	fieldFrom
	fieldSender
	fieldUserID
	fieldContent
	fieldContentType
	fieldSeq
	fieldIDs
	fieldMsgID
	fieldBefore
	fieldLimit
	fieldCursors
	fieldToken
	fieldMentions
	fieldReplyTo
	fieldTTL
	fieldID
	fieldEmoji
	fieldRemove
	fieldCursor
	fieldUsers
	fieldWatch
	fieldStatus
	fieldMaxSessions
	fieldCount
)

func fieldOf(key string) field {
	switch key {
	case "type":
		return fieldType
	case "cid":
		return fieldCID
	case "to":
		return fieldTo
	case "to_user_id":
		return fieldToUserID
	case "group_id":
		return fieldGroupID
	case "conv_id":
		return fieldConvID
	case "from":
		return fieldFrom
	case "sender":
		return fieldSender
	case "user_id":
		return fieldUserID
	case "content":
		return fieldContent
	case "content_type":
		return fieldContentType
	}
	return rareFieldOf(key)
}

func rareFieldOf(key string) field {
	switch key {
	case "seq":
		return fieldSeq
	case "ids":
		return fieldIDs
	case "msg_id":
		return fieldMsgID
	case "before":
		return fieldBefore
	case "limit":
		return fieldLimit
	case "cursors":
		return fieldCursors
	case "token":
		return fieldToken
	case "mentions":
		return fieldMentions
	case "reply_to":
		return fieldReplyTo
	case "ttl_s":
		return fieldTTL
	case "id":
		return fieldID
	case "emoji":
		return fieldEmoji
	case "remove":
		return fieldRemove
	case "cursor":
		return fieldCursor
	case "users":
		return fieldUsers
	case "watch":
		return fieldWatch
	case "status":
		return fieldStatus
	case "max_sessions":
		return fieldMaxSessions
	}
	return fieldNone
}

// name is the inverse of fieldOf, for messages.
func (f field) name() string {
	return [fieldCount]string{
		"", "type", "cid", "to", "to_user_id", "group_id", "conv_id", "from", "sender", "user_id",
		"content", "content_type", "seq", "ids", "msg_id", "before", "limit", "cursors", "token",
		"mentions", "reply_to", "ttl_s", "id", "emoji", "remove", "cursor", "users", "watch",
		"status", "max_sessions",
	}[f]
}
