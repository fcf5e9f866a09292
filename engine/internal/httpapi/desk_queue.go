package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskQueueRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/desk/queue", do: deskQueue, level: levelAny,
			about: about{
				id: "deskQueue", tag: tagDesk, summary: "List the sessions that wait, in their order",
				text: "For agents, supervisors and backends. The first 500, and how many there are.",
				data: queueView{},
			},
		},
		{
			method: "GET", path: "/api/v1/desk/next", do: nextAgent, level: levelAny,
			about: about{
				id: "nextAgent", tag: tagDesk, summary: "See who would get the next session, and why",
				text:    "For agents, supervisors and backends. 100 candidates at most.",
				params:  list(nextParams{}),
				data:    choiceView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

type queueView struct {
	Sessions []sessionView `json:"sessions" doc:"500 at most"`
	Waiting  int           `json:"waiting" doc:"how many wait in all"`
}

func deskQueue(s *Server, x *exchange) *wire.Error {
	sessions, waiting, err := s.desk.Queue(x.r.Context(), x.actor())
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, queueView{Sessions: views(sessions, x.viewSession), Waiting: waiting})
}

type nextParams struct {
	Skill   string `query:"skill" doc:"that the session asks for; anybody where it is left out"`
	Visitor string `query:"visitor" doc:"whose last agent comes first"`
}

type choiceView struct {
	AgentID    string          `json:"agent_id,omitempty" doc:"left out where the session would wait"`
	Why        string          `json:"why" doc:"for people"`
	Candidates []candidateView `json:"candidates"`
}

type candidateView struct {
	UserID      string `json:"user_id"`
	Eligible    bool   `json:"eligible"`
	Why         string `json:"why" doc:"for people"`
	Sessions    int    `json:"sessions" doc:"open ones"`
	MaxSessions int    `json:"max_sessions" doc:"0 is any number"`
	AssignedAt  int64  `json:"assigned_at" doc:"when the last session came, Unix milliseconds; 0 is never"`
}

func viewCandidate(c *desk.Candidate) candidateView {
	return candidateView{
		UserID: c.User, Eligible: c.Eligible, Why: c.Why,
		Sessions: c.Sessions, MaxSessions: c.MaxSessions, AssignedAt: c.AssignedAt,
	}
}

func nextAgent(s *Server, x *exchange) *wire.Error {
	if err := x.optionalIDs("skill", "visitor"); err != nil {
		return err
	}
	c, err := s.desk.Next(x.r.Context(), x.actor(), x.query.text("skill"), x.query.text("visitor"))
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, choiceView{AgentID: c.Agent, Why: c.Why, Candidates: views(c.Candidates, viewCandidate)})
}
