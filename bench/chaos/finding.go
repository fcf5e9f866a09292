package chaos

import (
	"slices"

	"gannet/bench/checker"
)

// Kinds of what is judged here; the others are the checker's.
const (
	kindRefused     = "refused"        // by a word that nothing has earned
	kindGarbled     = "garbled"        // what the protocol doesn't know
	kindUndelivered = "undelivered"    // a tracked connection wasn't sent an entry
	kindShortPage   = "short page"     // a page that isn't what was asked for
	kindUnanswered  = "unanswered"     // something begun that has no answer when all is over
	kindUnlisted    = "unlisted"       // a conversation that its user's list leaves out
	kindClosed      = "closed"         // a connection, with a code that nothing has earned
	kindCutOff      = "cut off"        // a client that isn't connected when all is over
	kindStart       = "does not start" // a server on the data that another one left
	kindStop        = "does not stop"  // in order, after SIGTERM
	kindData        = "damaged data"   // what gannet verify says of the directory
	kindNonlinear   = "not linearizable"
)

// passing are refusals that anybody may meet: try again.
var passing = []string{"busy", "rate_limited", "shutting_down", "storage_full"}

// earned reports whether a request may be refused so.
func (w *world) earned(op operation, user string, reason string) bool {
	switch {
	case slices.Contains(passing, reason):
		return true
	case reason == "recall_expired":
		return w.jumpy && op.event.Verb == checker.Recall
	case reason != "not_member" && reason != "not_found":
		return false
	}
	conv := w.byID[op.event.Conv]
	switch {
	case conv == nil || op.event.Verb == checker.Join || op.event.Verb == checker.Leave:
		return false // a visitor knows
	case op.event.Verb == checker.Recall && !conv.sees(user):
		return true // of before the user came back
	}
	return conv.wasOut(user, op.event.At)
}

// refused notes a refusal, and that it is wrong if it is.
func (w *world) refused(op operation, user, reason, msg string) {
	w.rec.fail(op, reason)
	if !w.earned(op, user, reason) {
		w.rec.find(kindRefused, op.event.Conv, "a %s of %s (op %d) was refused: %s, %s", op.event.Verb, user, op.event.Op, reason, msg)
	}
}
