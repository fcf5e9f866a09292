package terminal

import (
	"errors"
	"fmt"
	"time"

	"gannet/codec"
	"gannet/codec/client"
	"gannet/codec/wire"
)

// receive hands over what comes until the client is over.
func (s *session) receive() {
	for {
		m, err := s.client.Receive(s.ctx)
		if err != nil {
			s.tasks.add(func() { s.over(goodbye(err)) })
			return
		}
		s.tasks.add(func() { s.came(m.ConvID, item{place: m.Seq, chat: m}) })
	}
}

// goodbye says why the server ended a login for good.
func goodbye(err error) error {
	if fault, ok := errors.AsType[*codec.CloseError](err); ok {
		switch fault.Code {
		case codec.CloseAuth:
			return errors.New("the login isn't good any more: the token has run out or was revoked")
		case codec.CloseKicked:
			return errors.New("an operator has closed this connection")
		}
	}
	return fmt.Errorf("the server ended it: %w", err)
}

// onEvent hears of everything but messages, from the client's goroutines.
func (s *session) onEvent(e client.Event) { s.tasks.add(func() { s.event(&e) }) }

func (s *session) event(e *client.Event) {
	if conv, it := itemOf(e); it.place > 0 {
		s.came(conv, it)
		return
	}
	switch e.Kind {
	case client.Connected:
		s.connected()
	case client.Disconnected:
		s.offline = time.Now()
	case client.Shutdown:
		s.say("the server is being restarted")
	case client.GroupChanged:
		s.editor.print(s.renderer().event(e, nil)...)
	case client.MessagesRead:
		s.conversation(e.Read.ConvID).heard(e.Read.User, e.Read.Seq)
	case client.UserTyping:
		if s.open != nil && e.Typing.ConvID == s.open.id {
			s.typing[e.Typing.From] = time.Now()
		}
	case client.PresenceChanged:
		s.present(*e.Presence)
	case client.ConversationGone:
		s.gone(e.ConvID)
	}
}

// connected is for a connection after a break: what was missed comes by itself, but
// for what is said in no log.
func (s *session) connected() {
	if s.offline.IsZero() {
		return
	}
	s.say("connected again after %s", max(time.Since(s.offline), time.Second).Round(time.Second))
	s.offline = time.Time{}
	s.loadList(func() {})
	if s.open != nil {
		s.catchUp(s.open)
	}
}

func (s *session) present(p client.Presence) {
	for user, online := range p.Online {
		if was, known := s.online[user]; known && was != online && s.open != nil && s.open.peer() == user && !online {
			delete(s.typing, user)
		}
		s.online[user] = online
		if at, known := p.LastSeen[user]; known {
			s.seen[user] = at
		} else if !online {
			s.seen[user] = time.Now().UnixMilli()
		}
	}
}

func (s *session) gone(id string) {
	c := s.convs[id]
	if c == nil {
		return
	}
	delete(s.convs, id)
	s.say("you are no member of %s any more", c.longTitle())
	if s.open == c {
		s.open = nil
	}
}

// conversation returns what is known of a conversation, even if that is nothing.
func (s *session) conversation(id string) *conversation {
	c := s.convs[id]
	if c == nil {
		c = newConversation(id, s.me)
		s.convs[id] = c
	}
	return c
}

// came takes in an entry of a log.
func (s *session) came(id string, it item) {
	if !s.ready {
		s.early = append(s.early, early{id, it})
		return
	}
	c := s.conversation(id)
	s.learn(c, it)
	if c.view != nil {
		due := c.view.offer(it)
		if c == s.open {
			s.show(c, due)
			s.mend(c)
		}
	}
	s.countIn(c, it)
	if c.ends(it) {
		s.gone(id)
	}
}

// learn takes over what an entry tells of its conversation.
func (s *session) learn(c *conversation, it item) {
	switch {
	case it.chat != nil:
		delete(s.typing, it.chat.From)
		if it.chat.From == s.me {
			c.own = max(c.own, it.chat.Seq)
		}
	case it.event.Group != nil:
		c.members = nil
		c.rename(it.event.Group)
	}
}

// countIn counts an entry that is new, and tells of it where it isn't shown.
func (s *session) countIn(c *conversation, it item) {
	if it.place <= c.last {
		return
	}
	c.last = it.place
	switch {
	case it.chat == nil:
		s.announceEvent(c, it.event)
	case it.chat.From == s.me:
		c.unread, c.read = 0, max(c.read, it.place) // who sends has read
	default:
		c.unread++
		s.announce(c, it.chat)
	}
	s.markRead()
}

// announce tells in one line of a message in a conversation that isn't open.
func (s *session) announce(c *conversation, m *client.Chat) {
	r := s.renderer()
	if c == s.open || c.muted && !r.calls(m) {
		return
	}
	text := fmt.Sprintf("%s %s", clock(m.Time), c.title())
	if c.conv.Kind != wire.Single {
		text += " " + plainWho(m.From, s.me)
	}
	tail := fmt.Sprintf(" (%d unread, /o %s)", c.unread, c.title())
	text = "» " + text + ": " + inertLine(bodyOf(m))
	s.editor.print(s.style.bold(clip(text, s.editor.width-columns(tail))) + s.style.faint(tail))
}

// announceEvent tells of what happened to the user's place in a group that isn't
// open.
func (s *session) announceEvent(c *conversation, e *client.Event) {
	if c == s.open || e.Group == nil || e.Group.By == s.me {
		return
	}
	switch e.Group.Event {
	case wire.GroupCreated, wire.GroupJoined, wire.GroupKicked, wire.GroupBanned, wire.GroupDissolved:
		text := fmt.Sprintf("» %s %s: %s", clock(e.Group.Time), c.longTitle(), s.renderer().group(e.Group))
		s.editor.print(s.style.faint(clip(text, s.editor.width)))
	}
}

// readIdle is how long after a key the user counts as looking.
const readIdle = 2 * time.Minute

// markRead tells the server that the open conversation is read as far as it was
// shown, if somebody seems to look at it.
func (s *session) markRead() {
	c := s.open
	if c == nil || c.view == nil || c.view.shown <= c.read || time.Since(s.pressed) > readIdle {
		return
	}
	s.read(c)
}

// read marks a conversation as read, as far as it was shown or, if it wasn't, came.
func (s *session) read(c *conversation) {
	seq := c.last
	if c.view != nil && c.view.loaded {
		seq = c.view.shown
	}
	if seq == 0 {
		return
	}
	c.read, c.unread = max(c.read, seq), 0
	go func() {
		_ = s.client.Read(s.ctx, c.id, seq) // a refusal says that it isn't theirs any more: that is told elsewhere
	}()
}
