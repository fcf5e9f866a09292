package checker

// Event is one line of a history: what a client did or was told. All clients of
// a history note the time on one clock.
type Event struct {
	At    int64  `json:"at"`           // nanoseconds on a clock that never goes back
	User  string `json:"user"`         // who did it or was told
	Conn  uint64 `json:"conn"`         // the connection; numbers are never used twice. 0: a request over HTTP
	Op    uint64 `json:"op,omitempty"` // joins an invoke with its outcome, unique in the history; 0: a push
	Phase Phase  `json:"phase"`
	Verb  Verb   `json:"verb"`

	Conv    string `json:"conv,omitempty"`
	CID     string `json:"cid,omitempty"`     // of a send
	Content string `json:"content,omitempty"` // of a send
	Subject string `json:"subject,omitempty"` // of a join, leave or kick: whom it is about
	Seq     uint64 `json:"seq,omitempty"`     // of a send: as answered; of a recall: the message; of a read: the cursor, asked for in the invoke, answered in the ok
	ID      string `json:"id,omitempty"`      // of a send: as answered
	Reason  string `json:"reason,omitempty"`  // of a fail: the server's word for it
	Over    int64  `json:"over,omitempty"`    // of an unknown: when the server that was asked was surely gone, on the same clock; 0: not known

	After   uint64  `json:"after,omitempty"`    // of a history, sync or final: only entries above this seq are asked for
	Before  uint64  `json:"before,omitempty"`   // of a history: only entries below this seq are asked for; 0: no bound
	HasMore bool    `json:"has_more,omitempty"` // of its answer: there are more than these; of a history older ones, of a sync or final newer ones
	Entries []Entry `json:"entries,omitempty"`  // of its answer, and of a push, in the order they came
}

// Phase says what an event is to its operation.
type Phase string

// An operation is invoked and then has one outcome. Unknown is the outcome of
// one whose answer never came: it may have had its effect, then or later, but not
// after the server that was asked was gone. A fail has had none and never will.
const (
	Invoke  Phase = "invoke"
	OK      Phase = "ok"
	Fail    Phase = "fail"
	Unknown Phase = "unknown"
	Push    Phase = "push" // no operation: the server sent entries by itself
)

// Verb says what was done.
type Verb string

// The verbs that are judged.
const (
	Send    Verb = "send"
	Recall  Verb = "recall"
	History Verb = "history" // a page of a conversation
	Sync    Verb = "sync"    // a page of a conversation, from a cursor on
	Read    Verb = "read"    // moves the read cursor; an ok with Seq 0 in the invoke only looks at it
	Join    Verb = "join"
	Leave   Verb = "leave"   // also a kick
	Deliver Verb = "deliver" // of a push
	Final   Verb = "final"   // a page of the whole conversation after everything has ended
)

// Entry is one entry of a conversation's log as a client was shown it.
type Entry struct {
	Seq      uint64 `json:"seq"`
	ID       string `json:"id"`
	From     string `json:"from,omitempty"`
	CID      string `json:"cid,omitempty"` // "" where the server doesn't tell it
	Content  string `json:"content,omitempty"`
	Event    bool   `json:"event,omitempty"`    // not a message: it says that something became of one, or of the group
	Recalled bool   `json:"recalled,omitempty"` // a message whose content is gone
}
