package httpapi

import (
	"encoding/json"
	"net/http"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskAfterRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/desk/sessions/{id}/rating", do: rateSession, body: jsonBody, visitors: true,
			about: about{
				id: "rateSession", tag: tagDesk, summary: "Say how it was, as the visitor, once the session is closed",
				params:  list(sessionPath{}),
				body:    ratingBody{},
				reasons: deskReasons,
			},
		},
		{
			method: "GET", path: "/api/v1/desk/sessions/{id}/transcript", do: transcript, level: levelAny, visitors: true,
			about: about{
				id: "sessionTranscript", tag: tagDesk, summary: "Read what was said in a session, oldest first",
				text: "Notes are among it, but not for the visitor. As text it is a line for each entry, and the header Gannet-Next " +
					"is what next is else.",
				params:  list(sessionPath{}, transcriptParams{}),
				data:    transcriptView{},
				other:   "text/plain; charset=utf-8",
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

type ratingBody struct {
	Rating  int    `json:"rating" minimum:"1" maximum:"5"`
	Comment string `json:"comment,omitempty" maxLength:"1024" doc:"at most 1024 bytes"`
}

func rateSession(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b ratingBody
	if err := x.decode(&b); err != nil {
		return err
	}
	switch {
	case b.Rating < 1 || b.Rating > 5:
		return wire.NewError(wire.ReasonBadRequest, "rating must be a whole number from 1 to 5")
	case len(b.Comment) > maxComment:
		return wire.Errorf(wire.ReasonBadRequest, "comment must be at most %d bytes", maxComment)
	}
	return s.done(x, s.desk.Rate(x.r.Context(), x.actor(), id, b.Rating, b.Comment))
}

type transcriptParams struct {
	After  string `query:"after" doc:"the next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
	Format string `query:"format" enum:"json,text" default:"json"`
}

// transcriptLimit is the usual size of a page.
const transcriptLimit = 200

type transcriptView struct {
	Session sessionView       `json:"session"`
	People  []personView      `json:"people" doc:"who speaks on this page"`
	Entries []transcriptEntry `json:"entries"`
	Next    string            `json:"next,omitempty"`
}

type personView struct {
	UserID string `json:"user_id"`
	Name   string `json:"name"`
	Role   string `json:"role" enum:",visitor,agent,supervisor" doc:"empty is the desk itself"`
}

// transcriptEntry is an entry with what it is besides.
type transcriptEntry struct {
	Note  bool            `json:"note" doc:"it is a note of the staff"`
	Entry json.RawMessage `json:"entry" doc:"as a page of the conversation's history has it"`
}

func viewPerson(p *desk.Person) personView {
	return personView{UserID: p.User, Name: p.Name, Role: p.Role.String()}
}

func viewEntry(e *desk.TranscriptEntry) transcriptEntry {
	return transcriptEntry{Note: e.Note, Entry: e.JSON}
}

func transcript(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	after, given := x.query.get("after")
	if given && !validCursor(after) {
		return errAfter
	}
	limit, refusal := x.query.number("limit", desk.MaxTranscriptLimit)
	if refusal != nil {
		return refusal
	}
	format := x.query.text("format")
	if format != "" && format != "json" && format != "text" {
		return wire.NewError(wire.ReasonBadRequest, "format must be json or text")
	}
	if limit == 0 {
		limit = transcriptLimit
	}
	t, err := s.desk.Transcript(x.r.Context(), x.actor(), id, after, int(limit))
	switch {
	case err != nil:
		return s.refusal(x, err)
	case format == "text":
		x.stream = plainText(&t)
		return nil
	}
	return s.put(x, transcriptView{
		Session: x.viewSession(&t.Session), People: views(t.People, viewPerson), Entries: views(t.Entries, viewEntry), Next: t.Next,
	})
}

// plainText answers a transcript without an envelope.
func plainText(t *desk.Transcript) http.HandlerFunc {
	text, next := t.Text(), t.Next
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		answerHeader(h, len(text))
		h["Content-Type"] = textType
		if next != "" {
			h["Gannet-Next"] = []string{next}
		}
		_, _ = w.Write(text) // an error means that the client is gone
	}
}
