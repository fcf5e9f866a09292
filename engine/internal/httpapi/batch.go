package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func batchRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/messages/batch", do: sendBatch, body: bigBody, level: levelBackend, cids: true,
			about: about{
				id: "sendBatch", tag: tagMessages, summary: "Send up to 500 messages at once",
				text: "Each message has its own outcome, in their order. A malformed one refuses the whole batch, and nothing is sent. " +
					"A message without a cid gets <Idempotency-Key>#<its place>, where there is that header.",
				body:    batch{},
				data:    outcomesView{},
				reasons: words(wire.ReasonForbidden),
			},
		},
		{
			method: "POST", path: "/api/v1/messages/import", do: importBatch, body: bigBody, level: levelBackend, cids: true,
			about: about{
				id: "importMessages", tag: tagMessages, summary: "Take over up to 500 messages with their times",
				text:    "As a batch. The messages get their places in the order in which they come.",
				body:    importedBatch{},
				data:    outcomesView{},
				reasons: words(wire.ReasonForbidden),
			},
		},
	}
}

// maxOutgoing is the most messages of a batch.
const maxOutgoing = 500

type batch struct {
	Messages []batchMessage `json:"messages" minItems:"1" maxItems:"500"`
}

type importedBatch struct {
	Messages []importedMessage `json:"messages" minItems:"1" maxItems:"500"`
}

// batchMessage is a message that a backend sends for somebody.
type batchMessage struct {
	From        wire.ID         `json:"from,omitempty" doc:"the acting user; the one of X-User-Id where it is left out"`
	To          wire.ID         `json:"to,omitempty" doc:"exactly one of to, group_id and conv_id is needed"`
	GroupID     wire.ID         `json:"group_id,omitempty"`
	ConvID      string          `json:"conv_id,omitempty" maxLength:"140"`
	Content     json.RawMessage `json:"content" doc:"any JSON value; it is kept and returned as it was"`
	ContentType string          `json:"content_type,omitempty" maxLength:"64" default:"text"`
	CID         string          `json:"cid,omitempty" maxLength:"64"`
}

type importedMessage struct {
	batchMessage
	Time int64 `json:"time" minimum:"1" doc:"when it was sent, Unix milliseconds"`
}

type outcomesView struct {
	Results []outcomeView `json:"results" doc:"in the order of the messages"`
}

// outcomeView is what became of one message: it was sent, or why it wasn't.
type outcomeView struct {
	Code         int       `json:"code" doc:"200, or the status that the refusal would have had"`
	MsgID        messageID `json:"msg_id,omitempty"`
	ConvID       string    `json:"conv_id,omitempty"`
	Seq          uint64    `json:"seq,omitempty"`
	Timestamp    int64     `json:"timestamp,omitempty" doc:"Unix milliseconds"`
	Reason       string    `json:"reason,omitempty"`
	Msg          string    `json:"msg,omitempty"`
	RetryAfterMS int64     `json:"retry_after_ms,omitempty"`
}

func sendBatch(s *Server, x *exchange) *wire.Error {
	var b batch
	if err := x.decode(&b); err != nil {
		return err
	}
	out := make([]chat.Outgoing, len(b.Messages))
	for i := range b.Messages {
		out[i] = b.Messages[i].outgoing()
	}
	return s.sendAll(x, out)
}

func importBatch(s *Server, x *exchange) *wire.Error {
	var b importedBatch
	if err := x.decode(&b); err != nil {
		return err
	}
	latest := time.Now().Add(clockSkew).UnixMilli()
	out := make([]chat.Outgoing, len(b.Messages))
	for i := range b.Messages {
		m := &b.Messages[i]
		if m.Time < 1 || m.Time > latest {
			return wire.Errorf(wire.ReasonBadRequest, "messages[%d]: time must be in Unix milliseconds, and not in the future", i)
		}
		out[i] = m.outgoing()
		out[i].Time = m.Time
	}
	return s.sendAll(x, out)
}

func (m *batchMessage) outgoing() chat.Outgoing {
	return chat.Outgoing{
		From: string(m.From), To: string(m.To), GroupID: string(m.GroupID), ConvID: m.ConvID,
		CID: m.CID, Content: m.Content, ContentType: m.ContentType,
	}
}

// sendAll completes and checks the messages of a batch, and sends them.
func (s *Server) sendAll(x *exchange, list []chat.Outgoing) *wire.Error {
	if n := len(list); n < 1 || n > maxOutgoing {
		return wire.Errorf(wire.ReasonBadRequest, "messages must be a list of 1 to %d", maxOutgoing)
	}
	key, err := x.idempotencyKey()
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		if m.From == "" {
			m.From = x.user
		}
		if m.CID == "" && key != "" {
			m.CID = numbered(key, i)
		}
		if err := s.checkOutgoing(x, m); err != nil {
			return wire.Errorf(err.Reason, "messages[%d]: %s", i, err.Msg)
		}
	}
	return s.putOutcomes(x, list)
}

// numbered is the cid of one of several messages that came under one key.
func numbered(key string, i int) string {
	number := "#" + strconv.Itoa(i)
	if len(key)+len(number) > maxKey { // a hash of it leaves room
		sum := sha256.Sum256([]byte(key))
		key = hex.EncodeToString(sum[:16])
	}
	return key + number
}

// maxKey is the length of the longest Idempotency-Key, and cid.
const maxKey = 64

// checkOutgoing judges a message as if it had come by itself.
func (s *Server) checkOutgoing(x *exchange, m *chat.Outgoing) *wire.Error {
	switch {
	case !wire.ValidID(m.From):
		return wire.NewError(wire.ReasonBadRequest, "from must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -; X-User-Id stands for it where it is left out")
	case m.From == s.systemUser && !m.System:
		return errSystemUser
	case len(m.Content) > s.maxBody:
		return wire.NewError(wire.ReasonTooLarge, "the content is too large")
	}
	if m.ContentType == "text" {
		m.ContentType = ""
	}
	r := &x.req
	r.Reset()
	r.Verb, r.CID, r.To, r.GroupID, r.ConvID = wire.VerbSend, m.CID, m.To, m.GroupID, m.ConvID
	r.Content, r.ContentType = m.Content, m.ContentType
	return r.Check()
}

func (s *Server) putOutcomes(x *exchange, list []chat.Outgoing) *wire.Error {
	outcomes, err := s.chat.SendBatch(x.r.Context(), list)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, outcomesView{Results: views(outcomes, func(o *chat.Outcome) outcomeView {
		if o.Err != nil {
			e := s.refusal(x, o.Err)
			return outcomeView{Code: e.Code, Reason: e.Reason, Msg: e.Msg, RetryAfterMS: e.RetryAfter.Milliseconds()}
		}
		return outcomeView{
			Code: 200, MsgID: formatMessageID(o.Sent.ID), ConvID: o.Sent.ConvID, Seq: o.Sent.Seq, Timestamp: o.Sent.Time,
		}
	})})
}
