package wire

import (
	"fmt"
	"net/http"
	"time"
)

// The reason words of error answers. They are stable: clients branch on them.
const (
	ReasonBadJSON       = "bad_json"       // not JSON, or JSON the server refuses to read
	ReasonBadRequest    = "bad_request"    // well-formed, but impossible
	ReasonUnknownType   = "unknown_type"   // a type this server does not speak
	ReasonUnauthorized  = "unauthorized"   // no login, or one that does not hold
	ReasonTokenExpired  = "token_expired"  // a login that was good once
	ReasonForbidden     = "forbidden"      // known, seen, not allowed
	ReasonNotMember     = "not_member"     // not a member of the group
	ReasonMuted         = "muted"          // a member who may not speak
	ReasonBlocked       = "blocked"        // the receiver wants nothing from this sender
	ReasonBanned        = "banned"         // kept out of the group
	ReasonDenied        = "denied"         // the operator's hook doesn't let it through
	ReasonNotFound      = "not_found"      // unknown, or not yours to know
	ReasonRecallExpired = "recall_expired" // too late to recall
	ReasonEditExpired   = "edit_expired"   // too late to edit
	ReasonConflict      = "conflict"       // the same cid with another content or conversation
	ReasonTooLarge      = "too_large"      // over a size limit
	ReasonRateLimited   = "rate_limited"   // the sender is too fast
	ReasonGroupFull     = "group_full"     // no more members fit
	ReasonSessionClosed = "session_closed" // the service session is over
	ReasonBusy          = "busy"           // the server is too slow; try again
	ReasonStorageFull   = "storage_full"   // no room on disk; reads go on
	ReasonShuttingDown  = "shutting_down"  // the server is on its way out
	ReasonInternal      = "internal"       // the server's own fault
)

// Status returns the HTTP status of a reason word, which is also the code of
// an error answer. Words it does not know are 500.
func Status(reason string) int {
	switch reason {
	case ReasonBadJSON, ReasonBadRequest, ReasonUnknownType, ReasonRecallExpired, ReasonEditExpired:
		return http.StatusBadRequest
	case ReasonUnauthorized, ReasonTokenExpired:
		return http.StatusUnauthorized
	case ReasonForbidden, ReasonNotMember, ReasonMuted, ReasonBlocked, ReasonBanned, ReasonDenied:
		return http.StatusForbidden
	case ReasonNotFound:
		return http.StatusNotFound
	case ReasonConflict, ReasonGroupFull, ReasonSessionClosed:
		return http.StatusConflict
	case ReasonTooLarge:
		return http.StatusRequestEntityTooLarge
	case ReasonRateLimited:
		return http.StatusTooManyRequests
	case ReasonBusy, ReasonShuttingDown:
		return http.StatusServiceUnavailable
	case ReasonStorageFull:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// Error is a refusal as a client sees it. An Error is never changed once it
// has been handed out, so one value may be shared by many goroutines.
type Error struct {
	Code       int           // an HTTP status
	Reason     string        // one of the Reason words
	Msg        string        // for people; may change between versions
	RetryAfter time.Duration // when to try again; 0 says nothing. Sent in milliseconds
}

// Error returns reason and message.
func (e *Error) Error() string { return e.Reason + ": " + e.Msg }

// NewError returns an Error with the code that belongs to the reason.
func NewError(reason, msg string) *Error {
	return &Error{Code: Status(reason), Reason: reason, Msg: msg}
}

// Errorf is NewError with a formatted message.
func Errorf(reason, format string, args ...any) *Error {
	return NewError(reason, fmt.Sprintf(format, args...))
}

// RetryError is NewError for a refusal that is worth another try after a while
// (busy, rate_limited, shutting_down).
func RetryError(reason, msg string, after time.Duration) *Error {
	e := NewError(reason, msg)
	e.RetryAfter = after
	return e
}

// badRequest is the commonest refusal of this package.
func badRequest(msg string) *Error { return NewError(ReasonBadRequest, msg) }
