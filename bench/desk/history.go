package desk

import "slices"

// A history is what became of a simulation: what the server's lists and transcripts
// say in the end, and what its clients did and were told.
type history struct {
	agents   map[string]*agentRecord
	skills   map[string]skillGroup
	sessions []*sessionRecord
	claims   map[claim]bool // that were tried
	sent     []sentMessage  // that were answered, those of a sender in order
	visits   []visit
	denied   []denial
	notes    map[string]int // that were answered, by session
	downs    []span         // certainly all the time in which there was no server, in order
	ended    int64          // when the sessions were read, Unix ms
}

// An agentRecord is an agent, and when it certainly was where.
type agentRecord struct {
	user     string
	capacity int // 0: no limit
	skills   []string
	here     []span // connected
	duty     []span // connected and online
	away     []span // not connected
	sessions int    // open ones, as the list of agents says in the end
}

// has reports whether the agent is of a skill group. Everybody is of "".
func (a *agentRecord) has(skill string) bool {
	return skill == "" || slices.Contains(a.skills, skill)
}

// room reports whether an agent with so many sessions may be given one more.
func (a *agentRecord) room(load int) bool { return a.capacity == 0 || load < a.capacity }

// A skillGroup is where sessions go that ask for a skill.
type skillGroup struct {
	fallback string
	after    int64 // ms of waiting until the fallback helps although the group is there
}

// A claim is a session that an agent has tried to take.
type claim struct{ session, agent string }

// A sessionRecord is a session as the server shows it in the end.
type sessionRecord struct {
	ID, Conv, Visitor string
	Former            []string // who the visitor was before
	State, Agent      string
	Skill, Reason     string // Skill is what was asked for first
	Priority          int
	Position          int
	Entries           []entry
	Notes             []entry // of the staff's conversation
}

// isVisitor reports whether a user is the session's visitor.
func (s *sessionRecord) isVisitor(user string) bool {
	return user == s.Visitor || slices.Contains(s.Former, user)
}

// An entry is one of a transcript: a message, or an event of the session.
type entry struct {
	ID, Seq uint64
	Time    int64 // Unix ms
	From    string
	Text    string // of a message
	Event   string // "" of a message
	Agent   string // agent_id of an event
	Skill   string // of an event
	Reason  string // of an event
	User    string // user_id of an event
}

// A sentMessage is a message that the server said it has.
type sentMessage struct {
	session, from string
	id, seq       uint64
	text          string
}

// A visit is one try of a visitor to be served.
type visit struct {
	visitor string
	session string // "": none came of it
	told    string // "closed <reason>", "offline"; "": of no end
}

// The states of a session.
const (
	stateQueued   = "queued"
	stateAssigned = "assigned"
	stateActive   = "active"
	stateOffline  = "offline"
	stateClosed   = "closed"
)

// The events of a session.
const (
	eventQueued      = "queued"
	eventAssigned    = "assigned"
	eventTransferred = "transferred"
	eventLost        = "lost"
	eventJoined      = "joined"
	eventOffline     = "offline"
	eventClosed      = "closed"
)

// Why a session was closed or transferred, as far as it matters here.
const (
	reasonAgent      = "agent"
	reasonUnanswered = "unanswered"
)
