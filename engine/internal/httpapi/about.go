package httpapi

import (
	"net/http"
	"slices"
	"strconv"

	"gannet/codec/wire"
)

// about is what the OpenAPI document says about a route. Its types are the ones
// that the route decodes and encodes; where that is done by hand, because the
// route is asked for often, a test holds the types against what really goes over
// the wire.
//
// The tags of their fields: json, query, path and header name a field, doc
// describes it, and the others are words of JSON Schema. In a body every field
// without omitempty is needed; in an answer it is always there.
type about struct {
	id, tag, summary, text string

	params  []any    // structs of parameters, besides those that the level brings along
	body    any      // nil: none
	data    any      // of the answer; nil: an empty object
	stream  string   // the media type of an answer that is no envelope
	other   string   // a media type that may be asked for instead of the envelope
	reasons []string // of refusals, besides those that every such route has
}

// The tags that group the operations.
const (
	tagMessages      = "messages"
	tagConversations = "conversations"
	tagGroups        = "groups"
	tagUsers         = "users"
	tagDesk          = "desk"
	tagServer        = "server"
)

// list is a list of structs.
func list(structs ...any) []any { return structs }

// words is a list of reasons: some that are common to several routes, and more.
func words[T string | []string](first T, more ...string) []string {
	switch first := any(first).(type) {
	case []string:
		return slices.Concat(first, more)
	case string:
		return append([]string{first}, more...)
	}
	return more
}

// allReasons are the words that the route may be refused with.
func (rt *route) allReasons() []string {
	reasons := words(rt.about.reasons, wire.ReasonBadRequest, wire.ReasonInternal, wire.ReasonBusy, wire.ReasonShuttingDown)
	if rt.level != levelOpen {
		reasons = append(reasons, wire.ReasonUnauthorized, wire.ReasonTokenExpired, wire.ReasonForbidden)
	}
	if rt.level == levelUser || rt.level == levelAny {
		reasons = append(reasons, wire.ReasonRateLimited)
	}
	if rt.body != noBody {
		reasons = append(reasons, wire.ReasonBadJSON, wire.ReasonTooLarge)
	}
	if rt.method != http.MethodGet {
		reasons = append(reasons, wire.ReasonStorageFull)
	}
	if rt.keepsAnswers() {
		reasons = append(reasons, wire.ReasonConflict)
	}
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

// allParams are the structs of the route's parameters.
func (rt *route) allParams() []any {
	params := slices.Clone(rt.about.params)
	if rt.level != levelOpen {
		params = append(params, userHeader{})
	}
	if rt.method == http.MethodPost && rt.level != levelOpen {
		params = append(params, keyHeader{})
	}
	return params
}

type userHeader struct {
	UserID string `header:"X-User-Id" maxLength:"64" doc:"together with X-API-Key: the user whom the backend acts for"`
}

type keyHeader struct {
	Key string `header:"Idempotency-Key" maxLength:"64" doc:"names the request; a retry under the same name has no second effect"`
}

// messageID is the id of a message in an answer.
type messageID string

// messageRef is one in a request, where it may be a number.
type messageRef string

// mentions are user ids, or the word all.
type mentions []string

func formatMessageID(id uint64) messageID { return messageID(strconv.FormatUint(id, 10)) }
