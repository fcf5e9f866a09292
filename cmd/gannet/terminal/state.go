package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gannet/codec/wire"
)

// fadeAfter is how long somebody counts as typing.
const fadeAfter = 6 * time.Second

// fade lets go of what has become old.
func (s *session) fade() {
	for user, at := range s.typing {
		if time.Since(at) > fadeAfter {
			delete(s.typing, user)
		}
	}
}

// showState brings the prompt and the line above it up to date.
func (s *session) showState() {
	prompt := "› "
	if s.open != nil {
		prompt = clip(s.open.title(), s.editor.width/3) + " › "
	}
	s.editor.setPrompt(s.style.bold(prompt))
	text := clip(strings.Join(s.state(time.Now()), " · "), s.editor.width-1)
	if !s.offline.IsZero() {
		s.editor.setStatus(s.style.fault(text))
		return
	}
	s.editor.setStatus(s.style.faint(text))
}

// state says, most pressing first, how things are. There is always something.
func (s *session) state(now time.Time) (list []string) {
	if !s.offline.IsZero() {
		list = append(list, fmt.Sprintf("no connection for %s, trying again", now.Sub(s.offline).Round(time.Second)))
	}
	if n := len(s.outbox); n > 0 {
		list = append(list, fmt.Sprintf("%d unsent", n))
	}
	if s.open != nil {
		list = append(list, s.about(s.open, now)...)
	}
	if text := s.unreadElsewhere(); text != "" {
		list = append(list, text)
	}
	if len(list) == 0 {
		list = append(list, "connected as "+inertLine(s.me))
	}
	return list
}

// about says how the open conversation is: who types or is there, and who has what
// the user said last.
func (s *session) about(c *conversation, now time.Time) (list []string) {
	if typing := s.typingNow(); typing != "" {
		list = append(list, typing)
	} else if there := s.there(c.peer(), now); there != "" {
		list = append(list, there)
	}
	if c.own == 0 || c.view == nil || len(s.outbox) > 0 {
		return list
	}
	switch n := c.readBy(c.own); {
	case c.conv.Kind == wire.Single && c.peerRead >= c.own:
		list = append(list, fmt.Sprintf("✓✓ #%d read", c.own))
	case c.conv.Kind == wire.Single && c.peerAck >= c.own:
		list = append(list, fmt.Sprintf("✓✓ #%d received", c.own))
	case n > 0:
		list = append(list, fmt.Sprintf("✓✓ #%d read by %d", c.own, n))
	default:
		list = append(list, fmt.Sprintf("✓ #%d sent", c.own))
	}
	return list
}

func (s *session) typingNow() string {
	users := make([]string, 0, len(s.typing))
	for user := range s.typing {
		users = append(users, inertLine(user))
	}
	slices.Sort(users)
	switch len(users) {
	case 0:
		return ""
	case 1:
		return users[0] + " is typing…"
	case 2, 3:
		return strings.Join(users, ", ") + " are typing…"
	}
	return fmt.Sprintf("%d are typing…", len(users))
}

// there says whether a user is online, if that is known.
func (s *session) there(user string, now time.Time) string {
	online, known := s.online[user]
	name := inertLine(user)
	switch at := s.seen[user]; {
	case !known || user == "":
		return ""
	case online:
		return name + " online"
	case at > 0:
		return name + " last seen " + when(at, now)
	}
	return name + " offline"
}

// unreadElsewhere names the conversations where something is unread.
func (s *session) unreadElsewhere() string {
	total, names := uint64(0), []string(nil)
	for _, c := range s.convs {
		if c != s.open && c.unread > 0 && !c.muted {
			total += c.unread
			names = append(names, fmt.Sprintf("%s %d", c.title(), c.unread))
		}
	}
	slices.Sort(names)
	if total == 0 {
		return ""
	}
	return fmt.Sprintf("%d unread: %s", total, strings.Join(names, ", "))
}
