package httpapi

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskSessionRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/desk/sessions", do: openSession, body: optionalBody, visitors: true,
			about: about{
				id: "openSession", tag: tagDesk, summary: "Ask for an agent",
				text:    "Who has an open session gets that one. A backend names the visitor in X-User-Id.",
				body:    newSession{},
				data:    sessionView{},
				reasons: deskReasons,
			},
		},
		{
			method: "GET", path: "/api/v1/desk/sessions", do: listSessions, level: levelAny, visitors: true,
			about: about{
				id: "listSessions", tag: tagDesk, summary: "Search sessions, the newest first",
				text:   "Visitors find their own, agents those that were theirs, supervisors and backends all.",
				params: list(sessionParams{}, page{}),
				data:   sessionsView{},
			},
		},
		{
			method: "GET", path: "/api/v1/desk/sessions/{id}", do: lookAtSession, level: levelAny, visitors: true,
			about: about{
				id: "getSession", tag: tagDesk, summary: "Look at a session",
				params:  list(sessionPath{}),
				data:    sessionView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/close", do: closeSession, body: optionalBody, level: levelAny, visitors: true,
			about: about{
				id: "closeSession", tag: tagDesk, summary: "End a session, or leave the queue",
				params:  list(sessionPath{}),
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
	}
}

type newSession struct {
	Skill      wire.ID         `json:"skill,omitempty" doc:"a skill group; anybody where it is left out"`
	Subject    string          `json:"subject,omitempty" maxLength:"256"`
	Name       string          `json:"name,omitempty" maxLength:"128" doc:"of the visitor; as known where it is left out"`
	Priority   int32           `json:"priority,omitempty" minimum:"-1000" maximum:"1000" doc:"by backends only; higher ones are served first"`
	Attributes json.RawMessage `json:"attributes,omitempty" doc:"an object of the site's own, at most 4096 bytes"`
}

var errPriority = wire.NewError(wire.ReasonForbidden, "priority is for backends to say")

func openSession(s *Server, x *exchange) *wire.Error {
	var b newSession
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	n, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	by := x.actor()
	if x.isBackend() {
		by, n.Visitor = desk.Actor{Backend: true}, x.user
	} else if n.Priority != 0 {
		return errPriority
	}
	session, err := s.desk.Open(x.r.Context(), by, n)
	return s.putSession(x, &session, err)
}

func (b *newSession) check() (n desk.NewSession, err *wire.Error) {
	n = desk.NewSession{Skill: string(b.Skill), Subject: b.Subject, Name: b.Name, Priority: b.Priority}
	if err = checkOptionalID("skill", n.Skill); err != nil {
		return n, err
	}
	if err = checkName("name", n.Name); err != nil {
		return n, err
	}
	switch {
	case utf8.RuneCountInString(n.Subject) > maxSubject:
		return n, wire.Errorf(wire.ReasonBadRequest, "subject must be at most %d characters", maxSubject)
	case n.Priority < -maxPriority || n.Priority > maxPriority:
		return n, wire.Errorf(wire.ReasonBadRequest, "priority must be a whole number from %d to %d", -maxPriority, maxPriority)
	}
	n.Attributes, err = checkAttributes(b.Attributes)
	return n, err
}

// sessionParams say what is searched for.
type sessionParams struct {
	State   string `query:"state" doc:"queued, assigned, active, offline or closed, or several with commas between them"`
	Agent   string `query:"agent" doc:"who was in charge"`
	Visitor string `query:"visitor"`
	Tag     string `query:"tag"`
	Skill   string `query:"skill"`
	Rating  int    `query:"rating" minimum:"1" maximum:"5"`
	From    int64  `query:"from" minimum:"1" doc:"made then or later, Unix milliseconds"`
	To      int64  `query:"to" minimum:"1" doc:"made before, Unix milliseconds"`
}

func listSessions(s *Server, x *exchange) *wire.Error {
	after, limit, refusal := x.cursorPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	f, refusal := x.sessionFilter()
	if refusal != nil {
		return refusal
	}
	sessions, next, err := s.desk.Sessions(x.r.Context(), x.actor(), f, after, limit)
	return s.putSessions(x, sessions, next, err)
}

func (x *exchange) sessionFilter() (f desk.Filter, err *wire.Error) {
	if err = x.optionalIDs("agent", "visitor", "skill"); err != nil {
		return f, err
	}
	f = desk.Filter{Agent: x.query.text("agent"), Visitor: x.query.text("visitor"), Skill: x.query.text("skill"), Tag: x.query.text("tag")}
	if len(f.Tag) > maxTag {
		return f, wire.Errorf(wire.ReasonBadRequest, "tag must be at most %d bytes", maxTag)
	}
	if states, given := x.query.get("state"); given {
		for word := range strings.SplitSeq(states, ",") {
			state, ok := desk.ParseState(word)
			if !ok {
				return f, wire.NewError(wire.ReasonBadRequest, "state must be made of queued, assigned, active, offline and closed, with commas between them")
			}
			f.States = append(f.States, state)
		}
	}
	rating, err := x.query.number("rating", 5)
	if err != nil {
		return f, err
	}
	f.Rating = uint8(rating)
	f.From, f.To, err = x.period()
	return f, err
}

// period reads from and to, Unix milliseconds; 0 is what isn't given.
func (x *exchange) period() (from, to int64, err *wire.Error) {
	a, err := x.query.number("from", wire.MaxSeq)
	if err != nil {
		return 0, 0, err
	}
	b, err := x.query.number("to", wire.MaxSeq)
	if err != nil {
		return 0, 0, err
	}
	if b != 0 && b <= a {
		return 0, 0, wire.NewError(wire.ReasonBadRequest, "to must be after from")
	}
	return int64(a), int64(b), nil
}

func lookAtSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	session, err := s.desk.Session(x.r.Context(), x.actor(), id)
	return s.putSession(x, &session, err)
}

func closeSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.desk.CloseSession(x.r.Context(), x.actor(), id))
}
