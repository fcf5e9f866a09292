package webhook

import (
	"slices"
	"strings"
)

// The events that aren't named after an entry of the log.
const (
	eventPing    = "ping"
	eventCreated = "message.created"
	eventOffline = "message.offline"
	eventOnline  = "user.online"
	eventGone    = "user.offline"
	eventStarted = "server.started"
)

// known are the events of each family; where there are none listed, the log's words
// stand behind the point.
var known = map[string][]string{
	"message": {"created", "edited", "recalled", "reaction", "offline"},
	"user":    {"online", "offline"},
	"server":  {"started"},
	"group":   nil,
	"session": nil,
}

// validPattern reports whether a pattern may stand in an endpoint's list: *, all
// of a family, or one event.
func validPattern(p string) bool {
	if p == "*" {
		return true
	}
	family, event, _ := strings.Cut(p, ".")
	words, ok := known[family]
	switch {
	case !ok || event == "":
		return false
	case event == "*":
		return true
	case words != nil:
		return slices.Contains(words, event)
	}
	return len(event) <= 32 && !strings.ContainsFunc(event, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' })
}

// wants is what an endpoint's patterns come to.
type wants struct {
	all      bool
	families map[string]bool
	events   map[string]bool
	log      bool // something of the log
	presence bool // users who come and go, and the start of the server
}

func newWants(patterns []string) *wants {
	w := &wants{families: make(map[string]bool), events: make(map[string]bool)}
	for _, p := range patterns {
		family, all := strings.CutSuffix(p, ".*")
		switch {
		case p == "*":
			w.all = true
		case all:
			w.families[family] = true
		default:
			w.events[p] = true
			family, _, _ = strings.Cut(p, ".")
		}
		users := family == "user" || family == "server"
		w.presence = w.presence || users || w.all
		w.log = w.log || !users || w.all
	}
	return w
}

// event reports whether the endpoint is to be told of an event. Who wants to know
// who is online is told of the server's start in any case.
func (w *wants) event(name string) bool {
	family, _, _ := strings.Cut(name, ".")
	return w.all || w.families[family] || w.events[name] || name == eventStarted && w.presence
}
