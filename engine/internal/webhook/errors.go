package webhook

import "gannet/codec/wire"

var (
	errNoEndpoint = wire.NewError(wire.ReasonNotFound, "no such webhook")
	errExists     = wire.NewError(wire.ReasonConflict, "a webhook with this name exists")
	errTooMany    = wire.Errorf(wire.ReasonConflict, "there are %d webhooks already", MaxEndpoints)
)

func bad(format string, args ...any) *wire.Error {
	return wire.Errorf(wire.ReasonBadRequest, format, args...)
}
