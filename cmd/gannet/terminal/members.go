package terminal

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// member is one of a group's.
type member struct {
	User       string `json:"user_id"`
	Role       string
	MutedUntil int64 `json:"muted_until"`
}

// membersShown is how many members are shown: no more can be asked at a time who of
// them is there.
const membersShown = wire.MaxPresenceUsers

// showMembers shows who is in a group and who of them is there.
func (s *session) showMembers(c *conversation) {
	path := fmt.Sprintf("/members?limit=%d", membersShown)
	err := inGroup(s, http.MethodGet, c.conv.Group, path, nil, func(list struct {
		Members []member
		HasMore bool `json:"has_more"`
	}) {
		users := make([]string, 0, len(list.Members))
		for _, m := range list.Members {
			users = append(users, m.User)
		}
		c.members = users
		do(s, func(ctx context.Context) (client.Presence, error) { return s.client.Presence(ctx, users...) }, func(p client.Presence) {
			s.showPresence(list.Members, p)
			if list.HasMore {
				s.say("… and more")
			}
		})
	})
	if err != nil {
		s.complain(err)
	}
}

func (s *session) showPresence(list []member, p client.Presence) {
	now := time.Now()
	for _, m := range list {
		s.editor.print("  " + s.memberLine(m, p, now))
	}
}

func (s *session) memberLine(m member, p client.Presence, now time.Time) string {
	mark, text := "○ ", ""
	switch at := p.LastSeen[m.User]; {
	case p.Online[m.User]:
		mark, text = "● ", "online"
	case at > 0:
		text = "last seen " + when(at, now)
	default:
		text = "offline"
	}
	if m.Role != "" && m.Role != "member" {
		text += ", " + inertLine(m.Role)
	}
	if m.MutedUntil > now.UnixMilli() {
		text += ", muted until " + when(m.MutedUntil, now)
	}
	name := plainWho(m.User, s.me)
	return mark + s.renderer().who(m.User) + padded("", max(1, 18-columns(name))) + s.style.faint(text)
}
