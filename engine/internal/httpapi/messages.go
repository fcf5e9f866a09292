package httpapi

import (
	"strconv"

	"gannet/codec/wire"
)

func messageRoutes() []route {
	return []route{
		{method: "POST", path: "/api/v1/messages/send", do: send},
		{method: "POST", path: "/api/v1/messages/ack", do: ack},
		{method: "GET", path: "/api/v1/messages/history", do: history},
	}
}

func send(s *Server, x *exchange) *wire.Error {
	if err := x.readBody(s.maxBody); err != nil {
		return err
	}
	if err := wire.DecodeBody(wire.VerbSend, x.body, &x.req); err != nil {
		return err
	}
	if err := x.idempotencyKey(); err != nil {
		return err
	}
	sent, err := s.chat.Send(x.r.Context(), x.user, &x.req)
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(x.out, `{"msg_id":"`...)
	x.out = wire.AppendMessageID(x.out, sent.ID)
	x.out = append(x.out, `","conv_id":`...)
	x.out = wire.AppendString(x.out, sent.ConvID)
	x.out = append(x.out, `,"seq":`...)
	x.out = strconv.AppendUint(x.out, sent.Seq, 10)
	x.out = append(x.out, `,"timestamp":`...)
	x.out = strconv.AppendInt(x.out, sent.Time, 10)
	x.out = append(x.out, '}')
	return nil
}

var (
	errKey     = wire.NewError(wire.ReasonBadRequest, "Idempotency-Key must be 1 to 64 bytes of printable text, given once")
	errTwoKeys = wire.NewError(wire.ReasonBadRequest, "Idempotency-Key and cid differ")
)

// idempotencyKey lets the header stand for the cid of the body.
func (x *exchange) idempotencyKey() *wire.Error {
	keys := x.r.Header["Idempotency-Key"]
	switch {
	case len(keys) == 0:
		return nil
	case len(keys) > 1 || !wire.ValidCID(keys[0]):
		return errKey
	case x.req.CID != "" && x.req.CID != keys[0]:
		return errTwoKeys
	}
	x.req.CID = keys[0]
	return nil
}

func ack(s *Server, x *exchange) *wire.Error {
	if err := x.readBody(s.maxBody); err != nil {
		return err
	}
	if err := wire.DecodeBody(wire.VerbAck, x.body, &x.req); err != nil {
		return err
	}
	if err := s.chat.Ack(x.r.Context(), x.user, &x.req); err != nil {
		return s.refusal(x, err)
	}
	x.out = append(x.out, noData...)
	return nil
}

func history(s *Server, x *exchange) *wire.Error {
	if err := x.historyRequest(); err != nil {
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
