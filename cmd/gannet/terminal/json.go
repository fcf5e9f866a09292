package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"gannet/codec/client"
)

// jsonLine is a message of the server as scripts read it: the fields are those of
// the WebSocket protocol.
type jsonLine struct {
	Type        string          `json:"type"`
	CID         string          `json:"cid,omitempty"`
	ID          string          `json:"id,omitempty"`
	ConvID      string          `json:"conv_id,omitempty"`
	Seq         uint64          `json:"seq,omitempty"`
	From        string          `json:"from,omitempty"`
	To          string          `json:"to,omitempty"`
	GroupID     string          `json:"group_id,omitempty"`
	SessionID   string          `json:"session_id,omitempty"`
	Emoji       string          `json:"emoji,omitempty"`
	Op          string          `json:"op,omitempty"`
	Content     json.RawMessage `json:"content,omitempty"`
	ContentType string          `json:"content_type,omitempty"`
	EventSeq    uint64          `json:"event_seq,omitempty"`
	Time        int64           `json:"time,omitempty"`
	Expires     int64           `json:"expires_at,omitempty"`
	Edited      bool            `json:"edited,omitempty"`
	Recalled    bool            `json:"recalled,omitempty"`
	Expired     bool            `json:"expired,omitempty"`
	Mentions    any             `json:"mentions,omitempty"`
	ReplyTo     string          `json:"reply_to,omitempty"`
	ReplySeq    uint64          `json:"reply_seq,omitempty"`
}

func idText(id uint64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatUint(id, 10)
}

func sentLine(s client.Sent) jsonLine {
	return jsonLine{Type: "sent", CID: s.CID, ID: idText(s.ID), ConvID: s.ConvID, Seq: s.Seq, Time: s.Time}
}

func chatLine(m *client.Chat) jsonLine {
	l := jsonLine{
		Type: "chat", ID: idText(m.ID), ConvID: m.ConvID, Seq: m.Seq, From: m.From, To: m.To, GroupID: m.GroupID,
		SessionID: m.SessionID, Content: m.Content, ContentType: m.ContentType, Time: m.Time, Expires: m.Expires,
		Edited: m.Edited, Recalled: m.Recalled, Expired: m.Expired, ReplyTo: idText(m.ReplyTo), ReplySeq: m.ReplySeq,
	}
	switch {
	case m.MentionAll:
		l.Mentions = "all"
	case len(m.Mentions) > 0:
		l.Mentions = m.Mentions
	}
	return l
}

// eventLine returns an event of a conversation's log as it came, or nil where
// scripts aren't told of it.
func eventLine(e client.Event) any {
	switch {
	case e.Group != nil:
		return json.RawMessage(e.Group.Raw)
	case e.Session != nil:
		return json.RawMessage(e.Session.Raw)
	case e.Recall != nil:
		return changeLine("recall", e.Recall.Change)
	case e.Edit != nil:
		l := changeLine("edit", e.Edit.Change)
		l.Content, l.ContentType = e.Edit.Content, e.Edit.ContentType
		return l
	case e.Reaction != nil:
		l := changeLine("reaction", e.Reaction.Change)
		l.Emoji, l.Op = e.Reaction.Emoji, "add"
		if e.Reaction.Remove {
			l.Op = "remove"
		}
		return l
	}
	return nil
}

func changeLine(word string, c client.Change) jsonLine {
	return jsonLine{Type: word, ID: idText(c.ID), ConvID: c.ConvID, Seq: c.Seq, From: c.From, EventSeq: c.EventSeq, Time: c.Time}
}

// printJSON prints v in one line. What a terminal might obey is escaped: the line
// may well be printed on one.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escaped(b.Bytes()))
	return err
}

// escaped writes the hidden runes of a JSON text, which stand in strings only, as
// \u escapes.
func escaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r >= utf8.RuneSelf && r <= 0xffff && hidden(r) || r == 0x7f {
			out = fmt.Appendf(out, "\\u%04x", r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}
