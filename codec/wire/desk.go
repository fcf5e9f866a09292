package wire

// The events of a service session: entries of its conversation's log.
const (
	SessionQueued      = "queued"      // it waits for an agent
	SessionAssigned    = "assigned"    // an agent has it
	SessionTransferred = "transferred" // it goes to another agent or skill group
	SessionLost        = "lost"        // its agent went away; another is looked for
	SessionJoined      = "joined"      // somebody takes part besides the agent
	SessionLeft        = "left"        // and does no longer
	SessionWarned      = "warned"      // the visitor was silent for long
	SessionOffline     = "offline"     // nobody is there; what is written is kept for later
	SessionIdentified  = "identified"  // its visitor is another user now
	SessionClosed      = "closed"      // it is over
)

// What the desk tells agents and supervisors, in no log.
const (
	DeskWaiting    = "waiting"    // how many wait, and how long the first has
	DeskAssigned   = "assigned"   // a session has an agent
	DeskUnanswered = "unanswered" // nobody has replied to a session
	DeskWatched    = "watched"    // somebody looks into a session
	DeskUnwatched  = "unwatched"  // and does no longer
)

// The words of an agent's willingness.
const (
	AgentOnline  = "online"
	AgentBusy    = "busy"
	AgentOffline = "offline"
)

// MaxAgentSessions is the most sessions that an agent may set as their limit.
const MaxAgentSessions = 1000

// AppendQueue appends where in the queue a session is: position counts from 1,
// waitingS is for how many seconds it has waited.
func AppendQueue(dst []byte, convID, sessionID string, position int, waitingS int64) []byte {
	dst = appendText(dst, `{"type":"queue","conv_id":`, convID)
	dst = appendText(dst, `,"session_id":`, sessionID)
	dst = appendInt(dst, `,"position":`, int64(position))
	return append(appendInt(dst, `,"waiting_s":`, waitingS), '}')
}

// AppendAgent appends how an agent stands with the desk: their willingness, one of
// the Agent words, whether they are connected, how many open sessions they have and
// may have (0: any number).
func AppendAgent(dst []byte, user, status string, connected bool, sessions, maxSessions int) []byte {
	dst = appendText(dst, `{"type":"agent","user_id":`, user)
	dst = appendText(dst, `,"status":`, status)
	dst = appendBool(dst, `,"connected":`, connected)
	dst = appendInt(dst, `,"sessions":`, int64(sessions))
	return append(appendInt(dst, `,"max_sessions":`, int64(maxSessions)), '}')
}

// AppendDesk appends what agents and supervisors are told; event is one of the Desk
// words, extra its members.
func AppendDesk(dst []byte, event string, extra Extra) []byte {
	dst = appendText(dst, `{"type":"desk","event":`, event)
	return append(appendExtra(dst, extra), '}')
}
