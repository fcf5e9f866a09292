package chat_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// modelMessage is what somebody sends.
type modelMessage struct {
	from, to, group, conv string // to where: one of them
	cid, content, kind    string
	mentions              string // their ids, with spaces between, or "all"
	replyTo, ttl          uint64
	system                bool
	time                  int64
	batch                 bool // by a backend
}

func (r *modelRun) drawSendUser() modelOp {
	m := modelMessage{from: r.user()}
	m.to = r.other(m.from)
	if rapid.Bool().Draw(r.t, "by conversation") {
		m.conv, m.to = modelSingleID(m.from, m.to), ""
		if r.seldom("somebody else's") {
			m.from = r.user()
		}
	}
	return r.drawSend(m)
}

func (r *modelRun) drawSendGroup() modelOp {
	m := modelMessage{}
	m.from, m.group = r.inGroup()
	c := r.world.live(m.group)
	if c != nil && rapid.IntRange(0, 3).Draw(r.t, "who is or was muted") == 0 {
		for _, u := range c.names() {
			if c.group.members[u].MutedUntil != 0 {
				m.from = u
			}
		}
	}
	return r.drawSend(m)
}

// drawSend draws the rest of a message.
func (r *modelRun) drawSend(m modelMessage) modelOp {
	m.content, m.kind = r.text(), rapid.SampledFrom([]string{"", "", "text", "image"}).Draw(r.t, "content type")
	if rapid.Bool().Draw(r.t, "cid") {
		m.cid = fmt.Sprint("c", len(r.texts))
	}
	if rapid.IntRange(0, 2).Draw(r.t, "rare things") == 2 {
		m.mentions = rapid.SampledFrom([]string{"", "all", "ann", "bob cat", "dan eve dan"}).Draw(r.t, "mentions")
		m.ttl = rapid.SampledFrom([]uint64{0, 0, 30}).Draw(r.t, "ttl")
		if rapid.Bool().Draw(r.t, "reply") {
			_, m.replyTo = r.entry()
		}
	}
	return r.sendOp(m)
}

// drawSendFor sends what a backend does: for somebody, also of another time.
func (r *modelRun) drawSendFor() modelOp {
	m := modelMessage{from: r.user(), batch: true, content: r.text()}
	m.system = rapid.Bool().Draw(r.t, "system")
	if rapid.Bool().Draw(r.t, "to a group") {
		m.group = r.group()
	} else {
		m.to = r.other(m.from)
	}
	if rapid.Bool().Draw(r.t, "imported") {
		m.time = r.world.now - 2*modelWindow.Milliseconds()
	}
	return r.sendOp(m)
}

// drawSendAgain sends something again, or something else under its cid.
func (r *modelRun) drawSendAgain() modelOp {
	if len(r.cids) == 0 {
		return r.drawSendGroup()
	}
	m := rapid.SampledFrom(r.cids[max(0, len(r.cids)-5):]).Draw(r.t, "again")
	switch rapid.IntRange(0, 5).Draw(r.t, "changed") {
	case 0:
		m.content = r.text()
	case 1:
		m.to, m.group, m.conv = "", r.group(), ""
	case 2:
		m.kind = "image"
	case 3:
		m.from = r.user() // the cid is another then
	}
	return r.sendOp(m)
}

func (r *modelRun) sendOp(m modelMessage) modelOp {
	if m.cid != "" {
		r.cids = append(r.cids, m)
	}
	return modelOp{
		what: fmt.Sprintf("%+v", m),
		do: func(s *modelSite) (any, error) {
			if m.batch {
				return m.sendFor(s)
			}
			return s.Send(modelCtx, m.from, m.request())
		},
		rules: func(w *modelWorld) (any, string) { return w.send(m) },
	}
}

func (m *modelMessage) request() *wire.Request {
	r := &wire.Request{
		Verb: wire.VerbSend, CID: m.cid, To: m.to, GroupID: m.group, ConvID: m.conv,
		Content: []byte(m.content), ContentType: m.kind, ReplyTo: m.replyTo, TTL: m.ttl,
	}
	if m.mentions == "all" {
		r.MentionAll = true
	} else {
		r.Mentions = m.mentioned()
	}
	return r
}

func (m *modelMessage) sendFor(s *modelSite) (any, error) {
	out, err := s.SendBatch(modelCtx, []chat.Outgoing{{
		From: m.from, To: m.to, GroupID: m.group, ConvID: m.conv, CID: m.cid,
		Content: []byte(m.content), ContentType: m.kind, Time: m.time, System: m.system,
	}})
	if err != nil {
		return nil, err
	}
	return out[0].Sent, out[0].Err
}

// send is the rules of a message.
func (w *modelWorld) send(m modelMessage) (answer any, reason string) {
	convID, reason := m.where()
	if reason != "" {
		return nil, reason
	}
	if m.kind == "text" {
		m.kind = ""
	}
	key := [2]string{m.from, m.cid}
	if first, again := w.sent[key]; again && m.cid != "" {
		if first.conv != convID || !first.same(&m) {
			return nil, wire.ReasonConflict
		}
		return modelSent{w.convs[convID], first.seq}, ""
	}
	if m.replyTo != 0 && m.group == "" && w.convs[convID] == nil {
		return nil, wire.ReasonNotFound
	}
	if reason = w.mayWrite(convID, m.from, m.system); reason != "" {
		return nil, reason
	}
	replied, seq := w.find(m.from, m.replyTo)
	if m.replyTo != 0 && (replied == nil || replied.id != convID) {
		return nil, wire.ReasonNotFound
	}
	c := w.convs[convID]
	if c == nil {
		c = w.newSingle(m.from, m.peer())
	}
	sent := c.append(w, &m, seq)
	if m.cid != "" {
		w.sent[key] = modelSend{m, convID, sent}
	}
	return modelSent{c, sent}, ""
}

func (m *modelMessage) same(o *modelMessage) bool {
	return m.content == o.content && m.kind == o.kind && m.mentions == o.mentions && m.replyTo == o.replyTo && m.ttl == o.ttl
}

// where is the conversation that a message is for, if it may be its sender's.
func (m *modelMessage) where() (convID, reason string) {
	switch {
	case m.group != "":
		return modelGroupPrefix + m.group, ""
	case m.to == m.from:
		return "", wire.ReasonBadRequest
	case m.to != "":
		return modelSingleID(m.from, m.to), ""
	case m.peer() == "":
		return "", wire.ReasonNotFound
	}
	return m.conv, ""
}

// mentioned are those whom a message mentions by id.
func (m *modelMessage) mentioned() []string {
	if m.mentions == "all" {
		return nil
	}
	return modelDistinct(strings.Fields(m.mentions), "")
}

// peer is the other user, "" if there is none.
func (m *modelMessage) peer() string {
	if m.to != "" {
		return m.to
	}
	a, b, _ := strings.Cut(strings.TrimPrefix(m.conv, "single_"), ":")
	switch {
	case a >= b:
		return ""
	case m.from == a:
		return b
	case m.from == b:
		return a
	}
	return ""
}

func (w *modelWorld) newSingle(a, b string) *modelConv {
	c := &modelConv{id: modelSingleID(a, b), users: [2]string{min(a, b), max(a, b)}, seats: map[string]*modelSeat{
		a: {in: true, join: 1}, b: {in: true, join: 1},
	}}
	w.convs[c.id] = c
	return c
}

// mayWrite says why a user may not write to a conversation.
func (w *modelWorld) mayWrite(convID, from string, system bool) string {
	if c := w.convs[convID]; c != nil && c.group != nil {
		return w.mayWriteGroup(c, from, system)
	}
	if convID[:len(modelGroupPrefix)] == modelGroupPrefix {
		return wire.ReasonNotMember
	}
	for _, u := range modelUsers {
		if modelSingleID(from, u) == convID && w.blocks[[2]string{u, from}] != 0 && !system {
			return wire.ReasonBlocked
		}
	}
	return ""
}

func (w *modelWorld) mayWriteGroup(c *modelConv, from string, system bool) string {
	m, in := c.member(from)
	switch {
	case c.group.dissolved:
		return wire.ReasonNotMember
	case system:
		return ""
	case !in:
		return wire.ReasonNotMember
	case m.MutedUntil > w.now, c.group.Muted && m.Role == chat.RoleMember:
		return wire.ReasonMuted
	}
	return ""
}

// append gives a message its place and does what it asks for besides.
func (c *modelConv) append(w *modelWorld, m *modelMessage, repliedSeq uint64) uint64 {
	e := modelEntry{from: m.from, time: w.now, content: m.content, kind: m.kind, extra: map[string]any{}}
	if m.time != 0 {
		e.time = m.time
	}
	if m.ttl != 0 {
		e.expires = w.now + int64(m.ttl)*1000
	}
	if m.mentions == "all" {
		e.extra["mentions"] = "all"
	} else if m.mentions != "" {
		e.extra["mentions"] = modelList(m.mentioned())
	}
	if m.replyTo != 0 {
		e.extra["reply_to"], e.extra["reply_seq"] = strconv.FormatUint(m.replyTo, 10), float64(repliedSeq)
	}
	seq := c.add(e)
	c.call(m, seq)
	c.place(m.from).sent.move(seq)
	return seq
}

// call calls those whom a message mentions.
func (c *modelConv) call(m *modelMessage, seq uint64) {
	switch {
	case m.mentions != "all":
		for _, u := range m.mentioned() {
			if s, ok := c.seat(u); ok {
				s.mention = seq
			}
		}
	case c.group != nil:
		c.group.called = seq
	}
}

// sorted are the conversations in the order of their ids.
func (w *modelWorld) sorted() (convs []*modelConv) {
	for _, id := range slices.Sorted(maps.Keys(w.convs)) {
		convs = append(convs, w.convs[id])
	}
	return convs
}
