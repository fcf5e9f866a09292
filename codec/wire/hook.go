package wire

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Question is what the operator's hook is asked about a message that a user sends
// or edits, before anything of it is stored.
type Question struct {
	Type        string // "send" or "edit"
	From        string
	ConvID      string
	To          string // single conversations: the other user
	ID          uint64 // edit: the message
	CID         string
	Content     []byte // one JSON value, as the client sent it
	ContentType string // "" is text, and is left out
	TTL         int64  // seconds; 0: none
	Extra       []byte // further members (mentions, reply_to), as [Extra] builds them
	Time        int64  // of the question, Unix milliseconds
}

// AppendQuestion appends q as a JSON object.
func AppendQuestion(dst []byte, q *Question) []byte {
	dst = appendText(dst, `{"type":`, q.Type)
	dst = appendText(dst, `,"from":`, q.From)
	dst = appendPlace(dst, q)
	if q.ID != 0 {
		dst = appendMessageID(dst, `,"id":"`, q.ID)
	}
	dst = appendCID(dst, q.CID)
	dst = append(append(dst, `,"content":`...), q.Content...)
	if q.ContentType != "" {
		dst = appendText(dst, `,"content_type":`, q.ContentType)
	}
	if q.TTL != 0 {
		dst = appendInt(dst, `,"ttl_s":`, q.TTL)
	}
	dst = appendExtra(dst, q.Extra)
	return append(appendInt(dst, `,"time":`, q.Time), '}')
}

// appendPlace appends where the message is to go.
func appendPlace(dst []byte, q *Question) []byte {
	conv, _ := ParseConvID(q.ConvID)
	dst = appendText(dst, `,"kind":`, conv.Kind.String())
	dst = appendText(dst, `,"conv_id":`, q.ConvID)
	switch conv.Kind {
	case Single:
		dst = appendText(dst, `,"to":`, q.To)
	case Group:
		dst = appendText(dst, `,"group_id":`, conv.Group)
	case Service:
		dst = appendText(dst, `,"session_id":`, SessionOf(q.ConvID))
	}
	return dst
}

// Verdict is what is to become of a message that the hook was asked about. The
// zero Verdict lets it through as it is.
type Verdict struct {
	Refusal     *Error  // what its sender is told; nil: it is let through
	Content     []byte  // takes the place of what it said, one JSON value; nil: it stays
	ContentType *string // takes the place of what it was, "" is text; nil: it stays
}

// maxDenial is how much of the hook's reason a client is told, in bytes.
const maxDenial = 256

// DecodeVerdict reads the hook's answer. Content longer than most bytes is an
// error, as is everything that a client couldn't have sent.
func DecodeVerdict(data []byte, most int) (Verdict, *Error) {
	var answer struct {
		Action      string          `json:"action"`
		Reason      string          `json:"reason"`
		Content     json.RawMessage `json:"content"`
		ContentType *string         `json:"content_type"`
	}
	if err := Strict(data, &answer); err != nil {
		return Verdict{}, err
	}
	switch answer.Action {
	case "allow":
		return Verdict{}, nil
	case "deny":
		return Verdict{Refusal: NewError(ReasonDenied, denial(answer.Reason))}, nil
	case "change":
		return change(answer.Content, answer.ContentType, most)
	}
	return Verdict{}, badRequest("action must be allow, deny or change")
}

func change(content []byte, kind *string, most int) (Verdict, *Error) {
	content = bytes.TrimSpace(content)
	switch {
	case len(content) == 0 || string(content) == "null":
		return Verdict{}, errContent
	case len(content) > most:
		return Verdict{}, NewError(ReasonTooLarge, "the content is too large")
	case kind != nil && *kind != "" && !printable(*kind, maxContentType):
		return Verdict{}, errContentType
	}
	if kind != nil && *kind == "text" {
		kind = new(string)
	}
	return Verdict{Content: bytes.Clone(content), ContentType: kind}, nil
}

// denial is a reason as it is told: no more than maxDenial bytes of whole letters.
func denial(reason string) string {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return "the message was not let through"
	}
	if len(reason) <= maxDenial {
		return reason
	}
	cut := maxDenial
	for !utf8.RuneStart(reason[cut]) {
		cut--
	}
	return reason[:cut]
}
