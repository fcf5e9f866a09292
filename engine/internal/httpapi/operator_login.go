package httpapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"gannet/codec/wire"
)

var errNoToken = wire.NewError(wire.ReasonForbidden, "set auth.admin_token: without it this is served only while listen.admin is a loopback address")

// operatorLogin judges who asks on the operator's listener.
type operatorLogin struct {
	token [sha256.Size]byte // of it: all are compared in the same time, whatever their length
	asked bool              // there is a token
	local bool
}

func newOperatorLogin(token string, local bool) operatorLogin {
	return operatorLogin{token: sha256.Sum256([]byte(token)), asked: token != "", local: local}
}

// admit asks for the token. Where there is none, what shows or rewrites what is in
// memory and on disk is for this machine only.
func (o *operatorLogin) admit(r *http.Request) *wire.Error {
	switch {
	case !o.asked && !o.local:
		return errNoToken
	case !o.asked:
		return nil
	}
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return errUnauthorized
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	shown := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(shown[:], o.token[:]) == 0 || !strings.EqualFold(scheme, "Bearer") {
		return errUnauthorized
	}
	return nil
}
