package terminal

import (
	"cmp"
	"slices"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// conversation is what a session knows of one.
type conversation struct {
	id     string
	conv   wire.Conv
	me     string
	name   string // of a group
	last   uint64 // the last place that was counted
	read   uint64 // read up to here, as the server was told
	unread uint64
	muted  bool

	peerRead, peerAck uint64            // single: how far the other has read and received
	readers           map[string]uint64 // how far others have read, as was heard
	own               uint64            // the last message of the user's own
	members           []string          // of a group, once they were asked for

	view *view // nil until it is opened
}

func newConversation(id, me string) *conversation {
	conv, _ := wire.ParseConvID(id) // of none Kind is 0, and it is called by its id
	return &conversation{id: id, conv: conv, me: me, readers: make(map[string]uint64)}
}

// peer is the other user of a single conversation, else "".
func (c *conversation) peer() string {
	peer, _ := c.conv.Peer(c.me)
	return peer
}

// title is what a conversation is called here, and how it can be opened: a user's
// id, or #group.
func (c *conversation) title() string {
	switch c.conv.Kind {
	case wire.Single:
		return inertLine(c.peer())
	case wire.Group:
		return "#" + inertLine(c.conv.Group)
	}
	return inertLine(c.id)
}

// longTitle has a group's name beside its id.
func (c *conversation) longTitle() string {
	if c.conv.Kind == wire.Group && c.name != "" && c.name != c.conv.Group {
		return c.title() + " (" + inertLine(c.name) + ")"
	}
	return c.title()
}

// target says where messages go. A user to whom nothing was written yet has no
// conversation on the server.
func (c *conversation) target() client.Target {
	switch c.conv.Kind {
	case wire.Single:
		return client.Target{To: c.peer()}
	case wire.Group:
		return client.Target{GroupID: c.conv.Group}
	}
	return client.Target{ConvID: c.id}
}

// take takes over what the server's list says.
func (c *conversation) take(l *client.Conversation) {
	c.name, c.muted = l.Name, l.Muted
	c.peerRead, c.peerAck = max(c.peerRead, l.PeerReadSeq), max(c.peerAck, l.PeerAckSeq)
	if l.LastSeq >= c.last { // else the list is older than what came
		c.last, c.unread = l.LastSeq, l.Unread
	}
	c.read = max(c.read, l.ReadSeq)
}

// heard notes how far a user has read.
func (c *conversation) heard(user string, seq uint64) {
	switch user {
	case c.me:
		c.read = max(c.read, seq)
		if seq >= c.last {
			c.unread = 0
		}
	case c.peer():
		c.peerRead = max(c.peerRead, seq)
	default:
		c.readers[user] = max(c.readers[user], seq)
	}
}

// readBy is how many others have read the message at seq.
func (c *conversation) readBy(seq uint64) (n int) {
	for _, read := range c.readers {
		if read >= seq {
			n++
		}
	}
	return n
}

// ends reports whether after an entry a group isn't the user's any more.
func (c *conversation) ends(it item) bool {
	if it.event == nil || it.event.Group == nil {
		return false
	}
	switch e := it.event.Group; e.Event {
	case wire.GroupDissolved:
		return true
	case wire.GroupLeft, wire.GroupKicked, wire.GroupBanned:
		return slices.Contains(e.Users, c.me)
	}
	return false
}

// item is an entry of a conversation's log: a message or an event.
type item struct {
	place uint64
	chat  *client.Chat
	event *client.Event
}

// itemOf returns an event as an item. One without a place has 0.
func itemOf(e *client.Event) (conv string, it item) {
	switch {
	case e.Group != nil:
		return e.Group.ConvID, item{e.Group.Seq, nil, e}
	case e.Session != nil:
		return e.Session.ConvID, item{e.Session.Seq, nil, e}
	case e.Recall != nil:
		return e.Recall.ConvID, item{e.Recall.EventSeq, nil, e}
	case e.Edit != nil:
		return e.Edit.ConvID, item{e.Edit.EventSeq, nil, e}
	case e.Reaction != nil:
		return e.Reaction.ConvID, item{e.Reaction.EventSeq, nil, e}
	}
	return "", item{}
}

// items returns the entries of a page by rising place.
func items(p *client.Page) []item {
	list := make([]item, 0, len(p.Messages)+len(p.Events))
	for i := range p.Messages {
		list = append(list, item{place: p.Messages[i].Seq, chat: &p.Messages[i]})
	}
	for i := range p.Events {
		_, it := itemOf(&p.Events[i])
		list = append(list, it)
	}
	slices.SortStableFunc(list, func(a, b item) int { return cmp.Compare(a.place, b.place) })
	return list
}
