package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func groupRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/groups", do: createGroup, body: jsonBody,
			about: about{
				id: "createGroup", tag: tagGroups, summary: "Make a group",
				text:    "The caller owns it.",
				body:    newGroup{},
				data:    groupView{},
				reasons: words(groupWriteReasons, wire.ReasonConflict, wire.ReasonGroupFull),
			},
		},
		{
			method: "GET", path: "/api/v1/groups/{id}", do: lookAtGroup,
			about: about{
				id: "getGroup", tag: tagGroups, summary: "Look at a group, as a member",
				params:  list(groupPath{}),
				data:    groupView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "PATCH", path: "/api/v1/groups/{id}", do: updateGroup, body: jsonBody,
			about: about{
				id: "updateGroup", tag: tagGroups, summary: "Change a group, as its owner or an admin",
				text:    "At least one field is needed.",
				params:  list(groupPath{}),
				body:    groupPatch{},
				data:    groupView{},
				reasons: words(groupWriteReasons, wire.ReasonGroupFull),
			},
		},
		{
			method: "DELETE", path: "/api/v1/groups/{id}", do: dissolveGroup,
			about: about{
				id: "dissolveGroup", tag: tagGroups, summary: "Dissolve a group, as its owner",
				params:  list(groupPath{}),
				reasons: groupWriteReasons,
			},
		},
		{
			method: "POST", path: "/api/v1/groups/{id}/transfer", do: transferGroup, body: jsonBody,
			about: about{
				id: "transferGroup", tag: tagGroups, summary: "Hand a group over to another member, as its owner",
				params:  list(groupPath{}),
				body:    userBody{},
				reasons: words(groupWriteReasons, wire.ReasonConflict),
			},
		},
	}
}

// groupWriteReasons are the refusals that whoever changes a group may meet.
var groupWriteReasons = words(
	wire.ReasonForbidden, wire.ReasonNotMember, wire.ReasonNotFound,
)

// The bounds of a group's texts.
const (
	maxGroupName    = 128  // characters
	maxAnnouncement = 4096 // bytes
)

type groupPath struct {
	ID string `path:"id" maxLength:"64" doc:"a group"`
}

// newGroup is the body of POST /groups.
type newGroup struct {
	GroupID      wire.ID   `json:"group_id,omitempty" doc:"given by the server where it is left out"`
	Name         string    `json:"name" minLength:"1" maxLength:"128"`
	Announcement string    `json:"announcement,omitempty" maxLength:"4096" doc:"at most 4096 bytes"`
	Members      []wire.ID `json:"members,omitempty" doc:"besides the owner"`
	MaxMembers   int       `json:"max_members,omitempty" minimum:"0" doc:"0 is groups.max_members"`
	Join         string    `json:"join,omitempty" enum:"closed,approval,open" default:"closed"`
	OldHistory   bool      `json:"old_history,omitempty" doc:"members added later see what was before them"`
}

// groupView is a group as its members see it.
type groupView struct {
	GroupID      string `json:"group_id"`
	ConvID       string `json:"conv_id"`
	Name         string `json:"name"`
	Announcement string `json:"announcement"`
	OwnerID      string `json:"owner_id"`
	MemberCount  int    `json:"member_count"`
	MaxMembers   int    `json:"max_members"`
	Join         string `json:"join" enum:"closed,approval,open" doc:"closed: the owner and admins take users in; approval: they answer who asks; open: everybody joins"`
	OldHistory   bool   `json:"old_history" doc:"members added later see what was before them"`
	Muted        bool   `json:"muted" doc:"only the owner and admins may write"`
	CreatedAt    int64  `json:"created_at" doc:"Unix milliseconds"`
}

func viewGroup(g *chat.Group) groupView {
	return groupView{
		GroupID: g.ID, ConvID: wire.GroupConvID(g.ID), Name: g.Name, Announcement: g.Announcement, OwnerID: g.Owner,
		MemberCount: g.Members, MaxMembers: g.MaxMembers, Join: g.Join.String(), OldHistory: g.OldHistory, Muted: g.Muted,
		CreatedAt: g.CreatedAt,
	}
}

// putGroup ends an action that answers a group.
func (s *Server) putGroup(x *exchange, g *chat.Group, err error) *wire.Error {
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewGroup(g))
}

func createGroup(s *Server, x *exchange) *wire.Error {
	var b newGroup
	if err := x.decode(&b); err != nil {
		return err
	}
	g, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	key, refusal := x.idempotencyKey()
	if refusal != nil {
		return refusal
	}
	if g.ID == "" && key != "" {
		return s.createGroupOnce(x, g, key)
	}
	group, err := s.chat.CreateGroup(x.r.Context(), x.user, g)
	return s.putGroup(x, &group, err)
}

// createGroupOnce makes the group's id from the key. So a retry finds the group
// even if the first answer was lost before it was kept.
func (s *Server) createGroupOnce(x *exchange, g chat.NewGroup, key string) *wire.Error {
	hash := sha256.Sum256([]byte(x.user + "\n" + key))
	g.ID = hex.EncodeToString(hash[:16])
	group, err := s.chat.CreateGroup(x.r.Context(), x.user, g)
	if refusal, _ := asError(err); refusal != nil && refusal.Reason == wire.ReasonConflict {
		if first, e := s.chat.Group(x.r.Context(), x.user, g.ID); e == nil && first.Owner == x.user {
			group, err = first, nil
		}
	}
	return s.putGroup(x, &group, err)
}

func (b *newGroup) check() (g chat.NewGroup, err *wire.Error) {
	g = chat.NewGroup{
		ID: string(b.GroupID), Name: b.Name, Announcement: b.Announcement, MaxMembers: b.MaxMembers, OldHistory: b.OldHistory,
	}
	if b.GroupID != "" && !wire.ValidID(string(b.GroupID)) {
		return g, wire.NewError(wire.ReasonBadRequest, "group_id must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	}
	if err = checkGroup(&b.Name, &b.Announcement, &b.MaxMembers); err != nil {
		return g, err
	}
	if b.Join != "" {
		if g.Join, err = parseJoin(b.Join); err != nil {
			return g, err
		}
	}
	g.Members, err = userIDs("members", b.Members)
	return g, err
}

// checkGroup checks what is given.
func checkGroup(name, announcement *string, maxMembers *int) *wire.Error {
	if name != nil {
		if n := utf8.RuneCountInString(*name); n < 1 || n > maxGroupName {
			return wire.Errorf(wire.ReasonBadRequest, "name must be 1 to %d characters", maxGroupName)
		}
	}
	if announcement != nil && len(*announcement) > maxAnnouncement {
		return wire.Errorf(wire.ReasonBadRequest, "announcement must be at most %d bytes", maxAnnouncement)
	}
	if maxMembers != nil && *maxMembers < 0 {
		return wire.NewError(wire.ReasonBadRequest, "max_members must not be negative")
	}
	return nil
}

func parseJoin(word string) (chat.Join, *wire.Error) {
	for _, j := range []chat.Join{chat.JoinClosed, chat.JoinApproval, chat.JoinOpen} {
		if word == j.String() {
			return j, nil
		}
	}
	return 0, wire.NewError(wire.ReasonBadRequest, "join must be closed, approval or open")
}

func lookAtGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	group, err := s.chat.Group(x.r.Context(), x.user, id)
	return s.putGroup(x, &group, err)
}

// groupPatch is the body of PATCH /groups/{id}.
type groupPatch struct {
	Name         *string `json:"name,omitempty" minLength:"1" maxLength:"128"`
	Announcement *string `json:"announcement,omitempty" maxLength:"4096" doc:"at most 4096 bytes"`
	MaxMembers   *int    `json:"max_members,omitempty" minimum:"1"`
	Join         *string `json:"join,omitempty" enum:"closed,approval,open"`
	OldHistory   *bool   `json:"old_history,omitempty"`
	Muted        *bool   `json:"muted,omitempty" doc:"only the owner and admins may write"`
}

func (b *groupPatch) check() (p chat.GroupPatch, err *wire.Error) {
	if *b == (groupPatch{}) {
		return p, wire.NewError(wire.ReasonBadRequest, "nothing is to be changed")
	}
	if err = checkGroup(b.Name, b.Announcement, b.MaxMembers); err != nil {
		return p, err
	}
	if b.MaxMembers != nil && *b.MaxMembers == 0 {
		return p, wire.NewError(wire.ReasonBadRequest, "max_members must be at least 1")
	}
	p = chat.GroupPatch{Name: b.Name, Announcement: b.Announcement, MaxMembers: b.MaxMembers, OldHistory: b.OldHistory, Muted: b.Muted}
	if b.Join != nil {
		join, err := parseJoin(*b.Join)
		if err != nil {
			return p, err
		}
		p.Join = &join
	}
	return p, nil
}

func updateGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b groupPatch
	if err := x.decode(&b); err != nil {
		return err
	}
	patch, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	group, err := s.chat.UpdateGroup(x.r.Context(), x.user, id, patch)
	return s.putGroup(x, &group, err)
}

func dissolveGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.DissolveGroup(x.r.Context(), x.user, id))
}

// userBody names a user.
type userBody struct {
	UserID wire.ID `json:"user_id"`
}

func transferGroup(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b userBody
	if err := x.decode(&b); err != nil {
		return err
	}
	to := string(b.UserID)
	if err := checkUserID("user_id", to); err != nil {
		return err
	}
	return s.done(x, s.chat.TransferGroup(x.r.Context(), x.user, id, to))
}

func checkUserID(name, id string) *wire.Error {
	if !wire.ValidID(id) {
		return wire.Errorf(wire.ReasonBadRequest, "%s must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -", name)
	}
	return nil
}

// userIDs checks the ids of a body.
func userIDs(name string, ids []wire.ID) ([]string, *wire.Error) {
	users := make([]string, len(ids))
	for i, id := range ids {
		if !wire.ValidID(string(id)) {
			return nil, wire.Errorf(wire.ReasonBadRequest, "%s[%d] must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -", name, i)
		}
		users[i] = string(id)
	}
	return users, nil
}
