package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func reactionRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/messages/react", do: react, visitors: true, body: jsonBody,
			about: about{
				id: "reactToMessage", tag: tagMessages, summary: "Put an emoji on a message, or take it off",
				body:    reactBody{},
				reasons: words(changeReasons, wire.ReasonConflict),
			},
		},
		{
			method: "GET", path: "/api/v1/messages/{id}/reactions", do: reactions, visitors: true,
			about: about{
				id: "messageReactions", tag: tagMessages, summary: "List the reactions to a message",
				params:  list(messagePath{}, page{}),
				data:    reactionsView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

// reactBody is what wire.DecodeBody reads for a react.
type reactBody struct {
	messageBody
	Emoji  string `json:"emoji" minLength:"1" maxLength:"64" doc:"1 to 64 bytes"`
	Remove bool   `json:"remove,omitempty" doc:"take it off again"`
}

func react(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbReact, x.body, &x.req); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	return s.done(x, s.chat.React(x.r.Context(), x.user, &x.req))
}

type messagePath struct {
	ID string `path:"id" pattern:"^[0-9]{1,19}$" doc:"a message"`
}

type reactionsView struct {
	Reactions []reactionView `json:"reactions"`
	Next      string         `json:"next,omitempty"`
}

type reactionView struct {
	UserID string `json:"user_id"`
	Emoji  string `json:"emoji"`
	Time   int64  `json:"time" doc:"Unix milliseconds"`
}

func viewReaction(r *chat.Reaction) reactionView {
	return reactionView{UserID: r.User, Emoji: r.Emoji, Time: r.At}
}

func reactions(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathNumber("id", wire.MaxMessageID)
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.cursorPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	x.req.Reset()
	x.req.Verb, x.req.ID = wire.VerbReact, id
	if err := s.restrict(x); err != nil {
		return err
	}
	list, next, err := s.chat.Reactions(x.r.Context(), x.user, id, after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, reactionsView{Reactions: views(list, viewReaction), Next: next})
}
