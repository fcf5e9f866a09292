package wire

// The words of events.
const (
	EventGroup    = "group"
	EventRecall   = "recall"
	EventEdit     = "edit"
	EventReaction = "reaction"
	EventSession  = "session"
)

// What a reaction event did, the value of its "op".
const (
	ReactionAdd    = "add"
	ReactionRemove = "remove"
)

// Event is an entry of a conversation's log that is no message: what happened to
// a group, to a service session, or to the message at Ref.
type Event struct {
	Word    string // one of the Event words
	Extra   []byte // the word's own members, as [Extra] builds them; "id" of the message where there is a Ref
	Content []byte // one JSON value: the content after an edit; left out where empty
	ConvID  string
	GroupID string // what happened to a group: which
	From    string // whose doing it is
	ID      uint64 // the event's own id
	Seq     uint64 // the event's own place in the log
	Ref     uint64 // the seq of the message it is about; 0 where it is about none
	Time    int64  // Unix milliseconds

	SessionID string // what happened to a service session: which
}

// AppendEvent appends an event. In that of a message "seq" is the message's, and
// "event_seq" the event's own; in that of a group or a session "seq" is its own.
func AppendEvent(dst []byte, e *Event) []byte {
	dst = appendExtra(appendText(dst, `{"type":`, e.Word), e.Extra)
	switch {
	case e.Ref != 0:
		dst = e.appendRef(dst)
	case e.SessionID != "":
		dst = e.appendSession(dst)
	default:
		dst = e.appendGroup(dst)
	}
	return append(appendInt(dst, `,"time":`, e.Time), '}')
}

func (e *Event) appendGroup(dst []byte) []byte {
	dst = appendGiven(dst, `,"group_id":`, e.GroupID)
	dst = appendText(dst, `,"by":`, e.From)
	dst = appendMessageID(dst, `,"id":"`, e.ID)
	dst = appendText(dst, `,"conv_id":`, e.ConvID)
	return appendUint(dst, `,"seq":`, e.Seq)
}

func (e *Event) appendSession(dst []byte) []byte {
	dst = appendText(dst, `,"session_id":`, e.SessionID)
	dst = appendText(dst, `,"from":`, e.From)
	dst = appendMessageID(dst, `,"id":"`, e.ID)
	dst = appendText(dst, `,"conv_id":`, e.ConvID)
	return appendUint(dst, `,"seq":`, e.Seq)
}

func (e *Event) appendRef(dst []byte) []byte {
	dst = appendText(dst, `,"conv_id":`, e.ConvID)
	dst = appendUint(dst, `,"seq":`, e.Ref)
	dst = appendText(dst, `,"from":`, e.From)
	if len(e.Content) > 0 {
		dst = append(append(dst, `,"content":`...), e.Content...)
	}
	return appendUint(dst, `,"event_seq":`, e.Seq)
}
