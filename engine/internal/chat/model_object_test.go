package chat_test

import (
	"maps"
	"strconv"
	"strings"
)

// object is an entry as everybody who may see it sees it, as JSON is read.
func (c *modelConv) object(w *modelWorld, seq uint64) map[string]any {
	if e := c.at(seq); e.event != "" {
		return c.eventObject(w, e, seq)
	}
	e := c.at(seq)
	o := map[string]any{
		"type": "chat", "id": strconv.FormatUint(e.id, 10), "conv_id": c.id, "seq": float64(seq),
		"from": e.from, "time": float64(e.time), "content": modelContent(e.content),
	}
	if c.group != nil {
		o["group_id"] = c.group.ID
	} else {
		o["to"] = c.peer(e.from)
	}
	if e.expires != 0 {
		o["expires_at"] = float64(e.expires)
	}
	if e.recalled {
		o["content"], o["recalled"] = modelRecallText, true
	}
	if w.expired(e) {
		o["content"], o["expired"] = nil, true
		return o
	}
	if e.kind != "" {
		o["content_type"] = e.kind
	}
	if e.edited {
		o["edited"] = true
	}
	maps.Copy(o, e.extra)
	return o
}

func (c *modelConv) eventObject(w *modelWorld, e *modelEntry, seq uint64) map[string]any {
	o := map[string]any{"type": e.event, "conv_id": c.id, "time": float64(e.time)}
	maps.Copy(o, e.extra)
	if e.about == 0 {
		o["group_id"], o["by"], o["id"], o["seq"] = c.group.ID, e.from, strconv.FormatUint(e.id, 10), float64(seq)
		return o
	}
	o["from"], o["seq"], o["event_seq"] = e.from, float64(e.about), float64(seq)
	if e.content != "" && !w.expired(e) {
		o["content"] = modelContent(e.content)
	}
	return o
}

// modelContent is a content as JSON is read.
func modelContent(content string) any { return strings.Trim(content, `"`) }

func (c *modelConv) peer(user string) string {
	if user == c.users[0] {
		return c.users[1]
	}
	return c.users[0]
}

// shown is the read cursor that a user's list shows.
func (s *modelSeat) shown(last uint64) uint64 {
	return min(last, max(s.floor(), s.read, s.sent.moved))
}

// line is a conversation in a user's list, but for its updated_at.
func (c *modelConv) line(w *modelWorld, user string) map[string]any {
	s, last := c.seats[user], c.last()
	read := s.shown(last)
	o := map[string]any{
		"conv_id": c.id, "last_seq": float64(last), "read_seq": float64(read),
		"ack_seq": float64(s.ack.moved), "cleared_seq": float64(s.cleared), "unread": float64(c.unread(read)),
		"mentioned": c.calls(w, s.mention, read), "pinned": s.pinned > 0, "muted": s.quiet, "last_message": nil,
	}
	if seq := c.lastMessage(s.floor()); seq > 0 {
		o["last_message"] = c.object(w, seq)
	}
	if c.group != nil {
		o["kind"], o["group_id"], o["name"] = "group", c.group.ID, c.group.Name
		o["mentioned"] = c.calls(w, s.mention, read) || c.calls(w, c.group.called, read)
		return o
	}
	peer := c.seats[c.peer(user)]
	o["kind"], o["peer"] = "single", c.peer(user)
	o["peer_read_seq"], o["peer_ack_seq"] = float64(peer.read), float64(max(peer.read, peer.ack.written))
	return o
}

// calls reports whether a message is unread and still there to call somebody.
func (c *modelConv) calls(w *modelWorld, seq, read uint64) bool {
	return seq > read && !c.at(seq).gone(w)
}

// unread counts the messages above a seq.
func (c *modelConv) unread(read uint64) (n int) {
	for seq := read + 1; seq <= c.last(); seq++ {
		if c.at(seq).event == "" {
			n++
		}
	}
	return n
}

// modelLookBack is how many entries from the end a list looks at for the last
// message; a few more may be.
const modelLookBack = 64

func (c *modelConv) lastMessage(floor uint64) uint64 {
	for seq := c.last(); seq > floor && c.last()-seq < modelLookBack; seq-- {
		if c.at(seq).event == "" {
			return seq
		}
	}
	return 0
}

// listed are the conversations of a user's list, in its order.
func (w *modelWorld) listed(user string) (convs []*modelConv) {
	for _, c := range w.sorted() {
		if s, in := c.seat(user); in && (s.hidden == 0 || s.hidden < c.last()) {
			convs = append(convs, c)
		}
	}
	return convs
}
