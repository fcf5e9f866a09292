package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func banRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/groups/{id}/bans", do: bans,
			about: about{
				id: "listBans", tag: tagGroups, summary: "List who is kept out of a group, as its owner or an admin",
				params:  list(groupPath{}, page{}),
				data:    bansView{},
				reasons: words(wire.ReasonForbidden, wire.ReasonNotMember, wire.ReasonNotFound),
			},
		},
		{
			method: "PUT", path: "/api/v1/groups/{id}/bans/{user}", do: ban,
			about: about{
				id: "banUser", tag: tagGroups, summary: "Keep a user out of a group; a member is removed",
				params:  list(memberPath{}),
				reasons: groupWriteReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/groups/{id}/bans/{user}", do: unban,
			about: about{
				id: "unbanUser", tag: tagGroups, summary: "Keep a user out no longer",
				params:  list(memberPath{}),
				reasons: groupWriteReasons,
			},
		},
	}
}

type bansView struct {
	Bans []banView `json:"bans"`
	Next string    `json:"next,omitempty"`
}

type banView struct {
	UserID string `json:"user_id"`
	By     string `json:"by" doc:"who did it"`
	Time   int64  `json:"time" doc:"Unix milliseconds"`
}

func viewBan(l *chat.Listed) banView { return banView{UserID: l.User, By: l.By, Time: l.At} }

// userOf is where a page of a list of users ends.
func userOf(l *chat.Listed) string { return l.User }

func bans(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.idPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	banned, err := s.chat.Bans(x.r.Context(), x.user, id, after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, bansView{Bans: views(banned, viewBan), Next: nextOf(banned, limit, userOf)})
}

func ban(s *Server, x *exchange) *wire.Error {
	id, user, refusal := x.pathIDs("id", "user")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.Ban(x.r.Context(), x.user, id, user))
}

func unban(s *Server, x *exchange) *wire.Error {
	id, user, refusal := x.pathIDs("id", "user")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.Unban(x.r.Context(), x.user, id, user))
}
