package client

import (
	"context"
	"time"

	"gannet/codec/wire"
)

// SessionEvent is what happened to a session of the customer-service desk.
type SessionEvent struct {
	Event     string // one of the wire.Session… words
	SessionID string
	ConvID    string
	ID        uint64
	Seq       uint64 // its place in the log
	From      string // whose doing it is
	Agent     string // assigned, transferred: the agent
	User      string // joined, left: who
	Text      string // for the visitor
	Reason    string // closed: why
	Time      int64  // Unix milliseconds
	Raw       []byte // the whole JSON object, with what else the event tells
}

// Queue is where a session that waits is: Position counts from 1.
type Queue struct {
	ConvID, SessionID string
	Position          int
	Waited            time.Duration
}

// Agent is how the user stands with the desk as an agent.
type Agent struct {
	User        string
	Status      string // one of the wire.Agent… words
	Connected   bool
	Sessions    int // open ones
	MaxSessions int // 0: any number
}

// Desk is what the desk tells agents and supervisors.
type Desk struct {
	Event             string // one of the wire.Desk… words
	SessionID, ConvID string // of events about a session
	Agent             string // assigned, unanswered
	Raw               []byte // the whole JSON object, with what else it tells
}

// AgentSettings is how an agent wants to work; what is nil stays.
type AgentSettings struct {
	Status      *string // one of the wire.Agent… words
	MaxSessions *int    // 0: any number
}

// SetAgent says how the user works as an agent of the desk. It returns when that
// is on the server's disk.
func (c *Client) SetAgent(ctx context.Context, s AgentSettings) error {
	r := wire.Request{Verb: wire.VerbAgent}
	if s.Status != nil {
		r.Status = *s.Status
	}
	if s.MaxSessions != nil {
		r.MaxSessions, r.HasMaxSessions = uint64(max(0, *s.MaxSessions)), true
	}
	return c.tell(ctx, &r)
}

// deskReply are the fields of the desk's messages.
type deskReply struct {
	SessionID   string `json:"session_id"`
	AgentID     string `json:"agent_id"`
	Text        string `json:"text"`
	Position    int    `json:"position"`
	WaitingS    int64  `json:"waiting_s"`
	Status      string `json:"status"`
	Connected   bool   `json:"connected"`
	Sessions    int    `json:"sessions"`
	MaxSessions int    `json:"max_sessions"`
}

func (r *reply) sessionEvent() *SessionEvent {
	return &SessionEvent{
		Event: r.Event, SessionID: r.SessionID, ConvID: r.ConvID, ID: r.ID, Seq: r.Seq, From: r.From,
		Agent: r.AgentID, User: r.UserID, Text: r.Text, Reason: r.Reason, Time: r.Time, Raw: r.raw,
	}
}

// deskNotice returns what the desk tells beside the log.
func (r *reply) deskNotice() Event {
	switch r.Type {
	case "queue":
		return Event{Kind: QueueChanged, Queue: &Queue{
			ConvID: r.ConvID, SessionID: r.SessionID, Position: r.Position, Waited: time.Duration(r.WaitingS) * time.Second,
		}}
	case "agent":
		return Event{Kind: AgentChanged, Agent: &Agent{
			User: r.UserID, Status: r.Status, Connected: r.Connected, Sessions: r.Sessions, MaxSessions: r.MaxSessions,
		}}
	}
	return Event{Kind: DeskChanged, Desk: &Desk{
		Event: r.Event, SessionID: r.SessionID, ConvID: r.ConvID, Agent: r.AgentID, Raw: r.raw,
	}}
}

// fromStart reports whether the entry is the first that a user hears of a session
// which they have just come into: what was said before was never sent to them.
func (e *entry) fromStart(user string) bool {
	if e.event == nil || e.event.Session == nil {
		return false
	}
	s := e.event.Session
	return s.Event == wire.SessionAssigned && s.Agent == user || s.Event == wire.SessionJoined && s.User == user
}
