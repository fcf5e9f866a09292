package httpapi

import (
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func memberRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/groups/{id}/members", do: listMembers,
			about: about{
				id: "listMembers", tag: tagGroups, summary: "List the members of a group, as one of them",
				params:  list(groupPath{}, bigPage{}),
				data:    membersView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "POST", path: "/api/v1/groups/{id}/members", do: addMembers, body: jsonBody,
			about: about{
				id: "addMembers", tag: tagGroups, summary: "Take users into a group",
				text:    "The owner and admins do; in open groups every member does, and in groups with approval members ask for others. Either all fit or none is taken in.",
				params:  list(groupPath{}),
				body:    newMembers{},
				data:    admittedView{},
				reasons: words(groupWriteReasons, wire.ReasonGroupFull, wire.ReasonBanned, wire.ReasonConflict),
			},
		},
		{
			method: "PUT", path: "/api/v1/groups/{id}/members/{user}", do: setMember, body: jsonBody,
			about: about{
				id: "setMember", tag: tagGroups, summary: "Give a member a role, or a time of silence",
				text:    "The owner says who is admin; the owner and admins mute. muted_until or mute_s, not both; at least one field is needed.",
				params:  list(memberPath{}),
				body:    memberPatch{},
				data:    memberView{},
				reasons: groupWriteReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/groups/{id}/members/{user}", do: removeMember,
			about: about{
				id: "removeMember", tag: tagGroups, summary: "Remove a member, or leave",
				text:    "Once it is answered, no later message reaches that user.",
				params:  list(memberPath{}),
				reasons: groupWriteReasons,
			},
		},
		{
			method: "POST", path: "/api/v1/groups/{id}/leave", do: leaveGroup, body: optionalBody,
			about: about{
				id: "leaveGroup", tag: tagGroups, summary: "Leave a group",
				params:  list(groupPath{}),
				reasons: groupWriteReasons,
			},
		},
	}
}

type memberPath struct {
	groupPath
	User string `path:"user" maxLength:"64" doc:"a user"`
}

// The size of a page of users.
const (
	userLimit    = 100
	maxUserLimit = 1000
)

type membersView struct {
	Members    []memberView `json:"members"`
	HasMore    bool         `json:"has_more"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"the same as next"`
	Next       string       `json:"next,omitempty"`
}

type memberView struct {
	UserID     string `json:"user_id"`
	Role       string `json:"role" enum:"member,admin,owner"`
	JoinedAt   int64  `json:"joined_at" doc:"Unix milliseconds"`
	MutedUntil int64  `json:"muted_until,omitempty" doc:"Unix milliseconds; left out where the member may write"`
}

func viewMember(m *chat.Member) memberView {
	return memberView{UserID: m.User, Role: m.Role.String(), JoinedAt: m.JoinedAt, MutedUntil: m.MutedUntil}
}

func listMembers(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.idPage(userLimit, maxUserLimit)
	if refusal != nil {
		return refusal
	}
	// One more than asked for tells whether there is a next page.
	members, err := s.chat.Members(x.r.Context(), x.user, id, after, limit+1)
	if err != nil {
		return s.refusal(x, err)
	}
	view := membersView{HasMore: len(members) > limit}
	members = members[:min(limit, len(members))]
	view.Members = views(members, viewMember)
	if view.HasMore {
		view.Next = members[limit-1].User
		view.NextCursor = view.Next
	}
	return s.put(x, view)
}

// newMembers is the body of POST /groups/{id}/members.
type newMembers struct {
	Members []wire.ID `json:"members" minItems:"1"`
}

// admittedView is a group and what became of those who were to come in.
type admittedView struct {
	groupView
	Joined    []string `json:"joined" doc:"who are members now"`
	Requested []string `json:"requested" doc:"for whom the owner or an admin is asked"`
}

func addMembers(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b newMembers
	if err := x.decode(&b); err != nil {
		return err
	}
	users, refusal := userIDs("members", b.Members)
	if refusal != nil {
		return refusal
	}
	if len(users) == 0 {
		return wire.NewError(wire.ReasonBadRequest, "members must name at least one user")
	}
	a, err := s.chat.AddMembers(x.r.Context(), x.user, id, users)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, admittedView{groupView: viewGroup(&a.Group), Joined: present(a.Joined), Requested: present(a.Requested)})
}

// present makes an empty list of none, which would be null.
func present(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// memberPatch is the body of PUT /groups/{id}/members/{user}.
type memberPatch struct {
	Role       *string `json:"role,omitempty" enum:"member,admin"`
	MutedUntil *int64  `json:"muted_until,omitempty" minimum:"0" doc:"Unix milliseconds; 0 lets the member write again"`
	MuteS      *int64  `json:"mute_s,omitempty" minimum:"0" maximum:"315360000" doc:"seconds from now on; 0 lets the member write again"`
}

// maxMute is ten years, in seconds.
const maxMute = 10 * 365 * 24 * 60 * 60

func (b *memberPatch) check(now time.Time) (p chat.MemberPatch, err *wire.Error) {
	switch {
	case *b == (memberPatch{}):
		return p, wire.NewError(wire.ReasonBadRequest, "one of role, muted_until and mute_s is needed")
	case b.MutedUntil != nil && b.MuteS != nil:
		return p, wire.NewError(wire.ReasonBadRequest, "muted_until and mute_s don't go together")
	case b.MutedUntil != nil && (*b.MutedUntil < 0 || *b.MutedUntil > wire.MaxSeq):
		return p, wire.NewError(wire.ReasonBadRequest, "muted_until must be a time in Unix milliseconds, or 0")
	case b.MuteS != nil && (*b.MuteS < 0 || *b.MuteS > maxMute):
		return p, wire.Errorf(wire.ReasonBadRequest, "mute_s must be 0 to %d", maxMute)
	}
	p.MutedUntil = b.MutedUntil
	if b.MuteS != nil {
		var until int64
		if *b.MuteS > 0 {
			until = now.UnixMilli() + 1000**b.MuteS
		}
		p.MutedUntil = &until
	}
	if b.Role != nil {
		p.Role, err = parseRole(*b.Role)
	}
	return p, err
}

func parseRole(word string) (*chat.Role, *wire.Error) {
	for _, role := range []chat.Role{chat.RoleMember, chat.RoleAdmin} {
		if word == role.String() {
			return &role, nil
		}
	}
	return nil, wire.NewError(wire.ReasonBadRequest, "role must be member or admin; an owner is made by /transfer")
}

func setMember(s *Server, x *exchange) *wire.Error {
	id, user, refusal := x.pathIDs("id", "user")
	if refusal != nil {
		return refusal
	}
	var b memberPatch
	if err := x.decode(&b); err != nil {
		return err
	}
	patch, refusal := b.check(time.Now())
	if refusal != nil {
		return refusal
	}
	member, err := s.chat.SetMember(x.r.Context(), x.user, id, user, patch)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewMember(&member))
}

func removeMember(s *Server, x *exchange) *wire.Error {
	id, user, refusal := x.pathIDs("id", "user")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.RemoveMember(x.r.Context(), x.user, id, user))
}

func leaveGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.RemoveMember(x.r.Context(), x.user, id, x.user))
}
