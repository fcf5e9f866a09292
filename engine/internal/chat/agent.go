package chat

import (
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
)

// AgentRequest is how an agent of the customer-service desk wants to work; what is
// nil stays.
type AgentRequest struct {
	Status      *string // wire.AgentOnline, AgentBusy or AgentOffline
	MaxSessions *int    // 0: any number; at most wire.MaxAgentSessions
}

// agent hands an agent's request to the desk, which answers it by AnswerAgent.
func (s *Service) agent(ss *Session, r *wire.Request) *wire.Error {
	if s.cfg.Agent == nil {
		return errVerb
	}
	if ss.reads >= maxSessionReads {
		return errBusy.Pick()
	}
	var a AgentRequest
	if r.Status != "" {
		status := strings.Clone(r.Status)
		a.Status = &status
	}
	if r.HasMaxSessions {
		n := int(r.MaxSessions)
		a.MaxSessions = &n
	}
	ss.reads++
	s.cfg.Agent(ss.conn.ID(), ss.user, ss.role.String(), strings.Clone(r.CID), a)
	return nil
}

// AnswerAgent tells a connection that its request of an agent is done, or why not:
// once for each call of [Config.Agent]. Any goroutine.
func (s *Service) AnswerAgent(conn delivery.Conn, cid string, err error) {
	s.loops.Do(conn, func(ss *Session) { ss.reads-- })
	s.answer(conn, cid, err)
}
