package desk

import (
	"context"
	"fmt"
	"time"
)

const (
	watchEvery = 300 * time.Millisecond
	// A list is read while things change: what it says counts if it is still so then.
	recheckEvery = 100 * time.Millisecond
	rechecks     = 10
)

// watch looks again and again at what the server says of sessions and agents.
func (s *simulation) watch(ctx context.Context) {
	backend := s.backend()
	for pause(ctx, watchEvery) {
		for _, seen := range s.open(ctx) {
			s.watchSession(ctx, &seen)
		}
		var list agentList
		err := backend.call(ctx, "GET", "/desk/agents", nil, &list)
		s.unexpected(err, "", "the list of agents")
		for _, a := range list.Agents {
			if a.MaxSessions > 0 && a.Sessions > a.MaxSessions {
				s.add(kindCapacity, "", "%s has %d sessions of %d", a.UserID, a.Sessions, a.MaxSessions)
			}
		}
		s.count("looks")
	}
}

// watchSession reports a session that has no owner, and goes on having none.
func (s *simulation) watchSession(ctx context.Context, seen *session) {
	for range rechecks {
		fault := seen.ownerless()
		if fault == "" {
			return
		}
		if !pause(ctx, recheckEvery) {
			return
		}
		var again session
		if err := s.backend().call(ctx, "GET", "/desk/sessions/"+seen.SessionID, nil, &again); err != nil {
			s.unexpected(err, seen.SessionID, "a look")
			return
		}
		seen = &again
	}
	if fault := seen.ownerless(); fault != "" {
		s.add(kindOwnerless, seen.SessionID, "%s", fault)
	}
}

// ownerless says why an open session is nobody's, "" where it is somebody's.
func (s *session) ownerless() string {
	switch {
	case s.State == stateQueued && s.Position < 1:
		return fmt.Sprintf("it is queued, at position %d", s.Position)
	case (s.State == stateAssigned || s.State == stateActive) && s.AgentID == "":
		return fmt.Sprintf("it is %s, to nobody", s.State)
	}
	return ""
}
