package httpapi

import (
	"encoding/json"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func systemRoutes() []route {
	return []route{{
		method: "POST", path: "/api/v1/messages/system", do: sendSystem, body: bigBody, level: levelBackend, cids: true,
		about: about{
			id: "sendSystemMessage", tag: tagMessages, summary: "Send a message from the system user",
			text: "To one user, to up to 500 users (each gets a message of their own, with the cid <cid>#<its place>), or to a group. " +
				"Each message has its own outcome, in their order. The header Idempotency-Key may stand for cid.",
			body:    systemBody{},
			data:    outcomesView{},
			reasons: words(wire.ReasonForbidden),
		},
	}}
}

type systemBody struct {
	To          wire.ID         `json:"to,omitempty" doc:"exactly one of to, users and group_id is needed"`
	Users       []wire.ID       `json:"users,omitempty" maxItems:"500"`
	GroupID     wire.ID         `json:"group_id,omitempty"`
	Content     json.RawMessage `json:"content" doc:"any JSON value; it is kept and returned as it was"`
	ContentType string          `json:"content_type,omitempty" maxLength:"64" default:"text"`
	CID         string          `json:"cid,omitempty" maxLength:"64"`
}

func sendSystem(s *Server, x *exchange) *wire.Error {
	var b systemBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if err := x.keyAsCID(&b.CID); err != nil {
		return err
	}
	list, err := b.outgoing(s.systemUser)
	if err != nil {
		return err
	}
	for i := range list {
		if err := s.checkOutgoing(x, &list[i]); err != nil {
			return err
		}
	}
	return s.putOutcomes(x, list)
}

// outgoing gives each receiver their message.
func (b *systemBody) outgoing(from string) ([]chat.Outgoing, *wire.Error) {
	m := chat.Outgoing{
		From: from, To: string(b.To), GroupID: string(b.GroupID), System: true,
		CID: b.CID, Content: b.Content, ContentType: b.ContentType,
	}
	if len(b.Users) == 0 {
		return []chat.Outgoing{m}, nil
	}
	switch {
	case b.To != "" || b.GroupID != "":
		return nil, wire.NewError(wire.ReasonBadRequest, "exactly one of to, users and group_id is needed")
	case len(b.Users) > maxOutgoing:
		return nil, wire.Errorf(wire.ReasonBadRequest, "users must be a list of 1 to %d ids", maxOutgoing)
	}
	users, err := userIDs("users", b.Users)
	if err != nil {
		return nil, err
	}
	list := make([]chat.Outgoing, len(users))
	for i, user := range users {
		list[i] = m
		list[i].To = user
		if m.CID != "" {
			list[i].CID = numbered(m.CID, i)
		}
	}
	return list, nil
}
