package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskReplyRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/desk/replies", do: listReplies, level: levelAny,
			about: about{
				id: "listReplies", tag: tagDesk, summary: "List the canned replies: one's own, and those for everybody",
				params: list(replyParams{}),
				data:   repliesView{},
			},
		},
		{
			method: "POST", path: "/api/v1/desk/replies", do: createReply, body: jsonBody, level: levelAny,
			about: about{
				id: "createReply", tag: tagDesk, summary: "Add a canned reply",
				text:    "Those for everybody are the supervisors' and backends'.",
				body:    replyBody{},
				data:    replyView{},
				reasons: deskReasons,
			},
		},
		{
			method: "PUT", path: "/api/v1/desk/replies/{id}", do: replaceReply, body: jsonBody, level: levelAny,
			about: about{
				id: "replaceReply", tag: tagDesk, summary: "Change a canned reply",
				text:    "Whose it is stays: shared must be as it was.",
				params:  list(replyPath{}),
				body:    replyBody{},
				data:    replyView{},
				reasons: deskReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/desk/replies/{id}", do: removeReply, level: levelAny,
			about: about{
				id: "removeReply", tag: tagDesk, summary: "Remove a canned reply",
				params:  list(replyPath{}),
				reasons: deskReasons,
			},
		},
	}
}

type replyPath struct {
	ID string `path:"id" maxLength:"64" doc:"a canned reply"`
}

type replyParams struct {
	Skill string `query:"skill" doc:"only those for sessions of this skill group, and those for all"`
}

type replyView struct {
	ReplyID   string `json:"reply_id"`
	Shared    bool   `json:"shared" doc:"for everybody"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	Skill     string `json:"skill" doc:"empty is all"`
	UpdatedAt int64  `json:"updated_at" doc:"Unix milliseconds"`
}

func viewReply(r *desk.Reply) replyView {
	return replyView{ReplyID: r.ID, Shared: r.Owner == "", Title: r.Title, Text: r.Text, Skill: r.Skill, UpdatedAt: r.UpdatedAt}
}

type repliesView struct {
	Replies []replyView `json:"replies"`
}

func listReplies(s *Server, x *exchange) *wire.Error {
	if err := x.optionalIDs("skill"); err != nil {
		return err
	}
	replies, err := s.desk.Replies(x.r.Context(), x.actor(), x.query.text("skill"))
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, repliesView{Replies: views(replies, viewReply)})
}

type replyBody struct {
	Title  string  `json:"title" minLength:"1" maxLength:"128"`
	Text   string  `json:"text" minLength:"1" maxLength:"4096" doc:"at most 4096 bytes"`
	Skill  wire.ID `json:"skill,omitempty" doc:"only for sessions of this skill group"`
	Shared bool    `json:"shared,omitempty" doc:"for everybody"`
}

// maxReplyText bounds a canned reply, in bytes.
const maxReplyText = 4 << 10

func (b *replyBody) check() (n desk.NewReply, err *wire.Error) {
	n = desk.NewReply{Title: b.Title, Text: b.Text, Skill: string(b.Skill), Shared: b.Shared}
	switch {
	case n.Title == "" || n.Text == "":
		return n, wire.NewError(wire.ReasonBadRequest, "title and text are needed")
	case len(n.Text) > maxReplyText:
		return n, wire.Errorf(wire.ReasonBadRequest, "text must be at most %d bytes", maxReplyText)
	}
	if err = checkName("title", n.Title); err != nil {
		return n, err
	}
	return n, checkOptionalID("skill", n.Skill)
}

func createReply(s *Server, x *exchange) *wire.Error { return s.putReply(x, "") }

func replaceReply(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.putReply(x, id)
}

func (s *Server) putReply(x *exchange, id string) *wire.Error {
	var b replyBody
	if err := x.decode(&b); err != nil {
		return err
	}
	n, refusal := b.check()
	if refusal != nil {
		return refusal
	}
	if x.user == "" {
		n.Shared = true // a backend has none of its own
	}
	reply, err := s.desk.PutReply(x.r.Context(), x.actor(), id, n)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewReply(&reply))
}

func removeReply(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.desk.RemoveReply(x.r.Context(), x.actor(), id))
}
