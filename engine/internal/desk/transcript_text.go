package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"gannet/codec/wire"
)

// Text writes the page for people, a line for each entry: when in the desk's time
// zone, who, and what. What somebody wrote can't break out of its line.
func (t *Transcript) Text() []byte {
	known := make(map[string]Person, len(t.People))
	for _, p := range t.People {
		known[p.User] = p
	}
	var b bytes.Buffer
	for i := range t.Entries {
		e := &t.Entries[i]
		who := known[e.From]
		b.WriteString(time.UnixMilli(e.Time).In(t.Zone).Format(time.RFC3339))
		fmt.Fprintf(&b, " [%s] ", e.heading(who))
		b.WriteString(oneLine(e.sentence(who.Name)))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// heading says what kind of line follows.
func (e *TranscriptEntry) heading(who Person) string {
	switch {
	case e.Event:
		return "event"
	case e.Note:
		return "note"
	case who.Role == RoleNone:
		return "desk"
	}
	return who.Role.String()
}

func (e *TranscriptEntry) sentence(name string) string {
	switch {
	case e.Event:
		return e.happened(name)
	case e.Recalled:
		return name + ": (recalled)"
	}
	return name + ": " + spoken(e.Content)
}

// spoken is what is to be read of a content: a text, or the text of an object,
// else its JSON.
func spoken(content []byte) string {
	var text string
	if json.Unmarshal(content, &text) == nil && len(content) > 0 && content[0] == '"' {
		return text
	}
	var object struct {
		Text *string `json:"text"`
	}
	if json.Unmarshal(content, &object) == nil && object.Text != nil {
		return *object.Text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, content) != nil {
		return string(content)
	}
	return compact.String()
}

// happening is what is to be read of an event.
type happening struct {
	Event     string `json:"event"`
	Agent     string `json:"agent_id"`
	AgentName string `json:"agent_name"`
	User      string `json:"user_id"`
	Skill     string `json:"skill"`
	Text      string `json:"text"`
	Reason    string `json:"reason"`
	Seq       uint64 `json:"seq"`
	Op        string `json:"op"`
	Emoji     string `json:"emoji"`
}

// happened says in words what an event was.
func (e *TranscriptEntry) happened(name string) string {
	var h happening
	if json.Unmarshal(e.JSON, &h) != nil {
		return e.Type
	}
	switch e.Type {
	case wire.EventSession:
		return h.ofSession(name)
	case wire.EventRecall:
		return fmt.Sprintf("%s recalled message %d", name, h.Seq)
	case wire.EventEdit:
		return fmt.Sprintf("%s edited message %d", name, h.Seq)
	case wire.EventReaction:
		if h.Op == wire.ReactionRemove {
			return fmt.Sprintf("%s took %s back from message %d", name, h.Emoji, h.Seq)
		}
		return fmt.Sprintf("%s reacted to message %d with %s", name, h.Seq, h.Emoji)
	}
	return name + ": " + e.Type
}

// ofSession says what happened to the session.
func (h *happening) ofSession(name string) string {
	agent := h.Agent
	if h.AgentName != "" {
		agent = h.AgentName
	}
	switch h.Event {
	case wire.SessionQueued:
		return "waiting for an agent"
	case wire.SessionAssigned:
		return agent + " has taken charge"
	case wire.SessionTransferred:
		if h.Skill != "" {
			return name + " transferred the session to the group " + h.Skill
		}
		return name + " transferred the session to " + agent
	case eventIdentified:
		return "the visitor is the user " + h.User
	case wire.SessionLost:
		return "the agent has gone away; another one is looked for"
	case wire.SessionJoined:
		return h.User + " has joined"
	case wire.SessionLeft:
		return h.User + " has left"
	case wire.SessionWarned, wire.SessionOffline:
		return h.Event + lead(": ", h.Text)
	case wire.SessionClosed:
		return "closed (" + h.Reason + ")" + lead(": ", h.Text)
	}
	return h.Event
}

// lead is a text with something before it, or nothing.
func lead(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// oneLine takes out of a text what would end its line, or turn its direction.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n', r == '\u2028', r == '\u2029':
			return '⏎'
		case r == '\r', unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}
