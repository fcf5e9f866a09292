package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskWatchRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/watch", do: watchSession, body: jsonBody,
			about: about{
				id: "watchSession", tag: tagDesk, summary: "Look into a session, join it or take it over, as a supervisor",
				text:    "The visitor isn't told of who looks in, but of who joins.",
				params:  list(sessionPath{}),
				body:    watchBody{},
				data:    sessionView{},
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
		{
			method: "DELETE", path: "/api/v1/desk/sessions/{id}/watch", do: unwatchSession,
			about: about{
				id: "unwatchSession", tag: tagDesk, summary: "Look into a session no longer",
				params:  list(sessionPath{}),
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
	}
}

type watchBody struct {
	Mode string `json:"mode" enum:"look,join,take_over"`
}

func watchSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b watchBody
	if err := x.decode(&b); err != nil {
		return err
	}
	mode, ok := desk.ParseMode(b.Mode)
	if !ok {
		return wire.NewError(wire.ReasonBadRequest, "mode must be look, join or take_over")
	}
	session, err := s.desk.Watch(x.r.Context(), x.actor(), id, mode)
	return s.putSession(x, &session, err)
}

func unwatchSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.desk.Unwatch(x.r.Context(), x.actor(), id))
}
