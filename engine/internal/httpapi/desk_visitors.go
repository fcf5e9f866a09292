package httpapi

import (
	"encoding/json"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskVisitorRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/desk/visitors", do: newVisitor, body: optionalBody, level: levelOpen, perAddress: true,
			about: about{
				id: "newVisitor", tag: tagDesk, summary: "Come as an anonymous visitor",
				text:    "Without a login; so often from one address, and only where desk.visitors is set (404).",
				body:    visitorBody{},
				data:    visitorView{},
				reasons: words(wire.ReasonNotFound, wire.ReasonRateLimited),
			},
		},
		{
			method: "POST", path: "/api/v1/desk/visitors/me/renew", do: renewVisitor, body: optionalBody, visitors: true, mints: true,
			about: about{
				id: "renewVisitor", tag: tagDesk, summary: "Get a new token before the old one expires",
				text: "The login must be a token of the desk's own. The old one stays good until it expires.",
				data: tokenView{},
			},
		},
		{
			method: "POST", path: "/api/v1/desk/visitors/me/identify", do: identifyVisitor, body: jsonBody, visitors: true, mints: true,
			about: about{
				id: "identifyVisitor", tag: tagDesk, summary: "Say which user of the site the visitor is",
				text: "By a token of the user, or by the hex HMAC-SHA256 of the user's id under desk.identity_secret; then the answer " +
					"has a token for the user, as a visitor. Sessions and history are the user's from now on, and the visitor's own " +
					"tokens and connections are no good any more.",
				body:    identityBody{},
				data:    identifiedView{},
				reasons: deskReasons,
			},
		},
	}
}

type visitorBody struct {
	Name       string          `json:"name,omitempty" maxLength:"128"`
	Attributes json.RawMessage `json:"attributes,omitempty" doc:"an object of the site's own, at most 4096 bytes"`
}

// tokenView is a token of the desk's own.
type tokenView struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expires_at" doc:"Unix milliseconds"`
}

type visitorView struct {
	VisitorID string `json:"visitor_id"`
	tokenView
}

func newVisitor(s *Server, x *exchange) *wire.Error {
	if s.visitors == nil {
		return errNoPath
	}
	var b visitorBody
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	if err := checkName("name", b.Name); err != nil {
		return err
	}
	attributes, refusal := checkAttributes(b.Attributes)
	if refusal != nil {
		return refusal
	}
	id, err := s.desk.NewVisitor(x.r.Context(), b.Name, attributes)
	if err != nil {
		return s.refusal(x, err)
	}
	token, refusal := s.mint(x, id)
	if refusal != nil {
		return refusal
	}
	return s.put(x, visitorView{id, token})
}

func (s *Server) mint(x *exchange, user string) (tokenView, *wire.Error) {
	token, expires, err := s.visitors.Mint(user)
	if err != nil {
		return tokenView{}, s.refusal(x, err)
	}
	return tokenView{token, expires.UnixMilli()}, nil
}

var (
	errOwnToken  = wire.NewError(wire.ReasonForbidden, "only a token that the desk has given can be renewed")
	errAnonymous = wire.NewError(wire.ReasonForbidden, "only an anonymous visitor can be identified")
)

func renewVisitor(s *Server, x *exchange) *wire.Error {
	if s.visitors == nil || !x.token.Own {
		return errOwnToken
	}
	token, refusal := s.mint(x, x.user)
	if refusal != nil {
		return refusal
	}
	return s.put(x, token)
}

// isAnonymous reports whether an anonymous visitor asks: one with a token of ours, or
// for whom a backend, or in dev mode anybody, speaks. A site's own token is no
// visitor's, whatever the name of its user.
func (x *exchange) isAnonymous() bool {
	return strings.HasPrefix(x.user, desk.VisitorPrefix) && (x.token.Own || x.token.User == "")
}

type identifiedView struct {
	UserID    string `json:"user_id"`
	Token     string `json:"token,omitempty" doc:"only where an hmac was given"`
	ExpiresAt int64  `json:"expires_at,omitempty" doc:"Unix milliseconds"`
}

func identifyVisitor(s *Server, x *exchange) *wire.Error {
	if !x.isAnonymous() {
		return errAnonymous
	}
	var b identityBody
	if err := x.decode(&b); err != nil {
		return err
	}
	user, refusal := s.proven(&b)
	if refusal != nil {
		return refusal
	}
	if err := s.desk.Identify(x.r.Context(), x.actor(), user); err != nil {
		return s.refusal(x, err)
	}
	view := identifiedView{UserID: user}
	if b.Token == "" && s.visitors != nil {
		token, refusal := s.mint(x, user)
		if refusal != nil {
			return refusal
		}
		view.Token, view.ExpiresAt = token.Token, token.ExpiresAt
	}
	if refusal := s.dismiss(x); refusal != nil {
		return refusal
	}
	return s.put(x, view)
}

// dismiss ends what the visitor was: nobody is it any more.
func (s *Server) dismiss(x *exchange) *wire.Error {
	now := time.Now()
	until := now
	if s.visitors != nil {
		until = s.visitors.Outlived(now)
	}
	err := s.chat.Revoke(x.r.Context(), x.user, "", now, until)
	if err == nil {
		_, err = s.chat.Kick(x.r.Context(), x.user, "") // also those who showed no token
	}
	if err != nil {
		return s.refusal(x, err)
	}
	return nil
}
