package chat_test

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func (r *modelRun) drawAdd() modelOp {
	by, group := r.inGroup()
	users := rapid.SliceOfN(rapid.SampledFrom(modelUsers), 1, 3).Draw(r.t, "users")
	return modelOp{
		what:  fmt.Sprintf("%s adds %v to %s", by, users, group),
		do:    func(s *modelSite) (any, error) { return s.AddMembers(modelCtx, by, group, users) },
		rules: func(w *modelWorld) (any, string) { return w.addMembers(by, group, users) },
	}
}

func (w *modelWorld) addMembers(by, group string, users []string) (any, string) {
	c, reason := w.allowed(by, group, chat.RoleMember)
	if reason != "" {
		return nil, reason
	}
	m, _ := c.member(by)
	users = modelDistinct(users, "")
	switch {
	case m.Role >= chat.RoleAdmin || c.group.Join == chat.JoinOpen:
		return w.admit(c, by, users)
	case c.group.Join == chat.JoinApproval:
		return w.request(c, by, "", users)
	}
	return nil, wire.ReasonForbidden
}

func (r *modelRun) drawJoin() modelOp {
	by, group, text := r.user(), r.group(), r.name()
	return modelOp{
		what: fmt.Sprintf("%s joins %s", by, group),
		do:   func(s *modelSite) (any, error) { return s.JoinGroup(modelCtx, by, group, text) },
		rules: func(w *modelWorld) (any, string) {
			c := w.live(group)
			if c == nil {
				return nil, wire.ReasonNotFound
			}
			if _, in := c.member(by); in {
				return c.admission(nil, nil, true), ""
			}
			switch c.group.Join {
			case chat.JoinOpen:
				return w.admit(c, by, []string{by})
			case chat.JoinApproval:
				return w.request(c, by, text, []string{by})
			}
			return nil, wire.ReasonNotFound
		},
	}
}

// admission checks what is answered to who brings users in, or comes in.
func (c *modelConv) admission(joined, requested []string, sees bool) func(any) string {
	group := chat.Group{}
	if sees {
		group = c.group.Group
	}
	return func(got any) string {
		a := got.(chat.Admission)
		if a.Group != group || !slices.Equal(a.Joined, joined) || !slices.Equal(a.Requested, requested) {
			return "wrong admission"
		}
		return ""
	}
}

// strangers are those who are no members; it fails where one is banned.
func (c *modelConv) strangers(users []string) (out []string, reason string) {
	for _, u := range users {
		if _, in := c.member(u); in {
			continue
		}
		if _, banned := c.group.bans[u]; banned {
			return nil, wire.ReasonBanned
		}
		out = append(out, u)
	}
	return out, ""
}

// admit takes users in, all or none.
func (w *modelWorld) admit(c *modelConv, by string, users []string) (any, string) {
	users, reason := c.strangers(users)
	switch {
	case reason != "":
		return nil, reason
	case c.group.Members+len(users) > c.group.MaxMembers:
		return nil, wire.ReasonGroupFull
	case w.tooMany(users):
		return nil, wire.ReasonConflict
	}
	for _, u := range users {
		c.enter(w, u, chat.RoleMember)
	}
	switch len(users) {
	case 0:
	case 1:
		c.tell(w, by, modelGroupEvent(wire.GroupJoined, users[0]))
	default:
		extra := modelGroupEvent(wire.GroupJoined, "")
		extra["user_ids"] = modelList(users)
		c.tell(w, by, extra)
	}
	return c.admission(users, nil, true), ""
}

// request notes that users want to come in.
func (w *modelWorld) request(c *modelConv, by, text string, users []string) (any, string) {
	users, reason := c.strangers(users)
	if reason != "" {
		return nil, reason
	}
	for _, u := range users {
		c.group.requests[u] = chat.JoinRequest{User: u, By: by, Text: text, At: w.now}
	}
	_, in := c.member(by)
	return c.admission(nil, users, in), ""
}

func (r *modelRun) drawAnswer() modelOp {
	group := r.groupWhere(func(g *modelGroup) bool { return len(g.requests) > 0 })
	by, user, accept := r.actor(group), r.user(), rapid.Bool().Draw(r.t, "accept")
	if c := r.world.live(group); c != nil && len(c.group.requests) > 0 && !r.seldom("anybody") {
		user = rapid.SampledFrom(slices.Sorted(maps.Keys(c.group.requests))).Draw(r.t, "who waits")
	}
	return modelOp{
		what:  fmt.Sprintf("%s answers %s in %s: %t", by, user, group, accept),
		do:    func(s *modelSite) (any, error) { return nil, s.AnswerRequest(modelCtx, by, group, user, accept) },
		rules: func(w *modelWorld) (any, string) { return nil, w.answer(by, group, user, accept) },
	}
}

func (w *modelWorld) answer(by, group, user string, accept bool) string {
	c, reason := w.allowed(by, group, chat.RoleAdmin)
	if reason != "" {
		return reason
	}
	if _, waits := c.group.requests[user]; !waits {
		return wire.ReasonNotFound
	}
	if !accept {
		delete(c.group.requests, user)
		return ""
	}
	_, reason = w.admit(c, by, []string{user})
	return reason
}

func (r *modelRun) drawLeave() modelOp {
	user, group := r.inGroup()
	return r.removeOp(user, group, user)
}

func (r *modelRun) drawKick() modelOp {
	by, group := r.inGroup()
	return r.removeOp(by, group, r.target(group))
}

func (r *modelRun) removeOp(by, group, user string) modelOp {
	return modelOp{
		what:  fmt.Sprintf("%s removes %s from %s", by, user, group),
		do:    func(s *modelSite) (any, error) { return nil, s.RemoveMember(modelCtx, by, group, user) },
		rules: func(w *modelWorld) (any, string) { return nil, w.remove(by, group, user) },
	}
}

func (w *modelWorld) remove(by, group, user string) string {
	if by != user {
		c, reason := w.outranks(by, group, user)
		if reason == "" {
			c.leave(user)
			c.tell(w, by, modelGroupEvent(wire.GroupKicked, user))
		}
		return reason
	}
	c, reason := w.allowed(by, group, chat.RoleMember)
	switch {
	case reason != "":
		return reason
	case c.group.Owner == user:
		return wire.ReasonForbidden
	}
	c.leave(user)
	c.tell(w, by, modelGroupEvent(wire.GroupLeft, user))
	return ""
}

// outranks says why a user may not act on a member.
func (w *modelWorld) outranks(by, group, user string) (*modelConv, string) {
	c, reason := w.allowed(by, group, chat.RoleAdmin)
	if reason != "" {
		return nil, reason
	}
	actor, _ := c.member(by)
	m, in := c.member(user)
	switch {
	case !in:
		return nil, wire.ReasonNotFound
	case m.Role >= actor.Role:
		return nil, wire.ReasonForbidden
	}
	return c, ""
}

func (r *modelRun) drawRole() modelOp {
	by, group := r.inGroup()
	role := rapid.SampledFrom([]chat.Role{chat.RoleMember, chat.RoleAdmin, chat.RoleAdmin}).Draw(r.t, "role")
	return r.setOp(by, group, r.target(group), chat.MemberPatch{Role: &role})
}

func (r *modelRun) drawMute() modelOp {
	by, group := r.inGroup()
	until := rapid.SampledFrom([]int64{3_600_000, 30_000, 0, -1000}).Draw(r.t, "for")
	if until != 0 {
		until += r.world.now
	}
	return r.setOp(by, group, r.target(group), chat.MemberPatch{MutedUntil: &until})
}

func (r *modelRun) setOp(by, group, user string, p chat.MemberPatch) modelOp {
	return modelOp{
		what:  fmt.Sprintf("%s sets %s in %s: %s", by, user, group, modelJSON(p)),
		do:    func(s *modelSite) (any, error) { return s.SetMember(modelCtx, by, group, user, p) },
		rules: func(w *modelWorld) (any, string) { return w.setMember(by, group, user, p) },
	}
}

func (w *modelWorld) setMember(by, group, user string, p chat.MemberPatch) (any, string) {
	c, reason := w.outranks(by, group, user)
	if reason != "" {
		return nil, reason
	}
	if p.Role != nil && c.group.Owner != by {
		return nil, wire.ReasonForbidden
	}
	m, _ := c.member(user)
	if p.Role != nil && *p.Role != m.Role {
		m.Role = *p.Role
		extra := modelGroupEvent(wire.GroupRole, user)
		extra["role"] = m.Role.String()
		c.tell(w, by, extra)
	}
	until := m.MutedUntil
	if p.MutedUntil != nil {
		until = *p.MutedUntil
		if until <= w.now {
			until = 0
		}
	}
	if until != m.MutedUntil {
		if m.MutedUntil = until; until != 0 {
			extra := modelGroupEvent(wire.GroupMuted, user)
			extra["until"] = float64(m.MutedUntil)
			c.tell(w, by, extra)
		} else {
			c.tell(w, by, modelGroupEvent(wire.GroupUnmuted, user))
		}
	}
	c.group.members[user] = m
	return m, ""
}

func (r *modelRun) drawTransfer() modelOp {
	by, group := r.inGroup()
	to := r.target(group)
	return modelOp{
		what: fmt.Sprintf("%s hands %s over to %s", by, group, to),
		do:   func(s *modelSite) (any, error) { return nil, s.TransferGroup(modelCtx, by, group, to) },
		rules: func(w *modelWorld) (any, string) {
			c, reason := w.allowed(by, group, chat.RoleOwner)
			if reason != "" {
				return nil, reason
			}
			heir, in := c.member(to)
			if !in || to == by {
				return nil, wire.ReasonBadRequest
			}
			old, _ := c.member(by)
			heir.Role, heir.MutedUntil, old.Role = chat.RoleOwner, 0, chat.RoleAdmin
			c.group.members[to], c.group.members[by], c.group.Owner = heir, old, to
			c.tell(w, by, modelGroupEvent(wire.GroupTransferred, to))
			return nil, ""
		},
	}
}

func (r *modelRun) drawBan() modelOp {
	by, group := r.inGroup()
	user := r.target(group)
	if c := r.world.live(group); c != nil && len(c.group.requests) > 0 && rapid.Bool().Draw(r.t, "who waits") {
		user = rapid.SampledFrom(slices.Sorted(maps.Keys(c.group.requests))).Draw(r.t, "user")
	}
	return modelOp{
		what:  fmt.Sprintf("%s bans %s from %s", by, user, group),
		do:    func(s *modelSite) (any, error) { return nil, s.Ban(modelCtx, by, group, user) },
		rules: func(w *modelWorld) (any, string) { return nil, w.ban(by, group, user) },
	}
}

func (w *modelWorld) ban(by, group, user string) string {
	c, reason := w.allowed(by, group, chat.RoleAdmin)
	if reason != "" {
		return reason
	}
	if by == user {
		return wire.ReasonForbidden
	}
	if _, banned := c.group.bans[user]; banned {
		return ""
	}
	if _, in := c.member(user); in {
		if _, reason = w.outranks(by, group, user); reason != "" {
			return reason
		}
		c.leave(user)
	}
	c.tell(w, by, modelGroupEvent(wire.GroupBanned, user))
	c.group.bans[user] = chat.Listed{User: user, By: by, At: w.now}
	delete(c.group.requests, user)
	return ""
}

func (r *modelRun) drawUnban() modelOp {
	group := r.groupWhere(func(g *modelGroup) bool { return len(g.bans) > 0 })
	by, user := r.actor(group), r.user()
	if c := r.world.live(group); c != nil && len(c.group.bans) > 0 && !r.seldom("anybody") {
		user = rapid.SampledFrom(slices.Sorted(maps.Keys(c.group.bans))).Draw(r.t, "who is banned")
	}
	return modelOp{
		what: fmt.Sprintf("%s unbans %s in %s", by, user, group),
		do:   func(s *modelSite) (any, error) { return nil, s.Unban(modelCtx, by, group, user) },
		rules: func(w *modelWorld) (any, string) {
			c, reason := w.allowed(by, group, chat.RoleAdmin)
			if reason != "" {
				return nil, reason
			}
			if _, banned := c.group.bans[user]; !banned {
				return nil, wire.ReasonNotFound
			}
			delete(c.group.bans, user)
			c.tell(w, by, modelGroupEvent(wire.GroupUnbanned, user))
			return nil, ""
		},
	}
}
