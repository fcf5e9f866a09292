package desk

import (
	"fmt"
	"sync"
)

// What can be wrong with a desk.
const (
	kindOwnerless   = "ownerless"     // an open session has neither an agent nor a place in the queue
	kindCapacity    = "over capacity" // an agent has more sessions than it may have
	kindUnfair      = "unfair"        // an agent was given a session while an equal one had fewer
	kindOutOfTurn   = "out of turn"   // a session was given away while another one was due before it
	kindSkill       = "wrong skill"   // a session went to an agent of another group
	kindSameAgent   = "same agent"    // a session came back to the agent who was lost
	kindTooSoon     = "lost too soon" // an agent lost its sessions while it was there
	kindKept        = "kept too long" // an agent had a session, or was given one, while it was away for long
	kindMismatch    = "mismatch"      // lists and transcripts don't agree
	kindForeign     = "foreign"       // somebody wrote who has no part in the session
	kindAfterClose  = "after close"   // something happened to a session that is closed
	kindMessageLost = "message lost"  // a message that was answered is not in the transcript
	kindDisorder    = "disorder"      // messages of a sender, or entries, stand in another order or twice
	kindUnserved    = "unserved"      // an agent closed a session without a word
	kindUntold      = "untold"        // a visitor was not told how it ended, or something else
	kindTurnedAway  = "turned away"   // a visitor could not open a session
	kindRefused     = "refused"       // a request was refused that nobody had reason to refuse
	kindNotKilled   = "not killed"    // the server was killed less often than asked for
	kindServer      = "server"        // the server didn't start, or stop, or its data is damaged
)

// A Finding is something that is wrong.
type Finding struct {
	Kind    string `json:"kind"`
	Session string `json:"session,omitempty"`
	Detail  string `json:"detail"`
}

// findings gathers them. Any goroutine may use it.
type findings struct {
	mu   sync.Mutex
	list []Finding
}

func (f *findings) add(kind, session, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, Finding{kind, session, fmt.Sprintf(format, args...)})
}

func (f *findings) all() []Finding {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Finding{}, f.list...)
}
