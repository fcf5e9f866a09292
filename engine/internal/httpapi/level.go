package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

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
	errVisitor = wire.NewError(wire.ReasonForbidden, "visitors may use the sessions of the desk only")
)

// check judges who is logged in.
func (rt *route) check(x *exchange) *wire.Error {
	switch {
	case rt.level == levelBackend && x.backend == "":
		return errBackend
	case rt.level == levelUser && x.user == "":
		return errActing
	case x.role == desk.RoleVisitor && !rt.visitors:
		return errVisitor
	}
	return nil
}

// restrict refuses a visitor the request x.req where it is about anything but
// sessions of the desk.
func (s *Server) restrict(x *exchange) *wire.Error {
	if x.role != desk.RoleVisitor {
		return nil
	}
	if err := s.chat.VisitorMay(&x.req); err != nil {
		return s.refusal(x, err)
	}
	return nil
}
