package httpapi

import "gannet/codec/wire"

// level says who may ask for a route.
type level uint8

const (
	levelUser     level = iota // a user, or a backend that names the one it acts for
	levelOpen                  // everybody, without a login
	levelAny                   // a user or a backend
	levelBackend               // a backend
	levelOperator              // the operator, on the operator's listener alone
)

var (
	errActing  = wire.NewError(wire.ReasonBadRequest, "X-User-Id names the acting user")
	errBackend = wire.NewError(wire.ReasonForbidden, "only trusted backends with an API key may do this")
)

// check judges who is logged in.
func (l level) check(x *exchange) *wire.Error {
	switch {
	case l == levelBackend && x.backend == "":
		return errBackend
	case l == levelUser && x.user == "":
		return errActing
	}
	return nil
}
