package wire

// Verb is what a client wants.
type Verb uint8

// The verbs. The zero Verb is none.
const (
	VerbSend          Verb = iota + 1 // store and deliver a message
	VerbAck                           // received, up to a seq or by ids
	VerbHistory                       // a page of a conversation
	VerbSync                          // everything after the cursors
	VerbPing                          // answered with pong
	VerbAuth                          // a login, or a fresh one
	VerbRead                          // read, up to a seq or by ids
	VerbRecall                        // take a message back
	VerbEdit                          // give a message another content
	VerbReact                         // put an emoji on a message, or take it off
	VerbConversations                 // a page of the user's conversations
	VerbTyping                        // tell the others that the user is writing
	VerbPresence                      // who is online, and tell of changes
	VerbAgent                         // how an agent of the customer-service desk works
)

// String returns the verb's type word.
func (v Verb) String() string {
	words := [...]string{
		"", "send", "ack", "history", "sync", "ping", "auth",
		"read", "recall", "edit", "react", "conversations", "typing", "presence", "agent",
	}
	if int(v) < len(words) {
		return words[v]
	}
	return ""
}

// Request is one decoded request. Its strings and slices alias the decoded
// text: copy what must outlive it. The slices IDs, Cursors, Mentions and Users are
// the Request's own and are used again by the next Decode.
type Request struct {
	Verb Verb
	CID  string // "" where the client gave none

	// Where to: exactly one of them for send, history and typing.
	To, GroupID, ConvID string

	Claimed     string // who the client says it is (from, sender, user_id); may only be who it is
	Content     []byte // one JSON value, byte for byte as it came, no white space around it
	ContentType string // "" is text

	Mentions   []string // send: users to be called to the message
	MentionAll bool     // send: everybody is; never together with Mentions
	ReplyTo    uint64   // send: the id of the message it answers; 0 for none
	TTL        uint64   // send: seconds that the message lives; 0 for ever

	ID     uint64 // recall, edit, react: the message
	Emoji  string // react
	Remove bool   // react: take it off again

	Seq    uint64   // ack, read: everything up to it
	IDs    []uint64 // ack, read: these messages
	Before uint64   // history: only smaller seqs; 0 is the newest page
	After  string   // conversations: where the page before ended; "" is the first page
	Limit  int      // history, sync, conversations: never 0 after Decode

	Cursors    []Cursor // sync: what the client has
	HasCursors bool     // whether it said so, be it an empty set

	Users    []string // presence: whose
	Watch    bool     // presence: tell of changes from now on, or no longer
	HasWatch bool     // presence: whether the client said one or the other

	Token string // auth

	Status         string // agent: one of the Agent words; "" says nothing
	MaxSessions    uint64 // agent: the most sessions at a time; 0 is any number
	HasMaxSessions bool   // agent: whether the client named a number
}

// Cursor is the last seq that a client has of a conversation.
type Cursor struct {
	ConvID string
	Seq    uint64
}

// Reset empties r and keeps the room of its slices.
func (r *Request) Reset() {
	ids, cursors, mentions, users := r.IDs[:0], r.Cursors[:0], r.Mentions[:0], r.Users[:0]
	*r = Request{} // cleared where it lies: a composite literal would be built elsewhere and copied
	r.IDs, r.Cursors, r.Mentions, r.Users = ids, cursors, mentions, users
}

// The limits of requests.
const (
	HistoryLimit          = 20       // messages in a page where the client names no limit
	MaxHistoryLimit       = 100      // and at most
	SyncLimit             = 100      // messages of one conversation where the client names no limit
	MaxSyncLimit          = 500      // and at most
	ConversationsLimit    = 50       // conversations in a page where the client names no limit
	MaxConversationsLimit = 200      // and at most
	MaxAckIDs             = 1000     // ids in one ack or read
	MaxMentions           = 50       // users mentioned in one message
	MaxPresenceUsers      = 200      // users in one presence request
	MaxTTL                = 31536000 // seconds that a message may be told to live: 365 days
	MaxEmojiLen           = 64       // bytes of an emoji
	MaxCursorLen          = 128      // bytes of a cursor of conversations
	MaxTokenLen           = 8192     // bytes of a token
	maxContentType        = 64       // bytes of a content type
)
