package httpapi

import (
	"time"

	"gannet/codec/wire"
)

func tokenRoutes() []route {
	return []route{{
		method: "POST", path: "/api/v1/tokens/revoke", do: revoke, body: jsonBody, level: levelBackend,
		about: about{
			id: "revokeTokens", tag: tagUsers, summary: "Make tokens worthless, and close their connections",
			text: "Those of a user that were issued before a time, or the one with a given jti.",
			body: revokeBody{},
		},
	}}
}

// maxTokenID bounds a jti, in bytes.
const maxTokenID = 256

// clockSkew is how far the clock of a backend may be ahead of ours.
const clockSkew = time.Minute

type revokeBody struct {
	UserID wire.ID `json:"user_id,omitempty" doc:"exactly one of user_id and jti is needed"`
	JTI    string  `json:"jti,omitempty" maxLength:"256"`
	Before *int64  `json:"before,omitempty" minimum:"1" doc:"with user_id: tokens issued before it, Unix milliseconds; now where it is left out"`
	Until  *int64  `json:"until,omitempty" minimum:"1" doc:"when the last of these tokens will have expired, Unix milliseconds; the revocation is forgotten then"`
}

func revoke(s *Server, x *exchange) *wire.Error {
	var b revokeBody
	if err := x.decode(&b); err != nil {
		return err
	}
	now := time.Now()
	if err := b.check(now); err != nil {
		return err
	}
	var before, until time.Time
	if b.UserID != "" {
		before = now
	}
	if b.Before != nil {
		before = time.UnixMilli(*b.Before)
	}
	if b.Until != nil {
		until = time.UnixMilli(*b.Until)
	}
	return s.done(x, s.chat.Revoke(x.r.Context(), string(b.UserID), b.JTI, before, until))
}

func (b *revokeBody) check(now time.Time) *wire.Error {
	switch {
	case (b.UserID == "") == (b.JTI == ""):
		return wire.NewError(wire.ReasonBadRequest, "exactly one of user_id and jti is needed")
	case len(b.JTI) > maxTokenID:
		return wire.Errorf(wire.ReasonBadRequest, "jti must be at most %d bytes", maxTokenID)
	case b.Before != nil && b.JTI != "":
		return wire.NewError(wire.ReasonBadRequest, "before goes with user_id only")
	case b.Before != nil && (*b.Before < 1 || *b.Before > now.Add(clockSkew).UnixMilli()):
		return wire.NewError(wire.ReasonBadRequest, "before must be a time in Unix milliseconds, and not in the future")
	case b.Until != nil && (*b.Until <= now.UnixMilli() || *b.Until > wire.MaxSeq):
		return wire.NewError(wire.ReasonBadRequest, "until must be a time in Unix milliseconds, and in the future")
	case b.UserID != "":
		return checkUserID("user_id", string(b.UserID))
	}
	return nil
}
