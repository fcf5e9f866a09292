package httpapi

import (
	"encoding/json"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

// sessionView is a session of the desk. What is for those who serve it alone is left
// out for its visitor.
type sessionView struct {
	SessionID    string          `json:"session_id"`
	ConvID       string          `json:"conv_id" doc:"the conversation in which visitor and agent write"`
	StaffConvID  string          `json:"staff_conv_id,omitempty" doc:"the conversation of the notes; not for the visitor"`
	State        string          `json:"state" enum:"queued,assigned,active,offline,closed"`
	VisitorID    string          `json:"visitor_id"`
	VisitorName  string          `json:"visitor_name"`
	AgentID      string          `json:"agent_id,omitempty" doc:"who is in charge, or was at the end"`
	Skill        string          `json:"skill" doc:"the skill group that is asked for; empty is anybody"`
	Subject      string          `json:"subject"`
	Priority     int32           `json:"priority" doc:"higher ones are served first"`
	Attributes   json.RawMessage `json:"attributes,omitempty" doc:"an object of the site's own"`
	Position     int             `json:"position,omitempty" doc:"in the queue, from 1"`
	WaitingS     int64           `json:"waiting_s,omitempty" doc:"seconds in the queue"`
	Turn         string          `json:"turn" enum:",agent,visitor" doc:"who is to speak"`
	CreatedAt    int64           `json:"created_at" doc:"Unix milliseconds, as all times"`
	AssignedAt   int64           `json:"assigned_at,omitempty"`
	FirstReplyAt int64           `json:"first_reply_at,omitempty" doc:"the agent's first message"`
	SpokenAt     int64           `json:"spoken_at,omitempty" doc:"the last message of anybody"`
	ClosedAt     int64           `json:"closed_at,omitempty"`
	Reason       string          `json:"reason,omitempty" doc:"why it was closed"`
	ClosedBy     string          `json:"closed_by,omitempty"`
	Rating       int             `json:"rating,omitempty" minimum:"1" maximum:"5"`
	Comment      string          `json:"comment,omitempty" doc:"what came with the rating; not for the visitor"`
	Tags         []string        `json:"tags,omitempty" doc:"not for the visitor"`
	Watchers     []string        `json:"watchers,omitempty" doc:"supervisors who look in; not for the visitor"`
	Reassigned   uint32          `json:"reassigned,omitempty" doc:"how often it went on because the agent didn't answer; not for the visitor"`
}

// turns are the words for who is to speak, as it is stored.
var turns = []string{"", "agent", "visitor"}

func (x *exchange) viewSession(s *desk.Session) sessionView {
	v := sessionView{
		SessionID: s.ID, ConvID: wire.ServiceConvID(s.ID), State: s.State.String(),
		VisitorID: s.Visitor, VisitorName: s.VisitorName, AgentID: s.Agent,
		Skill: s.Skill, Subject: s.Subject, Priority: s.Priority, Attributes: s.Attributes,
		Position: s.Position, WaitingS: int64(s.Waited / time.Second), Turn: turns[s.Turn],
		CreatedAt: s.CreatedAt, AssignedAt: s.AssignedAt, FirstReplyAt: s.FirstReplyAt, SpokenAt: s.SpokenAt,
		ClosedAt: s.ClosedAt, Reason: s.Reason, ClosedBy: s.ClosedBy, Rating: int(s.Rating),
	}
	if s.Visitor != x.user {
		v.addStaff(s)
	}
	return v
}

// addStaff adds what is for those who serve a session.
func (v *sessionView) addStaff(s *desk.Session) {
	if s.Staff != 0 {
		v.StaffConvID = wire.StaffConvID(s.ID)
	}
	v.Comment, v.Tags, v.Watchers, v.Reassigned = s.Comment, s.Tags, s.Watchers, s.Reassigned
}

// putSession ends an action that answers a session.
func (s *Server) putSession(x *exchange, session *desk.Session, err error) *wire.Error {
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, x.viewSession(session))
}

type sessionsView struct {
	Sessions []sessionView `json:"sessions"`
	Next     string        `json:"next,omitempty"`
}

// putSessions ends an action that answers several.
func (s *Server) putSessions(x *exchange, list []desk.Session, next string, err error) *wire.Error {
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, sessionsView{Sessions: views(list, x.viewSession), Next: next})
}
