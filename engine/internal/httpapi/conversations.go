package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/desk"
)

func conversationRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/conversations", do: conversations, visitors: true,
			about: about{
				id: "listConversations", tag: tagConversations, summary: "List one's conversations, the pinned and the latest first",
				params: list(page{}),
				data:   conversationsView{},
			},
		},
		{
			method: "PATCH", path: "/api/v1/conversations/{conv_id}", do: updateConversation, body: jsonBody,
			about: about{
				id: "updateConversation", tag: tagConversations, summary: "Pin, silence or hide a conversation in one's list",
				text:    "A hidden conversation comes back with its next message. At least one field is needed.",
				params:  list(conversationPath{}),
				body:    conversationPatch{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "POST", path: "/api/v1/conversations/{conv_id}/clear", do: clearConversation, body: optionalBody,
			about: about{
				id: "clearConversation", tag: tagConversations, summary: "Hide the messages so far from oneself",
				params:  list(conversationPath{}),
				body:    clearBody{},
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

// conversationsView is what Chat.Conversations appends.
type conversationsView struct {
	Conversations []conversationView `json:"conversations"`
	Next          string             `json:"next,omitempty"`
}

// conversationView is a line of the list, as package wire writes it.
type conversationView struct {
	ConvID      string    `json:"conv_id"`
	Kind        string    `json:"kind" enum:"single,group,service"`
	Peer        string    `json:"peer,omitempty" doc:"single: the other user"`
	GroupID     string    `json:"group_id,omitempty"`
	SessionID   string    `json:"session_id,omitempty" doc:"service: the session of the desk"`
	Name        string    `json:"name,omitempty" doc:"of the group"`
	LastSeq     uint64    `json:"last_seq"`
	ReadSeq     uint64    `json:"read_seq" doc:"read up to here"`
	AckSeq      uint64    `json:"ack_seq" doc:"received up to here"`
	ClearedSeq  uint64    `json:"cleared_seq" doc:"not shown any more up to here"`
	Unread      uint64    `json:"unread" doc:"messages behind read_seq"`
	PeerReadSeq uint64    `json:"peer_read_seq,omitempty" doc:"single: read by the other up to here"`
	PeerAckSeq  uint64    `json:"peer_ack_seq,omitempty" doc:"single: received by the other up to here"`
	Mentioned   bool      `json:"mentioned" doc:"something unread mentions the user"`
	Pinned      bool      `json:"pinned"`
	Muted       bool      `json:"muted" doc:"do not disturb"`
	UpdatedAt   int64     `json:"updated_at" doc:"Unix milliseconds"`
	LastMessage *logEntry `json:"last_message" doc:"null where there is none to be shown"`
}

func conversations(s *Server, x *exchange) *wire.Error {
	after, limit, refusal := x.cursorPage(wire.ConversationsLimit, wire.MaxConversationsLimit)
	if refusal != nil {
		return refusal
	}
	look := s.chat.Conversations
	if x.role == desk.RoleVisitor {
		look = s.chat.VisitorConversations
	}
	out, err := look(x.r.Context(), x.user, limit, after, append(x.out, '{'))
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(out, '}')
	return nil
}

type conversationPath struct {
	ConvID string `path:"conv_id" doc:"such as single_1:2 or group_7"`
}

// pathConvID is a conversation's id in the path.
func (x *exchange) pathConvID() (string, *wire.Error) {
	id := x.r.PathValue("conv_id")
	if _, ok := wire.ParseConvID(id); !ok {
		return "", errNotFound
	}
	return id, nil
}

type conversationPatch struct {
	Pinned *bool `json:"pinned,omitempty"`
	Muted  *bool `json:"muted,omitempty" doc:"do not disturb"`
	Hidden *bool `json:"hidden,omitempty"`
}

func updateConversation(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathConvID()
	if refusal != nil {
		return refusal
	}
	var b conversationPatch
	if err := x.decode(&b); err != nil {
		return err
	}
	if b == (conversationPatch{}) {
		return wire.NewError(wire.ReasonBadRequest, "one of pinned, muted and hidden is needed")
	}
	return s.done(x, s.chat.UpdateConversation(x.r.Context(), x.user, id, chat.ConversationPatch(b)))
}

type clearBody struct {
	Seq *uint64 `json:"seq,omitempty" minimum:"1" doc:"up to this one; everything there is where it is left out"`
}

func clearConversation(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathConvID()
	if refusal != nil {
		return refusal
	}
	var b clearBody
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	var seq uint64
	if b.Seq != nil {
		if seq = *b.Seq; seq < 1 || seq > wire.MaxSeq {
			return wire.NewError(wire.ReasonBadRequest, "seq must be 1 to 2^53-1")
		}
	}
	return s.done(x, s.chat.ClearConversation(x.r.Context(), x.user, id, seq))
}
