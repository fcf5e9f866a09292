package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func receiptRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/messages/ack", do: ack, visitors: true, body: jsonBody,
			about: about{
				id: "ackMessages", tag: tagMessages, summary: "Say what was received",
				text:    "The place up to which messages were delivered never goes back.",
				body:    receiptBody{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "POST", path: "/api/v1/messages/read", do: read, visitors: true, body: jsonBody,
			about: about{
				id: "readMessages", tag: tagMessages, summary: "Say what was read",
				text:    "The place up to which messages were read never goes back. It is on disk when this is answered.",
				body:    receiptBody{},
				reasons: words(wire.ReasonNotFound),
			},
		},
		{
			method: "GET", path: "/api/v1/groups/{id}/messages/{seq}/readers", do: readers,
			about: about{
				id: "messageReaders", tag: tagGroups, summary: "List the members who have read a message",
				params:  list(groupPath{}, seqPath{}, page{}),
				data:    readersView{},
				reasons: words(wire.ReasonNotFound),
			},
		},
	}
}

// receiptBody is what wire.DecodeBody reads for an ack or a read.
type receiptBody struct {
	ConvID string       `json:"conv_id,omitempty" maxLength:"140" doc:"together with seq: everything up to it"`
	Seq    uint64       `json:"seq,omitempty" minimum:"1"`
	IDs    []messageRef `json:"ids,omitempty" maxItems:"1000" doc:"these messages"`
	MsgID  messageRef   `json:"msg_id,omitempty" doc:"this message"`
}

func ack(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbAck, x.body, &x.req); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	return s.done(x, s.chat.Ack(x.r.Context(), x.user, &x.req))
}

func read(s *Server, x *exchange) *wire.Error {
	if err := wire.DecodeBody(wire.VerbRead, x.body, &x.req); err != nil {
		return err
	}
	if err := s.restrict(x); err != nil {
		return err
	}
	return s.done(x, s.chat.Read(x.r.Context(), x.user, &x.req))
}

type seqPath struct {
	Seq uint64 `path:"seq" minimum:"1" doc:"the message's place in the conversation"`
}

type readersView struct {
	Readers []readerView `json:"readers"`
	Next    string       `json:"next,omitempty"`
}

type readerView struct {
	UserID  string `json:"user_id"`
	ReadSeq uint64 `json:"read_seq" doc:"everything up to it was read"`
}

func viewReader(r *chat.Reader) readerView { return readerView{UserID: r.User, ReadSeq: r.ReadSeq} }

func readers(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	seq, refusal := x.pathNumber("seq", wire.MaxSeq)
	if refusal != nil {
		return refusal
	}
	after, limit, refusal := x.cursorPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	list, next, err := s.chat.Readers(x.r.Context(), x.user, id, seq, after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, readersView{Readers: views(list, viewReader), Next: next})
}
