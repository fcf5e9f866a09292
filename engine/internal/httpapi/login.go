package httpapi

import (
	"errors"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/desk"
)

// maxAPIKey bounds an API key, in bytes.
const maxAPIKey = 256

var (
	errUserHeader = wire.NewError(wire.ReasonBadRequest, "X-User-Id must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -, given once")
	errSystemUser = wire.NewError(wire.ReasonForbidden, "nobody acts as the system user; see /messages/system")
)

// login finds out who asks. Whatever is wrong with a login, the answer is the
// same, but for a token that was good once. A token in the URL counts where
// urlToken is set: URLs end up in the logs of proxies.
func (s *Server) login(x *exchange, urlToken bool) *wire.Error {
	tokens, keys := x.r.Header["Authorization"], x.r.Header["X-Api-Key"]
	switch {
	case len(tokens) == 0 && len(keys) == 1:
		return s.loginByKey(x, keys[0])
	case len(tokens) == 1 && len(keys) == 0:
		return s.loginByHeader(x, tokens[0])
	case len(tokens)+len(keys) > 0:
		return errUnauthorized
	}
	if urlToken {
		if token := x.query.text("token"); token != "" {
			return s.loginByToken(x, token)
		}
	}
	if s.origins.Dev {
		return s.loginByName(x)
	}
	return errUnauthorized
}

func (s *Server) loginByHeader(x *exchange, header string) *wire.Error {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errUnauthorized
	}
	return s.loginByToken(x, token)
}

func (s *Server) loginByToken(x *exchange, token string) *wire.Error {
	id, err := s.auth.Verify(token)
	switch {
	case err == nil:
		x.user, x.token, x.role = id.User, id, desk.ParseRole(id.Role)
		return nil
	case errors.Is(err, auth.ErrExpired):
		return errExpired
	}
	return errUnauthorized
}

// loginByName believes ?uid= or ?user_id=, and ?role=, which is for dev mode only.
func (s *Server) loginByName(x *exchange) *wire.Error {
	uid, other := x.query.text("uid"), x.query.text("user_id")
	if uid == "" {
		uid = other
	}
	if !wire.ValidID(uid) || (other != "" && other != uid) || uid == s.systemUser {
		return errUnauthorized
	}
	role := x.query.text("role")
	x.user, x.role = uid, desk.ParseRole(role)
	if x.role.String() != role {
		return errUnauthorized
	}
	return nil
}

// loginByKey lets a trusted backend in, which may say whom it acts for.
func (s *Server) loginByKey(x *exchange, key string) *wire.Error {
	if s.keys == nil || len(key) > maxAPIKey {
		return errUnauthorized
	}
	name, ok := s.keys.Find(key)
	if !ok {
		return errUnauthorized
	}
	x.backend = name
	users := x.r.Header["X-User-Id"]
	switch {
	case len(users) == 0:
		return nil
	case len(users) > 1 || !wire.ValidID(users[0]):
		return errUserHeader
	case users[0] == s.systemUser:
		return errSystemUser
	}
	x.user = users[0]
	return nil
}
