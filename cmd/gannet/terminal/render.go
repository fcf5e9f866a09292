package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gannet/codec/client"
)

// bodyOf is what a message says, not yet inert. What is no text is shown as it is
// stored, behind its type.
func bodyOf(m *client.Chat) string {
	if m.Expired {
		return "(expired)"
	}
	return contentText(m.Content, m.ContentType)
}

func contentText(content []byte, kind string) string {
	var text string
	if json.Unmarshal(content, &text) != nil {
		var b bytes.Buffer
		if json.Compact(&b, content) != nil {
			return ""
		}
		text = b.String()
		if kind == "" {
			kind = "json"
		}
	}
	if kind != "" && kind != "text" {
		text = "[" + kind + "] " + text
	}
	return text
}

func dateTime(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04:05") }

func clock(ms int64) string { return time.UnixMilli(ms).Format("15:04") }

// when tells a time by the clock if it was today, else by the day too.
func when(ms int64, now time.Time) string {
	at := time.UnixMilli(ms)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2 Jan 15:04")
}

// renderer writes entries of a conversation as lines.
type renderer struct {
	style style
	width int
	me    string
}

// follow is what stands before the second and later rows of a message, so that no
// message can look like two.
const follow = "    │ "

// who is how the sender of a message is called.
func (r *renderer) who(user string) string {
	if user == r.me {
		return r.style.bold("you")
	}
	return r.style.name(inertLine(user))
}

// plainWho is who without colours.
func plainWho(user, me string) string {
	if user == me {
		return "you"
	}
	return inertLine(user)
}

// message returns the lines of a message. replied is what it answers, if that is
// known.
func (r *renderer) message(m *client.Chat, replied *client.Chat) (lines []string) {
	if m.ReplyTo != 0 {
		lines = append(lines, r.style.faint(clip("    ↳ "+r.quote(m, replied), r.width)))
	}
	body := inert(bodyOf(m))
	if m.Edited && !m.Recalled {
		body += " (edited)"
	}
	number, name := fmt.Sprintf("#%d", m.Seq), plainWho(m.From, r.me)
	head := fmt.Sprintf("%-4s %s %s  ", number, clock(m.Time), name)
	for i, row := range r.indented(head, body) {
		switch {
		case m.Recalled || m.Expired:
			row = r.style.faint(row)
		case r.calls(m):
			row = r.style.bold(row)
		}
		if i == 0 {
			row = r.style.faint(fmt.Sprintf("%-4s %s ", number, clock(m.Time))) + r.who(m.From) + "  " + row
		} else {
			row = r.style.faint(follow) + row
		}
		lines = append(lines, row)
	}
	return lines
}

// indented breaks body into rows: the first has room behind head, the others behind
// follow.
func (r *renderer) indented(head, body string) []string {
	first := r.width - columns(head)
	if first < 10 {
		return append([]string{""}, wrap(body, r.width-columns(follow))...)
	}
	top, rest, broken := strings.Cut(body, "\n")
	rows := wrap(top, first)
	if len(rows) > 1 {
		top = strings.TrimLeft(strings.TrimPrefix(top, rows[0]), " ")
		rows = append(rows[:1], wrap(top, r.width-columns(follow))...)
	}
	if broken {
		rows = append(rows, wrap(rest, r.width-columns(follow))...)
	}
	return rows
}

func (r *renderer) quote(m, replied *client.Chat) string {
	if replied == nil {
		if m.ReplySeq == 0 {
			return "an earlier message"
		}
		return fmt.Sprintf("#%d", m.ReplySeq)
	}
	return fmt.Sprintf("#%d %s: %s", replied.Seq, plainWho(replied.From, r.me), inertLine(bodyOf(replied)))
}

// calls reports whether a message is meant for the user by name, or for all.
func (r *renderer) calls(m *client.Chat) bool {
	if m.From == r.me {
		return false
	}
	for _, user := range m.Mentions {
		if user == r.me {
			return true
		}
	}
	return m.MentionAll
}

// event returns the lines of an event; about is the message that it is about, if
// that is known.
func (r *renderer) event(e *client.Event, about *client.Chat) []string {
	text := ""
	switch {
	case e.Recall != nil:
		text = fmt.Sprintf("%s recalled #%d", plainWho(e.Recall.From, r.me), e.Recall.Seq)
	case e.Edit != nil:
		text = fmt.Sprintf("%s edited #%d", plainWho(e.Edit.From, r.me), e.Edit.Seq)
		if len(e.Edit.Content) > 0 {
			text += ": " + inertLine(contentText(e.Edit.Content, e.Edit.ContentType))
		}
	case e.Reaction != nil:
		text = r.reaction(e.Reaction, about)
	case e.Group != nil:
		text = r.group(e.Group)
	case e.Session != nil:
		text = r.session(e.Session)
	}
	if text == "" {
		return nil
	}
	var lines []string
	for i, row := range wrap(text, r.width-columns(follow)) {
		sign := "    · "
		if i > 0 {
			sign = follow
		}
		lines = append(lines, r.style.faint(sign+row))
	}
	return lines
}

func (r *renderer) reaction(e *client.Reaction, about *client.Chat) string {
	did, where := "put", "on"
	if e.Remove {
		did, where = "took", "off"
	}
	text := fmt.Sprintf("%s %s %s %s #%d", plainWho(e.From, r.me), did, inertLine(e.Emoji), where, e.Seq)
	if about != nil {
		text += " " + clip(inertLine(bodyOf(about)), 30)
	}
	return text
}
