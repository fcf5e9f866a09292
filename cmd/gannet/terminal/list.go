package terminal

import (
	"context"
	"fmt"
	"slices"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// mostListed is how many conversations are asked for.
const mostListed = 1000

// loadList reads the list of conversations, takes over what it says, and then does
// what follows.
func (s *session) loadList(then func()) {
	do(s, s.readList, func(list []client.Conversation) {
		s.listed = s.listed[:0]
		for i := range list {
			s.conversation(list[i].ConvID).take(&list[i])
			s.listed = append(s.listed, list[i].ConvID)
		}
		then()
	})
}

func (s *session) readList(ctx context.Context) (list []client.Conversation, err error) {
	q := client.ConversationsQuery{Limit: wire.MaxConversationsLimit}
	for {
		page, err := s.client.Conversations(ctx, q)
		if err != nil {
			return nil, err
		}
		list = append(list, page.List...)
		if q.Cursor = page.Next; q.Cursor == "" || len(list) >= mostListed {
			return list, nil
		}
	}
}

// begin is what follows the first list: what came before it is looked at, and the
// conversation that the options name is opened.
func (s *session) begin() {
	s.ready = true
	for _, e := range s.early {
		s.came(e.conv, e.item)
	}
	s.early = nil
	if s.o.To != "" || s.o.Group != "" {
		name := "@" + s.o.To
		if s.o.Group != "" {
			name = "#" + s.o.Group
		}
		if err := s.openNamed(name); err != nil {
			s.complain(err)
		}
		return
	}
	s.showList(func(c *conversation) bool { return c.unread > 0 })
	if s.open == nil {
		s.say("/open NAME begins or goes on with a conversation, /list shows yours")
	}
}

// mostShown is how many lines of the list are shown at a time.
const mostShown = 50

// showList shows the conversations that are wanted, with their numbers.
func (s *session) showList(wanted func(*conversation) bool) (n int) {
	for i, id := range s.listed {
		c := s.convs[id]
		if c == nil || !wanted(c) {
			continue
		}
		if n++; n > mostShown {
			s.say("… and more; /open takes their names too")
			break
		}
		s.editor.print(s.listLine(i+1, c))
	}
	return n
}

func (s *session) listLine(number int, c *conversation) string {
	mark := " "
	if c == s.open {
		mark = "›"
	}
	unread := ""
	if c.unread > 0 {
		unread = fmt.Sprintf("%d unread", c.unread)
	}
	head := fmt.Sprintf("%s%3d  ", mark, number)
	name := padded(clip(c.longTitle(), 32), 16)
	tail := "  " + padded(unread, 10)
	if c.muted {
		tail += " muted"
	}
	if c.unread > 0 {
		name = s.style.bold(name)
	}
	return head + name + s.style.faint(tail)
}

// listAll shows the whole list, as it is now.
func (s *session) listAll() {
	s.loadList(func() {
		if s.showList(func(*conversation) bool { return true }) == 0 {
			s.say("you have no conversations yet; /open NAME begins one, /groups create ID makes a group")
		}
	})
}

// titles are the conversations as they can be named, groups with #.
func (s *session) titles() (list []string) {
	for _, c := range s.convs {
		if c.conv.Kind != 0 {
			list = append(list, c.title())
		}
	}
	slices.Sort(list)
	return list
}
