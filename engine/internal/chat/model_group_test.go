package chat_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// modelDistinct leaves out repetitions, and one user.
func modelDistinct(users []string, without string) (out []string) {
	out = []string{}
	for _, u := range users {
		if u != without && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// modelList is a list of strings as JSON is read.
func modelList(texts []string) []any {
	list := make([]any, len(texts))
	for i, t := range texts {
		list[i] = t
	}
	return list
}

// modelGroupEvent is what an event of a group says.
func modelGroupEvent(event, user string) map[string]any {
	extra := map[string]any{"event": event}
	if user != "" {
		extra["user_id"] = user
	}
	return extra
}

// tell appends an event to a group's log.
func (c *modelConv) tell(w *modelWorld, by string, extra map[string]any) {
	c.add(modelEntry{event: wire.EventGroup, from: by, time: w.now, extra: extra})
}

func (r *modelRun) drawCreate() modelOp {
	by := r.user()
	g := chat.NewGroup{
		ID: rapid.SampledFrom(modelGroups).Draw(r.t, "group"), Name: r.name(),
		Members:    rapid.SliceOfN(rapid.SampledFrom(modelUsers), 0, 5).Draw(r.t, "members"),
		MaxMembers: rapid.SampledFrom([]int{0, 0, 0, 2, 4, 5}).Draw(r.t, "max"),
		Join:       rapid.SampledFrom([]chat.Join{chat.JoinClosed, chat.JoinApproval, chat.JoinOpen}).Draw(r.t, "join"),
		OldHistory: rapid.Bool().Draw(r.t, "old history"),
	}
	return r.createOp(by, g)
}

func (r *modelRun) createOp(by string, g chat.NewGroup) modelOp {
	return modelOp{
		what:  fmt.Sprintf("%s creates %+v", by, g),
		do:    func(s *modelSite) (any, error) { return s.CreateGroup(modelCtx, by, g) },
		rules: func(w *modelWorld) (any, string) { return w.create(by, g) },
	}
}

func (r *modelRun) name() string {
	return rapid.SampledFrom([]string{"", "one", "two"}).Draw(r.t, "name")
}

func (w *modelWorld) create(by string, g chat.NewGroup) (any, string) {
	members := modelDistinct(g.Members, by)
	if g.MaxMembers == 0 {
		g.MaxMembers = modelGroupMembers
	}
	switch {
	case g.MaxMembers > modelGroupMembers:
		return nil, wire.ReasonBadRequest
	case len(members)+1 > g.MaxMembers:
		return nil, wire.ReasonGroupFull
	case w.convs[modelGroupPrefix+g.ID] != nil:
		return nil, wire.ReasonConflict
	}
	if w.tooMany(append([]string{by}, members...)) {
		return nil, wire.ReasonConflict
	}
	c := &modelConv{id: modelGroupPrefix + g.ID, seats: map[string]*modelSeat{}, group: &modelGroup{
		Group: chat.Group{
			ID: g.ID, Name: g.Name, Owner: by, MaxMembers: g.MaxMembers, Join: g.Join, OldHistory: g.OldHistory,
			CreatedAt: w.now,
		},
		members: map[string]chat.Member{}, requests: map[string]chat.JoinRequest{}, bans: map[string]chat.Listed{},
	}}
	w.convs[c.id] = c
	c.enter(w, by, chat.RoleOwner)
	for _, u := range members {
		c.enter(w, u, chat.RoleMember)
	}
	extra := modelGroupEvent(wire.GroupCreated, "")
	extra["name"], extra["user_ids"] = g.Name, modelList(members)
	c.tell(w, by, extra)
	return c.group.Group, ""
}

// tooMany reports whether one of some users is in as many groups as allowed.
func (w *modelWorld) tooMany(users []string) bool {
	return slices.ContainsFunc(users, func(u string) bool { return w.groupsOf(u) >= modelUserGroups })
}

// enter makes a user a member.
func (c *modelConv) enter(w *modelWorld, user string, role chat.Role) {
	s := c.place(user)
	s.in, s.join = true, c.last()+1
	if c.group.OldHistory {
		s.join = 1
	}
	if s.join > 1 {
		c.group.entered = s.join
	}
	s.ack.write(c.last())
	s.read = max(s.read, c.last())
	m := chat.Member{User: user, Role: role, JoinSeq: s.join, JoinedAt: w.now}
	if s.muted > w.now {
		m.MutedUntil = s.muted
	}
	s.muted, c.group.members[user] = 0, m
	c.group.Members++
	delete(c.group.requests, user)
}

// leave ends a membership, but not a mute.
func (c *modelConv) leave(user string) {
	c.seats[user].in, c.seats[user].muted = false, c.group.members[user].MutedUntil
	delete(c.group.members, user)
	c.group.Members--
}

// allowed says why a user may not act on a group: who isn't in it doesn't know
// that it exists.
func (w *modelWorld) allowed(by, group string, least chat.Role) (*modelConv, string) {
	c := w.live(group)
	if c == nil {
		return nil, wire.ReasonNotFound
	}
	m, ok := c.member(by)
	switch {
	case !ok:
		return nil, wire.ReasonNotFound
	case m.Role < least:
		return nil, wire.ReasonForbidden
	}
	return c, ""
}

func (r *modelRun) drawUpdate() modelOp {
	by, group := r.inGroup()
	p := chat.GroupPatch{OldHistory: r.flag("old history"), Muted: r.flag("muted")}
	switch rapid.IntRange(0, 3).Draw(r.t, "what else") {
	case 0:
		p.Name = new(r.name())
		if r.seldom("too long") {
			p.Name = new(strings.Repeat("n", 513))
		}
		p.Announcement = new(r.name())
	case 1:
		p.MaxMembers = new(rapid.IntRange(0, modelGroupMembers+1).Draw(r.t, "max"))
	case 2:
		p.Join = new(rapid.SampledFrom([]chat.Join{chat.JoinClosed, chat.JoinApproval, chat.JoinOpen}).Draw(r.t, "join"))
	}
	return modelOp{
		what:  fmt.Sprintf("%s updates %s: %s", by, group, modelJSON(p)),
		do:    func(s *modelSite) (any, error) { return s.UpdateGroup(modelCtx, by, group, p) },
		rules: func(w *modelWorld) (any, string) { return w.update(by, group, p) },
	}
}

func (w *modelWorld) update(by, group string, p chat.GroupPatch) (any, string) {
	c, reason := w.allowed(by, group, chat.RoleAdmin)
	if reason != "" {
		return nil, reason
	}
	g, extra := &c.group.Group, modelGroupEvent(wire.GroupUpdated, "")
	if p.Name != nil && len(*p.Name) > 512 {
		return nil, wire.ReasonBadRequest
	}
	if p.MaxMembers != nil && (*p.MaxMembers < max(1, g.Members) || *p.MaxMembers > modelGroupMembers) {
		return nil, wire.ReasonBadRequest
	}
	if p.Join != nil {
		g.Join, extra["join"] = *p.Join, p.Join.String()
	}
	if p.MaxMembers != nil {
		extra["max_members"] = float64(*p.MaxMembers)
	}
	modelPatch(&g.MaxMembers, p.MaxMembers, nil, "")
	modelPatch(&g.Name, p.Name, extra, "name")
	modelPatch(&g.Announcement, p.Announcement, extra, "announcement")
	modelPatch(&g.OldHistory, p.OldHistory, extra, "old_history")
	modelPatch(&g.Muted, p.Muted, extra, "muted")
	c.tell(w, by, extra)
	return *g, ""
}

// modelPatch changes a field where there is a change, and notes it.
func modelPatch[T any](field *T, to *T, extra map[string]any, key string) {
	if to == nil {
		return
	}
	*field = *to
	if extra != nil {
		extra[key] = *to
	}
}

func (r *modelRun) drawDissolve() modelOp {
	by, group := r.inGroup()
	return modelOp{
		what: fmt.Sprintf("%s dissolves %s", by, group),
		do:   func(s *modelSite) (any, error) { return nil, s.DissolveGroup(modelCtx, by, group) },
		rules: func(w *modelWorld) (any, string) {
			c, reason := w.allowed(by, group, chat.RoleOwner)
			if reason != "" {
				return nil, reason
			}
			c.tell(w, by, modelGroupEvent(wire.GroupDissolved, ""))
			c.group.dissolved = true
			for _, u := range c.names() {
				c.leave(u)
			}
			return nil, ""
		},
	}
}
