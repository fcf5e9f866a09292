package httpapi

import (
	"encoding/json"
	"strconv"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func messageRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/messages/send", do: send, visitors: true, body: jsonBody, cids: true,
			about: about{
				id: "sendMessage", tag: tagMessages, summary: "Send a message",
				text:    "Answered when the message is on disk. The header Idempotency-Key may stand for cid.",
				body:    sendBody{},
				data:    sentView{},
				reasons: words(sendReasons, wire.ReasonConflict),
			},
		},
		{
			method: "GET", path: "/api/v1/messages/history", do: history, visitors: true,
			about: about{
				id: "messageHistory", tag: tagMessages, summary: "Read a page of a conversation, oldest first",
				params:  list(historyParams{}),
				data:    historyView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

// sendReasons are the refusals that a message may meet.
var sendReasons = words(
	wire.ReasonForbidden, wire.ReasonNotMember, wire.ReasonMuted, wire.ReasonBlocked, wire.ReasonNotFound,
	wire.ReasonGroupFull, wire.ReasonSessionClosed, wire.ReasonDenied,
)

// sendBody is what wire.DecodeBody reads for a send.
type sendBody struct {
	To          wire.ID         `json:"to,omitempty" doc:"the receiver; exactly one of to, group_id and conv_id is needed"`
	GroupID     wire.ID         `json:"group_id,omitempty"`
	ConvID      string          `json:"conv_id,omitempty" maxLength:"140"`
	Content     json.RawMessage `json:"content" doc:"any JSON value; it is kept and returned as it was"`
	ContentType string          `json:"content_type,omitempty" maxLength:"64" default:"text"`
	CID         string          `json:"cid,omitempty" maxLength:"64" doc:"the client's own id of the message; a retry with the same one has no second effect"`
	Mentions    mentions        `json:"mentions,omitempty" doc:"user ids, or the word all"`
	ReplyTo     messageRef      `json:"reply_to,omitempty" doc:"the message that this one answers"`
	TTL         int             `json:"ttl_s,omitempty" minimum:"1" maximum:"31536000" doc:"seconds that the message lives"`
}

// sentView is a message that is on disk.
type sentView struct {
	MsgID     messageID `json:"msg_id"`
	ConvID    string    `json:"conv_id"`
	Seq       uint64    `json:"seq" doc:"the message's place in its conversation"`
	Timestamp int64     `json:"timestamp" doc:"Unix milliseconds"`
}

func send(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbSend, x.body, &x.req); err != nil {
		return err
	}
	if err := x.keyAsCID(&x.req.CID); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	sent, err := s.chat.Send(x.r.Context(), x.user, &x.req)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(appendSent(append(x.out, '{'), &sent), '}')
	return nil
}

// appendSent appends the members of a sentView.
func appendSent(dst []byte, m *chat.Sent) []byte {
	dst = append(dst, `"msg_id":"`...)
	dst = wire.AppendMessageID(dst, m.ID)
	dst = append(dst, `","conv_id":`...)
	dst = wire.AppendString(dst, m.ConvID)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, m.Seq, 10)
	dst = append(dst, `,"timestamp":`...)
	return strconv.AppendInt(dst, m.Time, 10)
}

var errTwoKeys = wire.NewError(wire.ReasonBadRequest, "Idempotency-Key and cid differ")

// keyAsCID lets the header stand for the cid of the body.
func (x *exchange) keyAsCID(cid *string) *wire.Error {
	key, err := x.idempotencyKey()
	switch {
	case err != nil:
		return err
	case key == "":
		return nil
	case *cid != "" && *cid != key:
		return errTwoKeys
	}
	*cid = key
	return nil
}

type historyParams struct {
	To      string `query:"to" doc:"the other user; exactly one of to, group_id and conv_id is needed"`
	GroupID string `query:"group_id"`
	ConvID  string `query:"conv_id"`
	Before  uint64 `query:"before" minimum:"1" doc:"only messages with a smaller seq"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// historyView is what Chat.History appends.
type historyView struct {
	ConvID   string     `json:"conv_id"`
	Messages []logEntry `json:"messages"`
	HasMore  bool       `json:"has_more"`
}

// logEntry is an entry of a conversation's log, as package wire writes it.
type logEntry struct {
	Type        string          `json:"type" enum:"chat,group,recall,edit,reaction,session"`
	ID          messageID       `json:"id,omitempty"`
	ConvID      string          `json:"conv_id,omitempty"`
	Seq         uint64          `json:"seq,omitempty" doc:"the entry's place in the conversation; of recall, edit and reaction: that of the message"`
	EventSeq    uint64          `json:"event_seq,omitempty" doc:"the place of a recall, edit or reaction itself"`
	From        string          `json:"from,omitempty"`
	To          string          `json:"to,omitempty"`
	GroupID     string          `json:"group_id,omitempty"`
	SessionID   string          `json:"session_id,omitempty"`
	Content     json.RawMessage `json:"content,omitempty"`
	ContentType string          `json:"content_type,omitempty" doc:"left out where it is text"`
	Time        int64           `json:"time" doc:"Unix milliseconds"`
	ExpiresAt   int64           `json:"expires_at,omitempty" doc:"Unix milliseconds"`
	Edited      bool            `json:"edited,omitempty"`
	Recalled    bool            `json:"recalled,omitempty"`
	Expired     bool            `json:"expired,omitempty"`
	ReplyTo     messageID       `json:"reply_to,omitempty"`
	ReplySeq    uint64          `json:"reply_seq,omitempty"`
	Mentions    mentions        `json:"mentions,omitempty"`
	Event       string          `json:"event,omitempty" doc:"what happened to the group or the session"`
	By          string          `json:"by,omitempty" doc:"who did it"`
	UserID      string          `json:"user_id,omitempty"`
	UserIDs     []string        `json:"user_ids,omitempty"`
	Role        string          `json:"role,omitempty" doc:"the member's new role"`
	Until       int64           `json:"until,omitempty" doc:"how long the member is muted, Unix milliseconds"`
	Emoji       string          `json:"emoji,omitempty"`
	Op          string          `json:"op,omitempty" enum:"add,remove"`
	// What changed in the group.
	Name         string `json:"name,omitempty"`
	Announcement string `json:"announcement,omitempty"`
	MaxMembers   int    `json:"max_members,omitempty"`
	Join         string `json:"join,omitempty"`
	OldHistory   bool   `json:"old_history,omitempty"`
	Muted        bool   `json:"muted,omitempty"`
	// What happened to the session.
	AgentID   string `json:"agent_id,omitempty"`
	VisitorID string `json:"visitor_id,omitempty" doc:"whom the user was before"`
	AgentName string `json:"agent_name,omitempty"`
	Skill     string `json:"skill,omitempty"`
	Text      string `json:"text,omitempty"`
	Reason    string `json:"reason,omitempty" doc:"why it was closed"`
}

func history(s *Server, x *exchange) *wire.Error {
	if err := x.historyRequest(); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	out, err := s.chat.History(x.r.Context(), x.user, &x.req, append(x.out, '{'))
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(out, '}')
	return nil
}

// historyRequest builds the request from the query string.
func (x *exchange) historyRequest() *wire.Error {
	before, err := x.query.number("before", wire.MaxSeq)
	if err != nil {
		return err
	}
	limit, err := x.query.number("limit", wire.MaxHistoryLimit)
	if err != nil {
		return err
	}
	x.req.Reset()
	x.req.Verb = wire.VerbHistory
	x.req.To, x.req.GroupID, x.req.ConvID = x.query.text("to"), x.query.text("group_id"), x.query.text("conv_id")
	x.req.Before, x.req.Limit = before, int(limit)
	return x.req.Check()
}
