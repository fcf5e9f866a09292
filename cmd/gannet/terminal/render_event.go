package terminal

import (
	"encoding/json"
	"fmt"
	"strings"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// group tells what happened to a group.
func (r *renderer) group(e *client.GroupEvent) string {
	by, users := plainWho(e.By, r.me), r.names(e.Users)
	switch e.Event {
	case wire.GroupCreated:
		if users == "" || users == by {
			return by + " created the group"
		}
		return by + " created the group with " + users
	case wire.GroupJoined:
		if users == by {
			return users + " joined"
		}
		return by + " took in " + users
	case wire.GroupLeft:
		return users + " left"
	case wire.GroupKicked:
		return by + " removed " + users
	case wire.GroupBanned:
		return by + " banned " + users
	case wire.GroupUnbanned:
		return users + " may come again"
	case wire.GroupUpdated:
		return by + " changed the group" + r.changes(e.Raw)
	case wire.GroupRole:
		return by + " gave " + users + " another role" + r.changes(e.Raw)
	case wire.GroupMuted:
		return by + " muted " + users
	case wire.GroupUnmuted:
		return users + " may write again"
	case wire.GroupTransferred:
		return users + " owns the group now"
	case wire.GroupDissolved:
		return by + " dissolved the group"
	case wire.GroupRequested:
		return users + " asks to come into #" + inertLine(e.GroupID) + ": /groups accept " + users + ", or refuse"
	case wire.GroupRefused:
		return by + " refused " + users + " in #" + inertLine(e.GroupID)
	}
	return ""
}

func (r *renderer) names(users []string) string {
	const most = 10
	var list []string
	for i, user := range users {
		if i == most {
			list = append(list, fmt.Sprintf("%d more", len(users)-most))
			break
		}
		list = append(list, plainWho(user, r.me))
	}
	return strings.Join(list, ", ")
}

// changes lists what an event says of a group or a member beside its own fields.
func (r *renderer) changes(raw []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return ""
	}
	var list []string
	for _, name := range []string{"name", "announcement", "max_members", "join", "old_history", "muted", "role"} {
		if value := fields[name]; value != nil {
			list = append(list, strings.ReplaceAll(name, "_", " ")+" "+clip(inertLine(string(value)), 60))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}

// session tells what happened to a session of the customer-service desk.
func (r *renderer) session(e *client.SessionEvent) string {
	text := "session " + e.Event
	for _, more := range []string{e.Agent, e.User, e.Reason, e.Text} {
		if more != "" {
			text += ", " + inertLine(more)
		}
	}
	return text
}
