package chat_test

import (
	"maps"
	"slices"

	"gannet/engine/internal/chat"
)

// modelWorld is everything there is, as the rules say it.
type modelWorld struct {
	now    int64 // Unix milliseconds
	convs  map[string]*modelConv
	blocks map[[2]string]int64     // who, whom → since when
	sent   map[[2]string]modelSend // sender, cid → what was sent, and where it is
	lastID uint64                  // the highest id that anybody was told of
}

// modelConv is a conversation.
type modelConv struct {
	id    string
	users [2]string   // of a single one
	group *modelGroup // of a group
	log   []modelEntry
	seats map[string]*modelSeat
}

// modelGroup is a group and who is in it.
type modelGroup struct {
	chat.Group
	dissolved bool
	called    uint64 // seq of the last message that called everybody
	entered   uint64 // seq from which the last one sees the log who came to see only a part
	members   map[string]chat.Member
	requests  map[string]chat.JoinRequest
	bans      map[string]chat.Listed
}

// modelEntry is a message or an event of a log. Its seq is its place there.
type modelEntry struct {
	id      uint64 // 0: nobody was told of it yet
	time    int64
	from    string
	event   string // its word; "" of a message
	about   uint64 // seq of the message that an event is about
	content string // JSON; "": none
	kind    string // content type
	extra   map[string]any
	expires int64

	edited, recalled bool
	edit             uint64 // seq of the last edit's event
	reactions        map[[2]string]int64
}

// modelSeat is a user's place in a conversation.
type modelSeat struct {
	in                  bool
	join, cleared, read uint64
	mention, hidden     uint64
	ack, sent           modelMark
	pinned              int64
	quiet               bool  // does not want to be disturbed
	muted               int64 // until then, of who has left a group
}

// modelMark is a cursor that is written a moment after it moved: a leave before
// that takes the move back.
type modelMark struct{ written, moved uint64 }

func (m *modelMark) move(to uint64) { m.moved = max(m.moved, to) }

func (m *modelMark) write(to uint64) {
	m.written = max(m.written, to)
	m.moved = max(m.moved, m.written)
}

// modelSend is a send that has a cid.
type modelSend struct {
	modelMessage
	conv string
	seq  uint64
}

func newModelWorld() *modelWorld {
	return &modelWorld{
		convs: map[string]*modelConv{}, blocks: map[[2]string]int64{}, sent: map[[2]string]modelSend{},
	}
}

// clone copies the world, so that it can be left behind.
func (w *modelWorld) clone() *modelWorld {
	c := *w
	c.convs, c.blocks, c.sent = make(map[string]*modelConv, len(w.convs)), maps.Clone(w.blocks), maps.Clone(w.sent)
	for id, conv := range w.convs {
		c.convs[id] = conv.clone()
	}
	return &c
}

func (c *modelConv) clone() *modelConv {
	n := *c
	n.log, n.seats = slices.Clone(c.log), make(map[string]*modelSeat, len(c.seats))
	for i := range n.log {
		n.log[i].reactions = maps.Clone(n.log[i].reactions)
	}
	for user, s := range c.seats {
		seat := *s
		n.seats[user] = &seat
	}
	if c.group != nil {
		g := *c.group
		g.members, g.requests, g.bans = maps.Clone(g.members), maps.Clone(g.requests), maps.Clone(g.bans)
		n.group = &g
	}
	return &n
}

func modelSingleID(a, b string) string { return "single_" + min(a, b) + ":" + max(a, b) }

const modelGroupPrefix = "group_"

// live finds a group that is not dissolved.
func (w *modelWorld) live(group string) *modelConv {
	c := w.convs[modelGroupPrefix+group]
	if c == nil || c.group.dissolved {
		return nil
	}
	return c
}

// member finds a user's membership in a group.
func (c *modelConv) member(user string) (chat.Member, bool) {
	m, ok := c.group.members[user]
	return m, ok
}

func (c *modelConv) last() uint64 { return uint64(len(c.log)) }

func (c *modelConv) at(seq uint64) *modelEntry { return &c.log[seq-1] }

// add appends an entry and returns its seq.
func (c *modelConv) add(e modelEntry) uint64 {
	c.log = append(c.log, e)
	return c.last()
}

// seat finds a user's place in a conversation that is theirs now.
func (c *modelConv) seat(user string) (*modelSeat, bool) {
	s := c.seats[user]
	return s, s != nil && s.in
}

// place is a user's place, be it one of who was never there.
func (c *modelConv) place(user string) *modelSeat {
	if c.seats[user] == nil {
		c.seats[user] = &modelSeat{}
	}
	return c.seats[user]
}

// floor is the seq above which a user sees the log.
func (s *modelSeat) floor() uint64 { return max(s.join-1, s.cleared) }

// find finds an entry that a user may see by its id.
func (w *modelWorld) find(user string, id uint64) (*modelConv, uint64) {
	c, seq := w.place(id)
	if c == nil {
		return nil, 0
	}
	s, ok := c.seat(user)
	if !ok || seq <= s.floor() {
		return nil, 0
	}
	return c, seq
}

// place finds an entry by its id.
func (w *modelWorld) place(id uint64) (*modelConv, uint64) {
	for _, c := range w.convs {
		for i := range c.log {
			if id != 0 && c.log[i].id == id {
				return c, uint64(i + 1)
			}
		}
	}
	return nil, 0
}

// settle is what a second or two do, or a connection of a user: cursors that moved
// are written, but not of those who have left meanwhile.
func (w *modelWorld) settle(users ...string) {
	for _, c := range w.convs {
		for _, user := range users {
			if s, in := c.seat(user); in {
				s.ack.write(s.ack.moved)
				s.sent.write(s.sent.moved)
			}
			if s := c.seats[user]; s != nil {
				s.forget()
			}
		}
	}
}

// forget is what a crash does: what was acknowledged and not written never was.
// What one wrote oneself is in the log.
func (w *modelWorld) forget() {
	for _, c := range w.convs {
		for _, s := range c.seats {
			s.sent.write(s.sent.moved)
			s.forget()
		}
	}
}

func (s *modelSeat) forget() { s.ack.moved, s.sent.moved = s.ack.written, s.sent.written }

// expired reports whether an entry has outlived its time.
func (w *modelWorld) expired(e *modelEntry) bool { return e.expires != 0 && e.expires <= w.now }

// groupsOf counts the groups that a user is in.
func (w *modelWorld) groupsOf(user string) (n int) {
	for _, c := range w.convs {
		if _, in := c.seat(user); in && c.group != nil {
			n++
		}
	}
	return n
}
