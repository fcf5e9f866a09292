package httpapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskRoutes() []route {
	return slices.Concat(
		deskVisitorRoutes(), deskSessionRoutes(), deskWorkRoutes(), deskWatchRoutes(), deskQueueRoutes(), deskAfterRoutes(),
		deskAgentRoutes(), deskSkillRoutes(), deskReplyRoutes(), deskStatsRoutes(),
	)
}

// deskReasons are the refusals that whoever changes something at the desk may meet.
var deskReasons = words(wire.ReasonForbidden, wire.ReasonNotFound, wire.ReasonConflict)

// The bounds of what is said at the desk.
const (
	maxDeskName   = 128             // characters
	maxSubject    = 256             // characters
	maxAttributes = 4 << 10         // bytes
	maxComment    = desk.MaxComment // bytes
	maxTags       = 20
	maxTag        = 64 // bytes
	maxPriority   = 1000
)

// actor is who asks, as the desk sees it: a backend that acts for a user is that
// user.
func (x *exchange) actor() desk.Actor {
	return desk.Actor{User: x.user, Role: x.role, Backend: x.backend != "" && x.user == ""}
}

// isBackend reports whether a backend asks, whomever it acts for.
func (x *exchange) isBackend() bool { return x.backend != "" }

type sessionPath struct {
	ID string `path:"id" maxLength:"64" doc:"a session"`
}

// checkName judges what a person is called; none is allowed.
func checkName(field, name string) *wire.Error {
	if utf8.RuneCountInString(name) > maxDeskName {
		return wire.Errorf(wire.ReasonBadRequest, "%s must be at most %d characters", field, maxDeskName)
	}
	return nil
}

// checkAttributes returns the object that the site keeps with a visitor or a session, nil where
// there is none.
func checkAttributes(raw json.RawMessage) ([]byte, *wire.Error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil, nil
	case raw[0] != '{' || len(raw) > maxAttributes:
		return nil, wire.Errorf(wire.ReasonBadRequest, "attributes must be a JSON object of at most %d bytes", maxAttributes)
	}
	return raw, nil
}

// checkOptionalID judges an id that may be left out.
func checkOptionalID(field, id string) *wire.Error {
	if id == "" {
		return nil
	}
	return checkUserID(field, id)
}

// optionalIDs judges ids of the query string that may be left out.
func (x *exchange) optionalIDs(keys ...string) *wire.Error {
	for _, key := range keys {
		if err := checkOptionalID(key, x.query.text(key)); err != nil {
			return err
		}
	}
	return nil
}
