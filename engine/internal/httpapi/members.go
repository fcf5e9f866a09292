package httpapi

import (
	"strconv"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func memberRoutes() []route {
	return []route{
		{method: "GET", path: "/api/v1/groups/{id}/members", do: listMembers},
		{method: "POST", path: "/api/v1/groups/{id}/members", do: addMembers},
		{method: "DELETE", path: "/api/v1/groups/{id}/members/{user}", do: removeMember},
	}
}

// The size of a page of members.
const (
	memberLimit    = 100
	maxMemberLimit = 1000
)

func listMembers(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.memberPage()
	if refusal != nil {
		return refusal
	}
	// One more than asked for tells whether there is a next page.
	members, err := s.chat.Members(x.r.Context(), x.user, id, after, limit+1)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = appendMembers(x.out, members, limit)
	return nil
}

// memberPage reads the paging parameters. The cursor is the last id of the page
// before; to callers it is just what next_cursor said.
func (x *exchange) memberPage() (after string, limit int, refusal *wire.Error) {
	after, given := x.query.get("cursor")
	if given && !wire.ValidID(after) {
		return "", 0, wire.NewError(wire.ReasonBadRequest, "cursor must be a next_cursor of an earlier page")
	}
	n, refusal := x.query.number("limit", maxMemberLimit)
	if refusal != nil {
		return "", 0, refusal
	}
	if n == 0 {
		n = memberLimit
	}
	return after, int(n), nil
}

func appendMembers(dst []byte, members []chat.Member, limit int) []byte {
	hasMore := len(members) > limit
	members = members[:min(limit, len(members))]
	dst = append(dst, `{"members":[`...)
	for i := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendMember(dst, &members[i])
	}
	dst = append(dst, `],"has_more":`...)
	dst = strconv.AppendBool(dst, hasMore)
	if hasMore {
		dst = append(dst, `,"next_cursor":`...)
		dst = wire.AppendString(dst, members[limit-1].User)
	}
	return append(dst, '}')
}

func appendMember(dst []byte, m *chat.Member) []byte {
	dst = append(dst, `{"user_id":`...)
	dst = wire.AppendString(dst, m.User)
	dst = append(dst, `,"role":`...)
	dst = wire.AppendString(dst, m.Role.String())
	dst = append(dst, `,"joined_at":`...)
	dst = strconv.AppendInt(dst, m.JoinedAt, 10)
	return append(dst, '}')
}

// newMembers is the body of POST /groups/{id}/members.
type newMembers struct {
	Members []wire.ID `json:"members"`
}

func addMembers(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b newMembers
	if err := s.readInto(x, &b); err != nil {
		return err
	}
	users, refusal := userIDs(b.Members)
	if refusal != nil {
		return refusal
	}
	if len(users) == 0 {
		return wire.NewError(wire.ReasonBadRequest, "members must name at least one user")
	}
	group, err := s.chat.AddMembers(x.r.Context(), x.user, id, users)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = appendGroup(x.out, &group)
	return nil
}

func removeMember(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	user, refusal := x.pathID("user")
	if refusal != nil {
		return refusal
	}
	if err := s.chat.RemoveMember(x.r.Context(), x.user, id, user); err != nil {
		return s.refusal(x, err)
	}
	x.out = append(x.out, noData...)
	return nil
}
