package httpapi

import (
	"encoding/json"

	"gannet/codec/wire"
)

func changeRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/messages/recall", do: recall, visitors: true, body: jsonBody,
			about: about{
				id: "recallMessage", tag: tagMessages, summary: "Take a message back",
				text:    "One's own message, for recall.window after it was sent; in a group its owner and admins take back anybody's, at any time. No read that begins after the answer returns its content.",
				body:    messageBody{},
				reasons: words(changeReasons, wire.ReasonRecallExpired),
			},
		},
		{
			method: "POST", path: "/api/v1/messages/edit", do: edit, visitors: true, body: jsonBody,
			about: about{
				id: "editMessage", tag: tagMessages, summary: "Give a message another content",
				text:    "One's own message, for edit.window after it was sent.",
				body:    editBody{},
				reasons: words(changeReasons, wire.ReasonEditExpired, wire.ReasonConflict, wire.ReasonDenied),
			},
		},
	}
}

var changeReasons = words(
	wire.ReasonForbidden, wire.ReasonNotMember, wire.ReasonMuted, wire.ReasonBlocked, wire.ReasonNotFound,
	wire.ReasonSessionClosed,
)

// messageBody is what wire.DecodeBody reads for a recall.
type messageBody struct {
	ID    messageRef `json:"id,omitempty" doc:"id or msg_id is needed"`
	MsgID messageRef `json:"msg_id,omitempty"`
}

func recall(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbRecall, x.body, &x.req); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	return s.done(x, s.chat.Recall(x.r.Context(), x.user, x.req.ID))
}

// editBody is what wire.DecodeBody reads for an edit.
type editBody struct {
	messageBody
	Content     json.RawMessage `json:"content"`
	ContentType string          `json:"content_type,omitempty" maxLength:"64" default:"text"`
}

func edit(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbEdit, x.body, &x.req); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	return s.done(x, s.chat.Edit(x.r.Context(), x.user, &x.req))
}
