package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskWorkRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/claim", do: claimSession, body: optionalBody,
			about: about{
				id: "claimSession", tag: tagDesk, summary: "Take a session that nobody has",
				text:    "Out of the queue, or an offline message. Who has max_sessions already can't (409).",
				params:  list(sessionPath{}),
				data:    sessionView{},
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/transfer", do: transferSession, body: jsonBody, level: levelAny,
			about: about{
				id: "transferSession", tag: tagDesk, summary: "Hand a session over to an agent or to a skill group",
				text:    "The note is for whoever serves the session, and not for the visitor.",
				params:  list(sessionPath{}),
				body:    transferBody{},
				data:    sessionView{},
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/notes", do: addNote, body: jsonBody, cids: true,
			about: about{
				id: "addNote", tag: tagDesk, summary: "Write a note that the visitor doesn't see",
				text:    "It is a message of the conversation staff_conv_id. The header Idempotency-Key may stand for cid.",
				params:  list(sessionPath{}),
				body:    noteBody{},
				data:    sentView{},
				reasons: words(deskReasons, wire.ReasonSessionClosed),
			},
		},
		{
			method: "PUT", path: "/api/v1/desk/sessions/{id}/tags", do: tagSession, body: jsonBody, level: levelAny,
			about: about{
				id: "tagSession", tag: tagDesk, summary: "Set the tags of a session",
				text:    "Of a closed one, too.",
				params:  list(sessionPath{}),
				body:    tagsBody{},
				data:    sessionView{},
				reasons: deskReasons,
			},
		},
	}
}

func claimSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	session, err := s.desk.Claim(x.r.Context(), x.actor(), id)
	return s.putSession(x, &session, err)
}

type transferBody struct {
	AgentID wire.ID `json:"agent_id,omitempty" doc:"exactly one of agent_id and skill is needed"`
	Skill   wire.ID `json:"skill,omitempty"`
	Note    string  `json:"note,omitempty" maxLength:"4096" doc:"at most 4096 bytes"`
}

func transferSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b transferBody
	if err := x.decode(&b); err != nil {
		return err
	}
	t := desk.Transfer{Agent: string(b.AgentID), Skill: string(b.Skill), Note: b.Note}
	if err := checkTransfer(&t); err != nil {
		return err
	}
	session, err := s.desk.Transfer(x.r.Context(), x.actor(), id, t)
	return s.putSession(x, &session, err)
}

func checkTransfer(t *desk.Transfer) *wire.Error {
	if (t.Agent == "") == (t.Skill == "") {
		return wire.NewError(wire.ReasonBadRequest, "exactly one of agent_id and skill is needed")
	}
	if err := checkOptionalID("agent_id", t.Agent); err != nil {
		return err
	}
	if err := checkOptionalID("skill", t.Skill); err != nil {
		return err
	}
	return checkNote("note", t.Note)
}

func checkNote(field, text string) *wire.Error {
	if len(text) > desk.MaxNote {
		return wire.Errorf(wire.ReasonBadRequest, "%s must be at most %d bytes", field, desk.MaxNote)
	}
	return nil
}

type noteBody struct {
	Text string `json:"text" minLength:"1" maxLength:"4096" doc:"at most 4096 bytes"`
	CID  string `json:"cid,omitempty" maxLength:"64" doc:"the client's own id of the note; a retry with the same one has no second effect"`
}

func addNote(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b noteBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if err := x.keyAsCID(&b.CID); err != nil {
		return err
	}
	switch {
	case b.Text == "":
		return wire.NewError(wire.ReasonBadRequest, "text is needed")
	case b.CID != "" && !wire.ValidCID(b.CID):
		return wire.NewError(wire.ReasonBadRequest, "cid must be at most 64 bytes of printable text")
	}
	if err := checkNote("text", b.Text); err != nil {
		return err
	}
	sent, err := s.desk.Note(x.r.Context(), x.actor(), id, b.CID, b.Text)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(appendSent(append(x.out, '{'), &sent), '}')
	return nil
}

type tagsBody struct {
	Tags []string `json:"tags" maxItems:"20" doc:"each 1 to 64 bytes; they replace those there are"`
}

func tagSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b tagsBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	session, err := s.desk.Tag(x.r.Context(), x.actor(), id, b.Tags)
	return s.putSession(x, &session, err)
}

func (b *tagsBody) check() *wire.Error {
	if b.Tags == nil || len(b.Tags) > maxTags {
		return wire.Errorf(wire.ReasonBadRequest, "tags must be a list of at most %d", maxTags)
	}
	for i, tag := range b.Tags {
		if !wire.ValidCID(tag) { // printable, 1 to 64 bytes
			return wire.Errorf(wire.ReasonBadRequest, "tags[%d] must be 1 to %d bytes of printable text", i, maxTag)
		}
	}
	return nil
}
