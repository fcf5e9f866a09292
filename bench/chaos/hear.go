package chaos

import "gannet/bench/checker"

// hear takes in what the server says.
func (c *client) hear(m *message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.isEntry() {
		c.shown(m)
		return
	}
	switch m.Type {
	case "sent", "ok", "history", "conversations", "error":
		c.hearAnswer(m)
	case "synced":
		c.synced(m)
	case "system", "pong", "read", "group": // a welcome, a shutdown, a receipt, a notice
	default:
		c.rec.find(kindGarbled, m.ConvID, "%s was told %+v", c.user.name, m)
	}
}

// shown takes an entry that was pushed or is part of a sync.
func (c *client) shown(m *message) {
	p := pushed{c.rec.now(), m.entry()}
	conv := c.byID[m.ConvID]
	if conv == nil || c.places[conv] == nil {
		c.rec.find(kindGarbled, m.ConvID, "%s is no member and was sent %+v", c.user.name, m)
		return
	}
	if c.syncing.includes(conv) {
		c.syncing.came[conv] = append(c.syncing.came[conv], p)
	} else {
		c.rec.push(c.user.name, c.conn, m.ConvID, p)
	}
	c.user.see(conv, p.entry.Seq)
	c.places[conv].pushed(p.entry.Seq)
}

func (c *client) hearAnswer(m *message) {
	w := c.waiting[m.CID]
	if m.Type == "error" && w == nil {
		c.syncRefused(m)
		return
	}
	if w == nil {
		c.rec.find(kindGarbled, m.ConvID, "%s was answered what it hadn't asked: %+v", c.user.name, m)
		return
	}
	delete(c.waiting, m.CID)
	verb := w.op.event.Verb
	switch {
	case m.Type == "error":
		c.waiterRefused(w, m)
	case m.Type == "sent" && verb == checker.Send:
		c.rec.ok(w.op, checker.Event{Seq: m.Seq, ID: m.ID})
		c.user.answered(w.send, m.ID, m.Seq)
		c.places[w.conv].has(m.Seq)
	case m.Type == "ok" && verb == checker.Recall:
		c.rec.ok(w.op, checker.Event{Seq: w.op.event.Seq, ID: w.op.event.ID})
	case m.Type == "ok" && verb == checker.Read:
		c.rec.ok(w.op, checker.Event{}) // how far it goes isn't told
		c.user.hasRead(w.conv, w.place, true)
	case m.Type == "history" && verb == checker.History:
		c.rec.ok(w.op, w.page.answer(c.world, c.user.name, m.Messages, m.HasMore))
	case m.Type == "conversations" && w.list != nil:
		c.shows(w.list, m.Conversations, c.at)
	default:
		c.rec.find(kindGarbled, m.ConvID, "%s was answered a %s by %+v", c.user.name, verb, m)
	}
}

// waiterRefused takes a refusal. A send that may be tried again is.
func (c *client) waiterRefused(w *waiter, m *message) {
	if w.list != nil {
		c.refusedList(w.list, m.Reason, m.Msg)
		return
	}
	c.refused(w.op, c.user.name, m.Reason, m.Msg)
	switch w.op.event.Verb {
	case checker.Send:
		c.user.denied(w.send, m.Reason)
	case checker.Read:
		c.user.hasRead(w.conv, 0, true) // it has moved nothing
	}
}

// syncRefused takes the refusal of a sync, or one that names no request.
func (c *client) syncRefused(m *message) {
	s := c.syncing
	if s == nil || m.CID != s.cid {
		c.rec.find(kindRefused, "", "%s was refused something: %+v", c.user.name, m)
		return
	}
	c.syncing, c.behind = nil, c.tracked
	for conv, op := range s.ops {
		c.pushedAll(conv, s.came[conv])
		c.refused(op, c.user.name, m.Reason, m.Msg)
	}
}
