package client

import "time"

// EventKind says what happened.
type EventKind uint8

// The kinds of events, and which field of [Event] tells more. Those marked * are
// entries of a conversation's log: they come in order with its messages.
const (
	Connected           EventKind = iota + 1 // logged in; User and Device
	Disconnected                             // Err says why; the client goes on unless it was closed or Err is final
	Shutdown                                 // the server announced its end; RetryAfter
	GroupChanged                             // * Group; a notice beside the log has no Seq and comes at once
	MessageRecalled                          // * Recall
	MessageEdited                            // * Edit
	ReactionChanged                          // * Reaction
	MessagesRead                             // Read
	UserTyping                               // Typing
	PresenceChanged                          // Presence
	ConversationChanged                      // Settings
	ConversationGone                         // * ConvID is no conversation of the user any more; its cursor is forgotten
	SessionChanged                           // * Session
	QueueChanged                             // Queue
	AgentChanged                             // Agent
	DeskChanged                              // Desk
)

// Event is anything but a message. What its pointers lead to is the receiver's.
type Event struct {
	Kind         EventKind
	User, Device string
	Err          error
	RetryAfter   time.Duration
	ConvID       string

	Group    *GroupEvent
	Recall   *Recall
	Edit     *Edit
	Reaction *Reaction
	Read     *Read
	Typing   *Typing
	Presence *Presence
	Settings *Settings
	Session  *SessionEvent
	Queue    *Queue
	Agent    *Agent
	Desk     *Desk
}

// GroupEvent is what happened to a group.
type GroupEvent struct {
	Event   string // one of the wire.Group… words
	GroupID string
	ConvID  string
	ID      uint64   // of the event; 0 where it is a notice beside the log
	Seq     uint64   // its place in the log; 0 where it is a notice beside it
	Users   []string // whom it is about; none where it is the group itself
	By      string   // whose doing it is
	Time    int64    // Unix milliseconds
	Raw     []byte   // the whole JSON object, with what else the event tells
}

// Change is what the events about a message have in common.
type Change struct {
	ConvID   string
	ID       uint64 // of the message
	Seq      uint64 // of the message
	From     string // whose doing it is
	EventSeq uint64 // the event's own place in the log
	Time     int64  // Unix milliseconds
}

// Recall says that a message was taken back.
type Recall struct{ Change }

// Edit says that a message has another content.
type Edit struct {
	Change
	Content     []byte // one JSON value; empty where a later edit or a recall has taken its place
	ContentType string // "" is text
}

// Reaction says that an emoji was put on a message or taken off again.
type Reaction struct {
	Change
	Emoji  string
	Remove bool // it was taken off
}

// Read says how far a user has read a conversation.
type Read struct {
	ConvID string
	User   string
	Seq    uint64   // everything up to it
	IDs    []uint64 // the messages newly covered, as far as the server names them
	Time   int64    // Unix milliseconds
}

// Typing says that a user is writing.
type Typing struct{ ConvID, From string }

// Presence is which users are there.
type Presence struct {
	Online   map[string]bool
	LastSeen map[string]int64 // Unix milliseconds; of users who are not there, where it is known
}

// Settings is how the user has a conversation in their list, changed from another
// device.
type Settings struct {
	ConvID                string
	Pinned, Muted, Hidden bool
	ClearedSeq            uint64 // everything up to it is not shown any more
}
