package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

// identityBody is the proof of who a visitor is. Nothing of it is logged.
type identityBody struct {
	Token  string  `json:"token,omitempty" maxLength:"8192" doc:"of the user; exactly one of token and user_id is needed"`
	UserID wire.ID `json:"user_id,omitempty"`
	HMAC   string  `json:"hmac,omitempty" maxLength:"64" doc:"with user_id: its HMAC-SHA256 under desk.identity_secret, in hex"`
}

var (
	errProof    = wire.NewError(wire.ReasonForbidden, "this doesn't prove who the visitor is")
	errNoSecret = wire.NewError(wire.ReasonForbidden, "visitors are identified by a token only; see desk.identity_secret")
)

// proven returns the user whom a proof speaks for. It is never one who serves
// visitors, nor another visitor: who is mistaken for one of those would see what
// others wrote.
func (s *Server) proven(b *identityBody) (user string, refusal *wire.Error) {
	switch {
	case (b.Token == "") == (b.UserID == ""):
		return "", wire.NewError(wire.ReasonBadRequest, "exactly one of token and user_id is needed")
	case b.Token != "" && b.HMAC != "":
		return "", wire.NewError(wire.ReasonBadRequest, "hmac goes with user_id only")
	case b.Token != "":
		user, refusal = s.provenByToken(b.Token)
	default:
		user, refusal = s.provenByHMAC(string(b.UserID), b.HMAC)
	}
	if refusal == nil && (strings.HasPrefix(user, desk.VisitorPrefix) || user == s.systemUser || s.isStaff(desk.Actor{User: user})) {
		refusal = errProof
	}
	if refusal != nil {
		return "", refusal
	}
	return user, nil
}

func (s *Server) isStaff(who desk.Actor) bool { return s.desk.Role(who) >= desk.RoleAgent }

// provenByToken takes a token of the site's own. One of ours proves nothing but
// that it was given to somebody.
func (s *Server) provenByToken(token string) (string, *wire.Error) {
	id, err := s.auth.Verify(token)
	if err != nil || id.Own || s.isStaff(desk.Actor{User: id.User, Role: desk.ParseRole(id.Role)}) {
		return "", errProof
	}
	return id.User, nil
}

func (s *Server) provenByHMAC(user, proof string) (string, *wire.Error) {
	if err := checkUserID("user_id", user); err != nil {
		return "", err
	}
	if len(s.identity) == 0 {
		return "", errNoSecret
	}
	given, err := hex.DecodeString(proof)
	if err != nil || len(given) != sha256.Size {
		return "", wire.NewError(wire.ReasonBadRequest, "hmac must be 64 hexadecimal digits")
	}
	mac := hmac.New(sha256.New, s.identity)
	_, _ = mac.Write([]byte(user)) // never fails
	if !hmac.Equal(mac.Sum(nil), given) {
		return "", errProof
	}
	return user, nil
}
