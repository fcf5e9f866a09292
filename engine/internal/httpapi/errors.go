package httpapi

import (
	"context"
	"errors"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/operator"
)

// The refusals that this package itself speaks. Like every *wire.Error they are
// shared and never changed.
var (
	errUnauthorized = wire.NewError(wire.ReasonUnauthorized, "a valid login is needed")
	errExpired      = wire.NewError(wire.ReasonTokenExpired, "the token has expired")
	errOrigin       = wire.NewError(wire.ReasonForbidden, "this origin is not allowed; see http.allowed_origins")
	errHost         = wire.NewError(wire.ReasonForbidden, "only loopback names and addresses are served here, such as localhost or 127.0.0.1")
	errNoPath       = wire.NewError(wire.ReasonNotFound, "no such path")
	errNotFound     = wire.NewError(wire.ReasonNotFound, "no such conversation, or not yours") // as the chat rules say it
	errTooLarge     = wire.NewError(wire.ReasonTooLarge, "the body is too large")
	errBodyCut      = wire.NewError(wire.ReasonBadRequest, "the body ended early or came too slowly")
	errInternal     = wire.NewError(wire.ReasonInternal, "internal error")
	errGaveUp       = wire.NewSpread(wire.ReasonBusy, "the request was given up; its outcome is unknown", time.Second)

	// Refusals of HTTP itself have no reason word of their own.
	errMethod    = &wire.Error{Code: 405, Reason: wire.ReasonBadRequest, Msg: "this path does not take this method"}
	errMediaType = &wire.Error{Code: 415, Reason: wire.ReasonBadRequest, Msg: "the body must be application/json, in UTF-8, without a content encoding"}
)

// The refusals of the operator's listener.
var (
	errTooManyBackups = wire.RetryError(wire.ReasonConflict, "two backups are being taken already; remove one of them", time.Minute)
	errNoRoom         = wire.NewError(wire.ReasonStorageFull, "the disk has too little room for a copy of the logs, and for what a backup keeps from being removed")
	errNoBackup       = wire.NewError(wire.ReasonNotFound, "no such backup, or no such file in it")
	errNotSealed      = wire.NewError(wire.ReasonConflict, "the server has no encryption keys; see storage.encryption_keys")
	errStopping       = wire.NewError(wire.ReasonShuttingDown, "the server is shutting down")
)

// asOperatorError is nil for errors of other parts of the engine.
func asOperatorError(err error) *wire.Error {
	switch {
	case errors.Is(err, operator.ErrTooManyBackups):
		return errTooManyBackups
	case errors.Is(err, operator.ErrNoRoom):
		return errNoRoom
	case errors.Is(err, operator.ErrNoBackup):
		return errNoBackup
	case errors.Is(err, operator.ErrNotSealed):
		return errNotSealed
	case errors.Is(err, operator.ErrClosed):
		return errStopping
	}
	return nil
}

// asError is the one place where an error of the engine becomes an answer. What
// is no *wire.Error says nothing to the client; the second result is then what
// belongs in the log.
func asError(err error) (answer *wire.Error, unexpected error) {
	if err == nil {
		return nil, nil
	}
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e, nil
	}
	if e := asOperatorError(err); e != nil {
		return e, nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return errGaveUp.Pick(), nil
	}
	return errInternal, err
}
