package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func joinRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/groups/{id}/join", do: joinGroup, body: optionalBody,
			about: about{
				id: "joinGroup", tag: tagGroups, summary: "Join an open group, or ask to come into one with approval",
				params:  list(groupPath{}),
				body:    joinBody{},
				data:    joinedView{},
				reasons: words(groupWriteReasons, wire.ReasonGroupFull, wire.ReasonBanned, wire.ReasonConflict),
			},
		},
		{
			method: "GET", path: "/api/v1/groups/{id}/requests", do: joinRequests,
			about: about{
				id: "listJoinRequests", tag: tagGroups, summary: "List who asks to come in, as the owner or an admin",
				params:  list(groupPath{}, page{}),
				data:    requestsView{},
				reasons: words(wire.ReasonForbidden, wire.ReasonNotMember, wire.ReasonNotFound),
			},
		},
		{
			method: "PUT", path: "/api/v1/groups/{id}/requests/{user}", do: answerRequest, body: jsonBody,
			about: about{
				id: "answerJoinRequest", tag: tagGroups, summary: "Let somebody in who asked, or refuse it",
				params:  list(memberPath{}),
				body:    requestAnswer{},
				reasons: words(groupWriteReasons, wire.ReasonGroupFull, wire.ReasonBanned, wire.ReasonConflict),
			},
		},
	}
}

// maxJoinText bounds what somebody says who asks to come in, in bytes.
const maxJoinText = 256

type joinBody struct {
	Text string `json:"text,omitempty" maxLength:"256" doc:"for those who answer the request; at most 256 bytes"`
}

// joinedView is what became of the caller, who is in one of the lists.
type joinedView struct {
	Group     *groupView `json:"group" doc:"null for who isn't a member yet"`
	Joined    []string   `json:"joined"`
	Requested []string   `json:"requested"`
}

func joinGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b joinBody
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	if len(b.Text) > maxJoinText {
		return wire.Errorf(wire.ReasonBadRequest, "text must be at most %d bytes", maxJoinText)
	}
	a, err := s.chat.JoinGroup(x.r.Context(), x.user, id, b.Text)
	if err != nil {
		return s.refusal(x, err)
	}
	view := joinedView{Joined: present(a.Joined), Requested: present(a.Requested)}
	if a.Group.ID != "" {
		group := viewGroup(&a.Group)
		view.Group = &group
	}
	return s.put(x, view)
}

type requestsView struct {
	Requests []requestView `json:"requests"`
	Next     string        `json:"next,omitempty"`
}

type requestView struct {
	UserID string `json:"user_id"`
	By     string `json:"by" doc:"who asked: the user, or a member for them"`
	Text   string `json:"text"`
	Time   int64  `json:"time" doc:"Unix milliseconds"`
}

func viewRequest(r *chat.JoinRequest) requestView {
	return requestView{UserID: r.User, By: r.By, Text: r.Text, Time: r.At}
}

func joinRequests(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.idPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	requests, err := s.chat.JoinRequests(x.r.Context(), x.user, id, after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	next := nextOf(requests, limit, func(r *chat.JoinRequest) string { return r.User })
	return s.put(x, requestsView{Requests: views(requests, viewRequest), Next: next})
}

type requestAnswer struct {
	Accept *bool `json:"accept" required:"true"`
}

func answerRequest(s *Server, x *exchange) *wire.Error {
	id, user, refusal := x.pathIDs("id", "user")
	if refusal != nil {
		return refusal
	}
	var b requestAnswer
	if err := x.decode(&b); err != nil {
		return err
	}
	if b.Accept == nil {
		return wire.NewError(wire.ReasonBadRequest, "accept must be true or false")
	}
	return s.done(x, s.chat.AnswerRequest(x.r.Context(), x.user, id, user, *b.Accept))
}
