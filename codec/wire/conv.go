package wire

import "strings"

// Kind says what sort of conversation it is. The numbers are part of the
// protocol.
type Kind uint8

// The kinds of conversation.
const (
	Single  Kind = 1 // two users
	Group   Kind = 2 // the members of a group
	Service Kind = 3 // a customer service session
)

// String returns "single", "group" or "service".
func (k Kind) String() string {
	switch k {
	case Single:
		return "single"
	case Group:
		return "group"
	case Service:
		return "service"
	}
	return "unknown"
}

const (
	singlePrefix  = "single_"
	groupPrefix   = "group_"
	servicePrefix = "service_"
	staffSuffix   = ".staff"
)

// Conv is what a conversation id says. Its strings alias the parsed id.
type Conv struct {
	Kind    Kind
	A, B    string // Single: the two users, A < B bytewise
	Group   string // Group: the group id
	Session string // Service: the session id
}

// Peer returns the other user of a single conversation, and whether user is
// one of its two at all.
func (c *Conv) Peer(user string) (peer string, ok bool) {
	switch {
	case c.Kind != Single:
		return "", false
	case user == c.A:
		return c.B, true
	case user == c.B:
		return c.A, true
	}
	return "", false
}

// SingleID returns the id of the conversation of users a and b, in whichever
// order they are given.
func SingleID(a, b string) string {
	if b < a {
		a, b = b, a
	}
	return singlePrefix + a + ":" + b
}

// AppendSingleID appends SingleID(a, b) to dst.
func AppendSingleID(dst []byte, a, b string) []byte {
	if b < a {
		a, b = b, a
	}
	dst = append(dst, singlePrefix...)
	dst = append(dst, a...)
	dst = append(dst, ':')
	return append(dst, b...)
}

// GroupConvID returns the id of the conversation of a group.
func GroupConvID(group string) string { return groupPrefix + group }

// ServiceConvID returns the id of the conversation of a service session.
func ServiceConvID(session string) string { return servicePrefix + session }

// StaffConvID returns the id of the conversation in which those who serve a
// session keep their notes.
func StaffConvID(session string) string { return servicePrefix + session + staffSuffix }

// SessionOf returns the session that a service conversation belongs to, be it its
// own or that of its notes; "" for other conversations.
func SessionOf(convID string) string {
	id, ok := strings.CutPrefix(convID, servicePrefix)
	if !ok {
		return ""
	}
	return strings.TrimSuffix(id, staffSuffix)
}

// ParseConvID takes a conversation id apart, and reports whether it is one.
func ParseConvID(s string) (Conv, bool) {
	if rest, ok := strings.CutPrefix(s, singlePrefix); ok {
		a, b, ok := strings.Cut(rest, ":")
		return Conv{Kind: Single, A: a, B: b}, ok && a < b && ValidID(a) && ValidID(b)
	}
	if id, ok := strings.CutPrefix(s, groupPrefix); ok {
		return Conv{Kind: Group, Group: id}, ValidID(id)
	}
	if id, ok := strings.CutPrefix(s, servicePrefix); ok {
		return Conv{Kind: Service, Session: id}, ValidID(id)
	}
	return Conv{}, false
}
