package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func presenceRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/users/{id}/presence", do: presenceOf, level: levelAny,
			about: about{
				id: "getPresence", tag: tagUsers, summary: "See whether a user is there",
				text:    "One sees one's own devices; a backend that acts for nobody sees everybody's.",
				params:  list(userIDPath{}),
				data:    presenceView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "POST", path: "/api/v1/users/presence", do: presenceOfMany, body: jsonBody, level: levelAny, reads: true,
			about: about{
				id: "getPresences", tag: tagUsers, summary: "See which of up to 200 users are there",
				body: presenceBody{},
				data: presencesView{},
			},
		},
		{
			method: "GET", path: "/api/v1/users/online", do: online, level: levelBackend,
			about: about{
				id: "listOnline", tag: tagUsers, summary: "List who is online",
				params: list(bigPage{}),
				data:   onlineView{},
			},
		},
		{
			method: "POST", path: "/api/v1/users/{id}/kick", do: kick, body: optionalBody, level: levelBackend,
			about: about{
				id: "kickUser", tag: tagUsers, summary: "Close a user's connections, or those of one device",
				params: list(userIDPath{}),
				body:   kickBody{},
				data:   kickedView{},
			},
		},
	}
}

type userIDPath struct {
	ID string `path:"id" maxLength:"64" doc:"a user"`
}

type presenceView struct {
	UserID   string   `json:"user_id"`
	Online   bool     `json:"online"`
	Devices  []string `json:"devices,omitempty"`
	LastSeen int64    `json:"last_seen,omitempty" doc:"Unix milliseconds; left out where the user is online, or was never seen"`
}

func viewPresence(p *chat.Presence) presenceView {
	return presenceView{UserID: p.User, Online: p.Online, Devices: p.Devices, LastSeen: p.LastSeen}
}

func presenceOf(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	found, err := s.chat.Presence(x.r.Context(), x.user, []string{id})
	switch {
	case err != nil:
		return s.refusal(x, err)
	case len(found) == 0:
		return errNotFound
	}
	return s.put(x, viewPresence(&found[0]))
}

type presenceBody struct {
	Users []wire.ID `json:"users" minItems:"1" maxItems:"200"`
}

type presencesView struct {
	Users []presenceView `json:"users"`
}

func presenceOfMany(s *Server, x *exchange) *wire.Error {
	var b presenceBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if n := len(b.Users); n < 1 || n > wire.MaxPresenceUsers {
		return wire.Errorf(wire.ReasonBadRequest, "users must be a list of 1 to %d ids", wire.MaxPresenceUsers)
	}
	users, refusal := userIDs("users", b.Users)
	if refusal != nil {
		return refusal
	}
	found, err := s.chat.Presence(x.r.Context(), x.user, users)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, presencesView{Users: views(found, viewPresence)})
}

type onlineView struct {
	Users []string `json:"users"`
	Next  string   `json:"next,omitempty"`
}

func online(s *Server, x *exchange) *wire.Error {
	after, limit, refusal := x.cursorPage(userLimit, maxUserLimit)
	if refusal != nil {
		return refusal
	}
	users, next, err := s.chat.Online(x.r.Context(), after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, onlineView{Users: present(users), Next: next})
}

type kickBody struct {
	Device string `json:"device,omitempty" maxLength:"64" doc:"only this device's"`
}

type kickedView struct {
	Connections int `json:"connections" doc:"how many were closed"`
}

func kick(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b kickBody
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	if b.Device != "" {
		if err := checkUserID("device", b.Device); err != nil {
			return err
		}
	}
	n, err := s.chat.Kick(x.r.Context(), id, b.Device)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, kickedView{Connections: n})
}
