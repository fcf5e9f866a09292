package chat_test

import (
	"fmt"
	"strconv"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func (r *modelRun) drawRecall() modelOp {
	user, id := r.entry()
	if c, _ := r.world.place(id); c != nil && c.group != nil && rapid.IntRange(0, 1).Draw(r.t, "by an actor") == 0 {
		user = r.actor(c.group.ID)
	}
	return modelOp{
		what:  fmt.Sprintf("%s recalls %d", user, id),
		do:    func(s *modelSite) (any, error) { return nil, s.Recall(modelCtx, user, id) },
		rules: func(w *modelWorld) (any, string) { return nil, w.recall(user, id) },
	}
}

// drawEdit gives a message another content, seldom the one it has.
func (r *modelRun) drawEdit() modelOp {
	user, id := r.entry()
	content, kind := r.text(), rapid.SampledFrom([]string{"", "text", "image"}).Draw(r.t, "content type")
	if c, seq := r.world.place(id); c != nil && c.at(seq).content != "" && r.seldom("same") {
		content, kind = c.at(seq).content, c.at(seq).kind
	}
	req := &wire.Request{Verb: wire.VerbEdit, ID: id, Content: []byte(content), ContentType: kind}
	if kind == "text" {
		kind = ""
	}
	return modelOp{
		what:  fmt.Sprintf("%s edits %d: %s %s", user, id, content, kind),
		do:    func(s *modelSite) (any, error) { return nil, s.Edit(modelCtx, user, req) },
		rules: func(w *modelWorld) (any, string) { return nil, w.edit(user, id, content, kind) },
	}
}

func (r *modelRun) drawReact() modelOp {
	user, id := r.entryFor()
	emoji, remove := rapid.SampledFrom([]string{"+1", "o k"}).Draw(r.t, "emoji"), rapid.Bool().Draw(r.t, "remove")
	req := &wire.Request{Verb: wire.VerbReact, ID: id, Emoji: emoji, Remove: remove}
	return modelOp{
		what:  fmt.Sprintf("%s reacts to %d: %s, remove %t", user, id, emoji, remove),
		do:    func(s *modelSite) (any, error) { return nil, s.React(modelCtx, user, req) },
		rules: func(w *modelWorld) (any, string) { return nil, w.react(user, id, emoji, remove) },
	}
}

// message finds a message that a user may see by its id.
func (w *modelWorld) message(user string, id uint64) (c *modelConv, seq uint64, e *modelEntry) {
	if c, seq = w.find(user, id); c == nil || c.at(seq).event != "" {
		return nil, 0, nil
	}
	return c, seq, c.at(seq)
}

func (w *modelWorld) recall(user string, id uint64) string {
	c, seq, e := w.message(user, id)
	if e == nil {
		return wire.ReasonNotFound
	}
	rules := false
	if c.group != nil {
		m, _ := c.member(user)
		rules = m.Role >= chat.RoleAdmin
	}
	switch {
	case e.from != user && !rules:
		return wire.ReasonNotFound
	case e.recalled:
		return ""
	case w.now-e.time > modelWindow.Milliseconds() && !rules:
		return wire.ReasonRecallExpired
	}
	e.recalled, e.edited, e.content, e.kind, e.extra, e.reactions = true, false, "", "", nil, nil
	if e.edit != 0 {
		c.at(e.edit).content = ""
	}
	c.add(modelEntry{event: wire.EventRecall, from: user, about: seq, time: w.now, extra: modelAbout(id)})
	return ""
}

// modelAbout is what an event says of the message it is about.
func modelAbout(id uint64) map[string]any { return map[string]any{"id": strconv.FormatUint(id, 10)} }

func (w *modelWorld) edit(user string, id uint64, content, kind string) string {
	c, seq, e := w.message(user, id)
	switch {
	case e == nil || e.from != user || e.recalled || w.expired(e):
		return wire.ReasonNotFound
	case w.now-e.time > modelWindow.Milliseconds():
		return wire.ReasonEditExpired
	}
	if reason := w.mayWrite(c.id, user, false); reason != "" {
		return reason
	}
	if e.content == content && e.kind == kind {
		return ""
	}
	if e.edit != 0 {
		c.at(e.edit).content = ""
	}
	e.content, e.kind, e.edited, e.edit = content, kind, true, c.last()+1
	event := modelEntry{
		event: wire.EventEdit, from: user, about: seq, time: w.now, expires: e.expires, extra: modelAbout(id),
	}
	if c.group == nil || c.group.entered <= seq { // everybody who gets the event sees the message
		event.content = content
		if kind != "" {
			event.extra["content_type"] = kind
		}
	}
	c.add(event)
	return ""
}

func (w *modelWorld) react(user string, id uint64, emoji string, remove bool) string {
	c, seq, e := w.message(user, id)
	if e == nil || e.recalled || w.expired(e) {
		return wire.ReasonNotFound
	}
	if reason := w.mayWrite(c.id, user, false); reason != "" {
		return reason
	}
	key := [2]string{user, emoji}
	if _, on := e.reactions[key]; on != remove {
		return ""
	}
	event := modelEntry{event: wire.EventReaction, from: user, about: seq, time: w.now, extra: modelAbout(id)}
	event.extra["emoji"], event.extra["op"] = emoji, wire.ReactionAdd
	if remove {
		event.extra["op"] = wire.ReactionRemove
		delete(e.reactions, key)
	} else {
		if e.reactions == nil {
			e.reactions = map[[2]string]int64{}
		}
		e.reactions[key] = w.now
	}
	c.add(event)
	return ""
}
