package client

import "time"

// EventKind says what happened.
type EventKind uint8

// The kinds of events.
const (
	Connected    EventKind = iota + 1 // logged in; User and Device are set
	Disconnected                      // Err says why; the client goes on unless it was closed or Err is final
	Shutdown                          // the server announced its end; RetryAfter is set
	GroupChanged                      // Event, GroupID, UserID, By and Time are set
)

// Event is anything but a message.
type Event struct {
	Kind         EventKind
	User, Device string
	Err          error
	RetryAfter   time.Duration

	Event   string // one of the wire.Group… words
	GroupID string
	UserID  string // whom it is about; "" where it is the group itself
	By      string
	Time    int64 // Unix milliseconds
}
