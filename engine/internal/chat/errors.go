package chat

import (
	"context"
	"errors"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// busyRetry is when a client that was told "busy" should try again: after a
// few commits even of a slow disk.
const busyRetry = 200 * time.Millisecond

// restartTime is when one that was told "shutting down" should: after a restart.
const restartTime = 3 * time.Second

var (
	errVerb        = wire.NewError(wire.ReasonUnknownType, "unknown type")
	errNotFound    = wire.NewError(wire.ReasonNotFound, "no such conversation, or not yours")
	errBusy        = wire.NewSpread(wire.ReasonBusy, "too much waits to be done; try again", busyRetry)
	errStopping    = wire.NewSpread(wire.ReasonShuttingDown, "the server is shutting down", restartTime)
	errStorageFull = wire.NewError(wire.ReasonStorageFull, "the server has no room for more; reading goes on")
	errInternal    = wire.NewError(wire.ReasonInternal, "the server could not do it; see its log")
	errMember      = wire.NewError(wire.ReasonNotMember, "you are not a member of this group")
	errConflict    = wire.NewError(wire.ReasonConflict, "this cid was used for another message")
	errFull        = wire.NewError(wire.ReasonGroupFull, "the group is full")
	errGroups      = wire.NewError(wire.ReasonConflict, "one of the users is in too many groups")
	errClosed      = wire.NewError(wire.ReasonSessionClosed, "the session is closed; it can be read")
	errVisitor     = wire.NewError(wire.ReasonForbidden, "visitors may use the conversations of their sessions only")
	errToVisitor   = wire.NewError(wire.ReasonForbidden, "a visitor is reached in the sessions that they open, nowhere else")
	errRenewal     = wire.NewError(wire.ReasonForbidden, "visitors and others don't turn into each other; log in anew")
	errExists      = wire.NewError(wire.ReasonConflict, "a group with this id exists")
	errSelf        = wire.NewError(wire.ReasonBadRequest, "a message to oneself has no conversation")
	errOther       = wire.NewError(wire.ReasonForbidden, "you can't send as somebody else")
	errRights      = wire.NewError(wire.ReasonForbidden, "your role in the group does not allow this")
	errOwner       = wire.NewError(wire.ReasonForbidden, "the owner can't leave the group")
	errNoMessage   = wire.NewError(wire.ReasonNotFound, "no such message, or not yours")
	errTooLate     = wire.NewError(wire.ReasonRecallExpired, "the message is too old to be recalled")
	errEditTooLate = wire.NewError(wire.ReasonEditExpired, "the message is too old to be edited")
	errReactions   = wire.NewError(wire.ReasonConflict, "too many reactions of yours to this message")
	errMuted       = wire.NewError(wire.ReasonMuted, "you may not write in this group now")
	errBlocked     = wire.NewError(wire.ReasonBlocked, "the receiver does not take messages from you")
	errBanned      = wire.NewError(wire.ReasonBanned, "banned from this group")
	errCursor      = wire.NewError(wire.ReasonBadRequest, "cursor is not the next of an earlier page")
	errWatched     = wire.NewError(wire.ReasonBadRequest, "at most 200 users can be watched")
	errWaiting     = wire.NewError(wire.ReasonConflict, "too many requests wait to be answered in this group")
	errReused      = wire.NewError(wire.ReasonConflict, "this Idempotency-Key was used for another request")
	errNoMember    = wire.NewError(wire.ReasonNotFound, "no such member")
	errNoOwner     = wire.NewError(wire.ReasonBadRequest, "the new owner must be another member")
	errUser        = wire.NewError(wire.ReasonBadRequest, "a user id is 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	errSyncing     = wire.NewSpread(wire.ReasonBusy, "a sync or the backlog is still running", busyRetry)
)

// Refusal gives an error its words on the wire; it is the only place that does.
// What it doesn't know is the server's own fault and isn't told to clients.
func (s *Service) Refusal(err error) *wire.Error {
	var told *wire.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, sequencer.ErrBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return errBusy.Pick()
	case errors.Is(err, sequencer.ErrShuttingDown):
		return errStopping.Pick()
	case errors.Is(err, sequencer.ErrStorageFull):
		return errStorageFull
	case errors.Is(err, sequencer.ErrNotMember):
		return errMember
	case errors.Is(err, sequencer.ErrNotFound):
		return errNotFound
	case errors.Is(err, sequencer.ErrConflict):
		return errConflict
	case errors.Is(err, sequencer.ErrClosed):
		return errClosed
	case errors.Is(err, sequencer.ErrMuted):
		return errMuted
	case errors.Is(err, sequencer.ErrBlocked):
		return errBlocked
	case errors.Is(err, sequencer.ErrBanned):
		return errBanned
	case errors.Is(err, sequencer.ErrGroupFull):
		return errFull
	case errors.Is(err, sequencer.ErrTooManyGroups):
		return errGroups
	case errors.Is(err, sequencer.ErrExists):
		return errExists
	}
	s.cfg.Logger.Error("request failed", "err", err)
	return errInternal
}
