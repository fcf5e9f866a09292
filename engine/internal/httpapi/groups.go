package httpapi

import (
	"strconv"
	"unicode/utf8"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func groupRoutes() []route {
	return []route{
		{method: "POST", path: "/api/v1/groups", do: createGroup},
		{method: "GET", path: "/api/v1/groups/{id}", do: lookAtGroup},
	}
}

// newGroup is the body of POST /groups.
type newGroup struct {
	GroupID    wire.ID   `json:"group_id"`
	Name       string    `json:"name"`
	Members    []wire.ID `json:"members"`
	MaxMembers int       `json:"max_members"`
}

// maxGroupName bounds a group's name, in characters.
const maxGroupName = 128

func createGroup(s *Server, x *exchange) *wire.Error {
	var b newGroup
	if err := s.readInto(x, &b); err != nil {
		return err
	}
	g, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	group, err := s.chat.CreateGroup(x.r.Context(), x.user, g)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = appendGroup(x.out, &group)
	return nil
}

func (b *newGroup) check() (chat.NewGroup, *wire.Error) {
	none := chat.NewGroup{}
	if b.GroupID != "" && !wire.ValidID(string(b.GroupID)) {
		return none, wire.NewError(wire.ReasonBadRequest, "group_id must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	}
	if n := utf8.RuneCountInString(b.Name); n < 1 || n > maxGroupName {
		return none, wire.Errorf(wire.ReasonBadRequest, "name must be 1 to %d characters", maxGroupName)
	}
	if b.MaxMembers < 0 {
		return none, wire.NewError(wire.ReasonBadRequest, "max_members must not be negative")
	}
	members, err := userIDs(b.Members)
	return chat.NewGroup{ID: string(b.GroupID), Name: b.Name, Members: members, MaxMembers: b.MaxMembers}, err
}

func lookAtGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	group, err := s.chat.Group(x.r.Context(), x.user, id)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = appendGroup(x.out, &group)
	return nil
}

// readInto reads a body that is no request of the wire protocol into v.
func (s *Server) readInto(x *exchange, v any) *wire.Error {
	if err := x.readBody(s.maxBody); err != nil {
		return err
	}
	return wire.Strict(x.body, v)
}

// pathID is an id in the path. What can't be an id names nothing.
func (x *exchange) pathID(name string) (string, *wire.Error) {
	id := x.r.PathValue(name)
	if !wire.ValidID(id) {
		return "", errNotFound
	}
	return id, nil
}

// userIDs checks the ids of a body.
func userIDs(ids []wire.ID) ([]string, *wire.Error) {
	users := make([]string, len(ids))
	for i, id := range ids {
		if !wire.ValidID(string(id)) {
			return nil, wire.Errorf(wire.ReasonBadRequest, "members[%d] must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -", i)
		}
		users[i] = string(id)
	}
	return users, nil
}

func appendGroup(dst []byte, g *chat.Group) []byte {
	dst = append(dst, `{"group_id":`...)
	dst = wire.AppendString(dst, g.ID)
	dst = append(dst, `,"conv_id":`...)
	dst = wire.AppendString(dst, wire.GroupConvID(g.ID))
	dst = append(dst, `,"name":`...)
	dst = wire.AppendString(dst, g.Name)
	dst = append(dst, `,"owner_id":`...)
	dst = wire.AppendString(dst, g.Owner)
	dst = append(dst, `,"member_count":`...)
	dst = strconv.AppendInt(dst, int64(g.Members), 10)
	dst = append(dst, `,"max_members":`...)
	dst = strconv.AppendInt(dst, int64(g.MaxMembers), 10)
	dst = append(dst, `,"created_at":`...)
	dst = strconv.AppendInt(dst, g.CreatedAt, 10)
	return append(dst, '}')
}
