package chat

import (
	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// frame makes one text frame of what fn appends.
func frame(fn func([]byte) []byte) []byte { return appendFrame(nil, fn) }

func appendFrame(dst []byte, fn func([]byte) []byte) []byte {
	start := len(dst)
	return codec.EndFrame(fn(codec.BeginFrame(dst)), start, codec.OpText)
}

// Encoder makes the sequencer's frames. Refusals that only the log's writer
// finds are worded by the Service.
type Encoder struct{ Refusal func(error) *wire.Error }

// AppendChat implements [sequencer.Encoder].
func (Encoder) AppendChat(dst []byte, head *sequencer.Head, to string, m *storage.Message) []byte {
	start := len(dst)
	dst = codec.BeginFrame(dst)
	dst = appendChat(dst, head.ID, head.Kind, to, m)
	return codec.EndFrame(dst, start, codec.OpText)
}

// AppendSent implements [sequencer.Encoder].
func (Encoder) AppendSent(dst []byte, cid string, r *sequencer.Result) []byte {
	start := len(dst)
	dst = codec.BeginFrame(dst)
	dst = wire.AppendSent(dst, cid, r.ID, r.ConvID, r.Seq, r.Time)
	return codec.EndFrame(dst, start, codec.OpText)
}

// AppendRefusal implements [sequencer.Encoder].
func (e Encoder) AppendRefusal(dst []byte, cid string, err error) []byte {
	start := len(dst)
	dst = codec.BeginFrame(dst)
	dst = wire.AppendError(dst, cid, e.Refusal(err))
	return codec.EndFrame(dst, start, codec.OpText)
}

// GroupExtra implements [sequencer.Encoder].
func (Encoder) GroupExtra(event, user string) []byte { return groupExtra(event, user) }

// appendChat appends the object of a stored entry: a chat, or an event.
func appendChat(dst []byte, convID string, kind sequencer.Kind, to string, m *storage.Message) []byte {
	if m.Event {
		return appendEvent(dst, convID, kind, m)
	}
	c := wire.Chat{
		ID: m.ID, ConvID: convID, Seq: m.Seq, From: m.From, To: to,
		Content: m.Content, ContentType: m.Type, Time: m.Time,
		Recalled: m.Flags&flagRecalled != 0, Edited: m.Flags&flagEdited != 0, Expired: m.Flags&flagExpired != 0,
		Expires: m.Expires, Extra: m.Extra,
	}
	switch kind {
	case sequencer.Group:
		c.To, c.GroupID = "", convID[len(groupPrefix):]
	case sequencer.Service:
		c.To, c.SessionID = "", wire.SessionOf(convID)
	}
	return wire.AppendChat(dst, &c)
}

func appendEvent(dst []byte, convID string, kind sequencer.Kind, m *storage.Message) []byte {
	e := wire.Event{
		Word: m.Type, Extra: m.Extra, Content: m.Content, ConvID: convID, From: m.From,
		ID: m.ID, Seq: m.Seq, Ref: m.Ref, Time: m.Time,
	}
	switch kind {
	case sequencer.Group:
		e.GroupID = convID[len(groupPrefix):]
	case sequencer.Service:
		e.SessionID = wire.SessionOf(convID)
	}
	return wire.AppendEvent(dst, &e)
}

const groupPrefix = "group_"

// place is a conversation as a reader of storage knows it.
type place struct {
	num  uint64
	id   string
	kind sequencer.Kind
	a, b string // of a single conversation
}

func newPlace(num uint64, id string) (place, bool) {
	conv, ok := wire.ParseConvID(id)
	return place{num: num, id: id, kind: sequencer.Kind(conv.Kind), a: conv.A, b: conv.B}, ok
}

// appendStored appends the chat object of a message that was read.
func (p *place) appendStored(dst []byte, m *storage.Message) []byte {
	to := p.a
	if m.From == p.a {
		to = p.b
	}
	return appendChat(dst, p.id, p.kind, to, m)
}
