package desk

// A session is one as the HTTP API shows it.
type session struct {
	SessionID string `json:"session_id"`
	ConvID    string `json:"conv_id"`
	State     string `json:"state"`
	VisitorID string `json:"visitor_id"`
	AgentID   string `json:"agent_id"`
	Skill     string `json:"skill"`
	Priority  int    `json:"priority"`
	Position  int    `json:"position"`
	Reason    string `json:"reason"`
}

// over reports whether nobody is going to answer any more, and how the visitor is
// told that.
func (s *session) over() (told string, over bool) {
	switch s.State {
	case stateClosed:
		return "closed " + s.Reason, true
	case stateOffline:
		return stateOffline, true
	}
	return "", false
}

// sessionPage is a page of a list of sessions.
type sessionPage struct {
	Sessions []session `json:"sessions"`
	Next     string    `json:"next"`
}

// agentList is the list of agents.
type agentList struct {
	Agents []struct {
		UserID      string `json:"user_id"`
		Sessions    int    `json:"sessions"`
		MaxSessions int    `json:"max_sessions"`
	} `json:"agents"`
}
