package chat_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"gannet/engine/internal/chat"
)

var (
	modelUsers  = []string{"ann", "bob", "cat", "dan", "eve"}
	modelGroups = []string{"g1", "g2", "g3", "g4"}
)

// modelOps are the operations that one user asks for at a time, by name.
var modelOps = map[string]func(*modelRun) modelOp{
	"send to user": (*modelRun).drawSendUser, "send to group": (*modelRun).drawSendGroup,
	"send again": (*modelRun).drawSendAgain, "send for": (*modelRun).drawSendFor,
	"read": (*modelRun).drawRead, "read ids": (*modelRun).drawReadIDs,
	"ack": (*modelRun).drawAck, "ack ids": (*modelRun).drawAckIDs,
	"page": (*modelRun).drawPage, "readers": (*modelRun).drawReaders,
	"recall": (*modelRun).drawRecall, "edit": (*modelRun).drawEdit, "react": (*modelRun).drawReact,
	"clear": (*modelRun).drawClear, "settings": (*modelRun).drawSettings,
	"block": (*modelRun).drawBlock, "unblock": (*modelRun).drawUnblock,
	"send to group 2": (*modelRun).drawSendGroup, "mute 2": (*modelRun).drawMute, "edit 2": (*modelRun).drawEdit,
	"create": (*modelRun).drawCreate, "update": (*modelRun).drawUpdate, "dissolve": (*modelRun).drawDissolve,
	"add": (*modelRun).drawAdd, "join": (*modelRun).drawJoin, "answer": (*modelRun).drawAnswer,
	"leave": (*modelRun).drawLeave, "kick": (*modelRun).drawKick,
	"role": (*modelRun).drawRole, "mute": (*modelRun).drawMute, "transfer": (*modelRun).drawTransfer,
	"ban": (*modelRun).drawBan, "unban": (*modelRun).drawUnban,
}

// begin makes a few groups and messages, so that there is something to talk of.
func (r *modelRun) begin() {
	r.world.now = time.Now().UnixMilli()
	r.one(r.createOp("ann", chat.NewGroup{ID: "g1", Members: []string{"bob", "cat"}, Join: chat.JoinOpen}))
	r.one(r.createOp("bob", chat.NewGroup{ID: "g2", Members: []string{"dan"}, Join: chat.JoinApproval, OldHistory: true}))
	r.one(r.setOp("ann", "g1", "bob", chat.MemberPatch{Role: new(chat.RoleAdmin)}))
	for _, m := range []modelMessage{{from: "ann", to: "bob"}, {from: "cat", group: "g1"}, {from: "dan", group: "g2"}} {
		m.content, m.cid = r.text(), fmt.Sprint("c", len(r.texts))
		r.one(r.sendOp(m))
	}
}

// modelAtOnce are those that the log's writer alone decides: several of them in
// one batch have the effect of one after the other.
var modelAtOnce = []string{
	"send to user", "send to group", "send to group", "send again", "send for", "recall", "edit", "react",
	"clear", "settings", "block", "unblock", "create", "update", "add", "join", "answer", "leave", "kick",
	"role", "mute", "transfer", "ban", "unban",
}

func (r *modelRun) user() string {
	if r.focusUser != "" && rapid.Bool().Draw(r.t, "focus") {
		return r.focusUser
	}
	return rapid.SampledFrom(modelUsers).Draw(r.t, "user")
}

// other is any user, seldom the same.
func (r *modelRun) other(user string) string {
	if r.seldom("oneself") {
		return user
	}
	rest := slices.DeleteFunc(slices.Clone(modelUsers), func(u string) bool { return u == user })
	return rapid.SampledFrom(rest).Draw(r.t, "other")
}

func (r *modelRun) seldom(what string) bool { return rapid.IntRange(0, 9).Draw(r.t, what) == 9 }

// group is a group's id, mostly of one that is there.
func (r *modelRun) group() string {
	if r.focusGroup != "" && !r.seldom("any group") {
		return r.focusGroup
	}
	if r.seldom("any group") {
		return rapid.SampledFrom(modelGroups).Draw(r.t, "group")
	}
	var live []string
	for _, g := range modelGroups {
		if r.world.live(g) != nil {
			live = append(live, g)
		}
	}
	if live == nil {
		live = modelGroups[:1]
	}
	return rapid.SampledFrom(live).Draw(r.t, "group")
}

// groupWhere is a group of which something is true, if there is one.
func (r *modelRun) groupWhere(is func(*modelGroup) bool) string {
	var fit []string
	for _, g := range modelGroups {
		if c := r.world.live(g); c != nil && is(c.group) {
			fit = append(fit, g)
		}
	}
	if fit == nil || r.seldom("any group") {
		return r.group()
	}
	return rapid.SampledFrom(fit).Draw(r.t, "group")
}

// inGroup is a group and an actor.
func (r *modelRun) inGroup() (user, group string) {
	group = r.group()
	return r.actor(group), group
}

// actor is mostly a member of a group, mostly one who may do things.
func (r *modelRun) actor(group string) string {
	c := r.world.live(group)
	if c == nil || r.focusUser != "" || r.seldom("anybody") {
		return r.user()
	}
	if rapid.Bool().Draw(r.t, "owner") {
		return c.group.Owner
	}
	return rapid.SampledFrom(c.names()).Draw(r.t, "member")
}

// target is mostly a member of a group.
func (r *modelRun) target(group string) string {
	c := r.world.live(group)
	if c == nil || r.seldom("anybody") {
		return r.user()
	}
	return rapid.SampledFrom(c.names()).Draw(r.t, "target")
}

// names are the members in the order of their ids.
func (c *modelConv) names() (names []string) {
	for _, u := range modelUsers {
		if _, ok := c.group.members[u]; ok {
			names = append(names, u)
		}
	}
	return names
}

// entry is the id of an entry, mostly of a late message, and mostly its sender.
func (r *modelRun) entry() (sender string, id uint64) {
	messages := rapid.IntRange(0, 3).Draw(r.t, "any entry") < 3
	ids, senders := []uint64{12345}, []string{r.user()}
	for _, c := range r.world.sorted() {
		for i := range c.log {
			if e := &c.log[i]; e.id != 0 && (e.event == "" || !messages) {
				ids, senders = append(ids, e.id), append(senders, e.from)
			}
		}
	}
	if n := len(ids); n > 20 {
		ids, senders = ids[n-20:], senders[n-20:]
	}
	i := len(ids) - 1 - rapid.IntRange(0, len(ids)-1).Draw(r.t, "which")
	if r.seldom("not the sender") {
		return r.user(), ids[i]
	}
	return senders[i], ids[i]
}

// entryFor is the id of an entry and mostly somebody who has its conversation.
func (r *modelRun) entryFor() (user string, id uint64) {
	_, id = r.entry()
	c, _ := r.world.place(id)
	if c == nil || r.seldom("anybody") {
		return r.user(), id
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(c.seats))).Draw(r.t, "who has it"), id
}

// convID is the id of a conversation, mostly one of the user's.
func (r *modelRun) convID(user string) string {
	var own, all []string
	for _, c := range r.world.sorted() {
		all = append(all, c.id)
		if _, in := c.seat(user); in {
			own = append(own, c.id)
		}
	}
	if own == nil || r.seldom("any conversation") {
		own = append(all, "single_ann:nobody", "group_none")
	}
	return rapid.SampledFrom(own).Draw(r.t, "conversation")
}

// seq is a seq of a conversation, seldom one beyond its end.
func (r *modelRun) seq(convID string) uint64 {
	last := uint64(1)
	if c := r.world.convs[convID]; c != nil {
		last = c.last()
	}
	return last + 1 - min(last, uint64(rapid.IntRange(0, int(last)).Draw(r.t, "before the end")))
}

// text is a content that is written for the first time.
func (r *modelRun) text() string {
	text := fmt.Sprintf(`"text %d."`, len(r.texts))
	r.texts = append(r.texts, text)
	return text
}

func (r *modelRun) flag(what string) *bool {
	switch rapid.IntRange(0, 2).Draw(r.t, what) {
	case 1:
		return new(true)
	case 2:
		return new(false)
	}
	return nil
}
