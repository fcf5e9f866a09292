package httpapi

import (
	"errors"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/auth"
)

// login finds out who asks. Whatever is wrong with a login, the answer is the
// same, but for a token that was good once.
func (s *Server) login(x *exchange) *wire.Error {
	headers := x.r.Header["Authorization"]
	switch {
	case len(headers) == 1:
		return s.loginByToken(x, headers[0])
	case len(headers) == 0 && s.origins.Dev:
		return loginByName(x)
	}
	return errUnauthorized
}

func (s *Server) loginByToken(x *exchange, header string) *wire.Error {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errUnauthorized
	}
	id, err := s.auth.Verify(token)
	switch {
	case err == nil:
		x.user = id.User
		return nil
	case errors.Is(err, auth.ErrExpired):
		return errExpired
	}
	return errUnauthorized
}

// loginByName believes ?uid= or ?user_id=, which is for dev mode only.
func loginByName(x *exchange) *wire.Error {
	uid, other := x.query.text("uid"), x.query.text("user_id")
	if uid == "" {
		uid = other
	}
	if !wire.ValidID(uid) || (other != "" && other != uid) {
		return errUnauthorized
	}
	x.user = uid
	return nil
}
