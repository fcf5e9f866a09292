package wire

// Verb is what a client wants.
type Verb uint8

// The verbs. The zero Verb is none.
const (
	VerbSend    Verb = iota + 1 // store and deliver a message
	VerbAck                     // received, up to a seq or by ids
	VerbHistory                 // a page of a conversation
	VerbSync                    // everything after the cursors
	VerbPing                    // answered with pong
	VerbAuth                    // a login, or a fresh one
)

// String returns the verb's type word.
func (v Verb) String() string {
	words := [...]string{"", "send", "ack", "history", "sync", "ping", "auth"}
	if int(v) < len(words) {
		return words[v]
	}
	return ""
}

// Request is one decoded request. Its strings and slices alias the decoded
// text: copy what must outlive it. The two slices of numbers are the Request's
// own and are used again by the next Decode.
type Request struct {
	Verb Verb
	CID  string // "" where the client gave none

	// Where to: exactly one of them for send and history.
	To, GroupID, ConvID string

	Claimed     string // who the client says it is (from, sender, user_id); may only be who it is
	Content     []byte // one JSON value, byte for byte as it came, no white space around it
	ContentType string // "" is text

	Seq    uint64   // ack: everything up to it
	IDs    []uint64 // ack: these messages
	Before uint64   // history: only smaller seqs; 0 is the newest page
	Limit  int      // history, sync: never 0 after Decode

	Cursors    []Cursor // sync: what the client has
	HasCursors bool     // whether it said so, be it an empty set

	Token string // auth
}

// Cursor is the last seq that a client has of a conversation.
type Cursor struct {
	ConvID string
	Seq    uint64
}

// Reset empties r and keeps the room of its slices.
func (r *Request) Reset() {
	*r = Request{IDs: r.IDs[:0], Cursors: r.Cursors[:0]}
}

// The limits of requests.
const (
	HistoryLimit    = 20   // messages in a page where the client names no limit
	MaxHistoryLimit = 100  // and at most
	SyncLimit       = 100  // messages of one conversation where the client names no limit
	MaxSyncLimit    = 500  // and at most
	MaxAckIDs       = 1000 // ids in one ack
	MaxTokenLen     = 8192 // bytes of a token
	maxContentType  = 64   // bytes of a content type
)

// Check judges the fields that r's verb uses and fills in the default limit.
// Decode and DecodeBody have done so already; it is for requests that are put
// together from something else, such as a query string.
func (r *Request) Check() *Error {
	if r.CID != "" && !ValidCID(r.CID) {
		return errCID
	}
	switch r.Verb {
	case VerbSend:
		return r.checkSend()
	case VerbAck:
		return r.checkAck()
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
	}
	return errType
}

var (
	errType    = NewError(ReasonUnknownType, "unknown type")
	errCID     = badRequest("cid must be 1 to 64 bytes of printable text")
	errTarget  = badRequest("exactly one of to, group_id and conv_id is needed")
	errContent = badRequest("content is missing")
	errAck     = badRequest("either conv_id and seq or ids are needed")
	errToken   = badRequest("token must be 1 to 8192 bytes")
	errSeq     = badRequest("seq is beyond 2^53-1")
)

func (r *Request) checkSend() *Error {
	if r.Claimed != "" && !ValidID(r.Claimed) {
		return badRequest("bad id of the sender")
	}
	if len(r.Content) == 0 {
		return errContent
	}
	if r.ContentType != "" && !printable(r.ContentType, maxContentType) {
		return badRequest("content_type must be 1 to 64 bytes of printable text")
	}
	return r.checkTarget()
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

func checkConvID(id string) *Error {
	if _, ok := ParseConvID(id); !ok {
		return badRequest("conv_id is no conversation id")
	}
	return nil
}

func (r *Request) checkAck() *Error {
	byIDs, bySeq := len(r.IDs) > 0, r.Seq > 0
	if byIDs == bySeq || (bySeq && r.ConvID == "") {
		return errAck
	}
	if len(r.IDs) > MaxAckIDs {
		return badRequest("at most 1000 ids in one ack")
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
