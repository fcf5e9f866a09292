package desk

import (
	"time"

	"gannet/codec/wire"
)

// Refusals. Who may not see a session is told that there is none.
var (
	errNoSession = wire.NewError(wire.ReasonNotFound, "no such session, or not yours to see")
	errNoAgent   = wire.NewError(wire.ReasonNotFound, "no such agent")
	errNoSkill   = wire.NewError(wire.ReasonNotFound, "no such skill group")
	errUser      = wire.NewError(wire.ReasonBadRequest, "a user id is 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")

	errStaff       = wire.NewError(wire.ReasonForbidden, "this is for agents and supervisors")
	errSupervisors = wire.NewError(wire.ReasonForbidden, "this is for supervisors")
	errVisitors    = wire.NewError(wire.ReasonForbidden, "this is for the session's visitor")
	errNotYours    = wire.NewError(wire.ReasonForbidden, "the session is not in your charge")
	errPriority    = wire.NewError(wire.ReasonForbidden, "only a backend may give a session a priority, or open it for somebody else")
	errNobody      = wire.NewError(wire.ReasonBadRequest, "this needs a user to act for: set X-User-Id")

	errOver       = wire.NewError(wire.ReasonSessionClosed, "the session is closed")
	errNotOver    = wire.NewError(wire.ReasonConflict, "the session is not closed yet")
	errTaken      = wire.NewError(wire.ReasonConflict, "the session is in another agent's charge")
	errFull       = wire.NewError(wire.ReasonConflict, "the agent has as many open sessions as they may")
	errAway       = wire.NewError(wire.ReasonConflict, "the agent is not there")
	errOwn        = wire.NewError(wire.ReasonConflict, "a visitor can't serve themselves")
	errSame       = wire.NewError(wire.ReasonConflict, "the session is in this agent's charge already")
	errRated      = wire.NewError(wire.ReasonConflict, "the session has been rated")
	errWatchers   = wire.NewError(wire.ReasonConflict, "too many look into this session")
	errInCharge   = wire.NewError(wire.ReasonConflict, "the session is in your charge")
	errIdentified = wire.NewError(wire.ReasonConflict, "the visitor has been identified as somebody else")

	errQueueFull   = wire.NewSpread(wire.ReasonBusy, "too many wait already; try again later", 10*time.Second)
	errOfflineFull = wire.NewSpread(wire.ReasonBusy, "the desk is closed, and too many have left a message already; try again later", time.Minute)
)
