package httpapi

import (
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskAgentRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/desk/agents", do: listAgents, level: levelAny,
			about: about{
				id: "listAgents", tag: tagDesk, summary: "List the agents and supervisors",
				text: "For agents, supervisors and backends.",
				data: agentsView{},
			},
		},
		{
			method: "GET", path: "/api/v1/desk/agents/{user}", do: lookAtAgent, level: levelAny,
			about: about{
				id: "getAgent", tag: tagDesk, summary: "Look at an agent; me is oneself",
				params:  list(agentPath{}),
				data:    agentView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "PUT", path: "/api/v1/desk/agents/{user}", do: putAgent, body: jsonBody, level: levelAny,
			about: about{
				id: "putAgent", tag: tagDesk, summary: "Change an agent; me is oneself",
				text: "Agents change themselves, but not their role. Supervisors and backends change everybody, and make an agent " +
					"of a user who is none. At least one field is needed.",
				params:  list(agentPath{}),
				body:    agentPatch{},
				data:    agentView{},
				reasons: deskReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/desk/agents/{user}", do: removeAgent, level: levelAny,
			about: about{
				id: "removeAgent", tag: tagDesk, summary: "Make an agent one no longer",
				text:    "As a supervisor or backend. Their sessions go to others.",
				params:  list(agentPath{}),
				reasons: deskReasons,
			},
		},
	}
}

type agentPath struct {
	User string `path:"user" maxLength:"64" doc:"a user, or me"`
}

// agentID is the agent whom a path names.
func (x *exchange) agentID() (string, *wire.Error) {
	if x.r.PathValue("user") != "me" {
		return x.pathID("user")
	}
	if x.user == "" {
		return "", errActing
	}
	return x.user, nil
}

type agentView struct {
	UserID      string   `json:"user_id"`
	Name        string   `json:"name" doc:"that visitors see"`
	Role        string   `json:"role" enum:"agent,supervisor"`
	Status      string   `json:"status" enum:"online,busy,offline" doc:"whether they want sessions"`
	Connected   bool     `json:"connected" doc:"whether they are there"`
	Sessions    int      `json:"sessions" doc:"open ones"`
	MaxSessions int      `json:"max_sessions" doc:"0 is any number"`
	Skills      []string `json:"skills"`
	AssignedAt  int64    `json:"assigned_at" doc:"when the last session came, Unix milliseconds; 0 is never"`
}

func viewAgent(a *desk.Agent) agentView {
	return agentView{
		UserID: a.User, Name: a.Name, Role: a.Role.String(), Status: a.Status.String(), Connected: a.Connected,
		Sessions: a.Sessions, MaxSessions: a.MaxSessions, Skills: present(a.Skills), AssignedAt: a.AssignedAt,
	}
}

type agentsView struct {
	Agents []agentView `json:"agents"`
}

func listAgents(s *Server, x *exchange) *wire.Error {
	agents, err := s.desk.Agents(x.r.Context(), x.actor())
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, agentsView{Agents: views(agents, viewAgent)})
}

func lookAtAgent(s *Server, x *exchange) *wire.Error {
	user, refusal := x.agentID()
	if refusal != nil {
		return refusal
	}
	agent, err := s.desk.Agent(x.r.Context(), x.actor(), user)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewAgent(&agent))
}

// agentPatch is the body of PUT /desk/agents/{user}.
type agentPatch struct {
	Name        *string    `json:"name,omitempty" maxLength:"128"`
	Role        *string    `json:"role,omitempty" enum:"agent,supervisor"`
	Status      *string    `json:"status,omitempty" enum:"online,busy,offline"`
	MaxSessions *int       `json:"max_sessions,omitempty" minimum:"0" maximum:"1000" doc:"0 is any number"`
	Skills      *[]wire.ID `json:"skills,omitempty" maxItems:"100" doc:"skill groups; they replace those there are"`
}

// maxAgentSkills bounds the skill groups of an agent.
const maxAgentSkills = 100

func putAgent(s *Server, x *exchange) *wire.Error {
	user, refusal := x.agentID()
	if refusal != nil {
		return refusal
	}
	var b agentPatch
	if err := x.decode(&b); err != nil {
		return err
	}
	p, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	agent, err := s.desk.PutAgent(x.r.Context(), x.actor(), user, p)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewAgent(&agent))
}

func (b *agentPatch) check() (p desk.AgentPatch, err *wire.Error) {
	if *b == (agentPatch{}) {
		return p, wire.NewError(wire.ReasonBadRequest, "nothing is to be changed")
	}
	p = desk.AgentPatch{Name: b.Name, Status: b.Status, MaxSessions: b.MaxSessions}
	if b.Name != nil {
		if err = checkName("name", *b.Name); err != nil {
			return p, err
		}
	}
	if b.Status != nil {
		if _, ok := desk.ParseStatus(*b.Status); !ok {
			return p, wire.NewError(wire.ReasonBadRequest, "status must be online, busy or offline")
		}
	}
	if n := b.MaxSessions; n != nil && (*n < 0 || *n > wire.MaxAgentSessions) {
		return p, wire.Errorf(wire.ReasonBadRequest, "max_sessions must be a whole number from 0 to %d", wire.MaxAgentSessions)
	}
	if p.Role, err = parseAgentRole(b.Role); err != nil {
		return p, err
	}
	p.Skills, err = b.skills()
	return p, err
}

func parseAgentRole(word *string) (*desk.Role, *wire.Error) {
	if word == nil {
		return nil, nil
	}
	role := desk.ParseRole(*word)
	if role < desk.RoleAgent {
		return nil, wire.NewError(wire.ReasonBadRequest, "role must be agent or supervisor")
	}
	return &role, nil
}

func (b *agentPatch) skills() (*[]string, *wire.Error) {
	if b.Skills == nil {
		return nil, nil
	}
	if len(*b.Skills) > maxAgentSkills {
		return nil, wire.Errorf(wire.ReasonBadRequest, "skills must be a list of at most %d ids", maxAgentSkills)
	}
	ids, err := userIDs("skills", *b.Skills)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return &ids, err
}

func removeAgent(s *Server, x *exchange) *wire.Error {
	user, refusal := x.agentID()
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.desk.RemoveAgent(x.r.Context(), x.actor(), user))
}
