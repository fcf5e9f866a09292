package chat

import (
	"unsafe"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

const (
	turnSends = 256      // sends handed over at once
	arenaSize = 64 << 10 // bytes of a piece of an arena
)

// turn collects the sends of one read, so that they go to the sequencer
// together. One loop owns it; what is handed over belongs to the sequencer.
type turn struct {
	req   wire.Request
	sends []sequencer.Send // the piece that sends are carved from
	open  int              // where this turn's begin in it
	arena arena
}

func (t *turn) add() *sequencer.Send {
	if t.sends == nil {
		t.sends = make([]sequencer.Send, 0, turnSends)
	}
	t.sends = append(t.sends, sequencer.Send{})
	return &t.sends[len(t.sends)-1]
}

// take returns this turn's sends, which the turn never touches again.
func (t *turn) take() []sequencer.Send {
	sends := t.sends[t.open:len(t.sends):len(t.sends)]
	if t.open = len(t.sends); t.open == cap(t.sends) {
		t.sends, t.open = nil, 0
	}
	return sends
}

// arena holds copies of what outlives a read. Pieces are filled once and left
// to the garbage collector with the last message that points into them.
type arena struct{ buf []byte }

// grow makes room for n bytes and returns where they begin.
func (a *arena) grow(n int) {
	if cap(a.buf)-len(a.buf) < n {
		a.buf = make([]byte, 0, max(arenaSize, n))
	}
}

func (a *arena) bytes(b []byte) []byte {
	a.grow(len(b))
	start := len(a.buf)
	a.buf = append(a.buf, b...)
	return a.buf[start:len(a.buf):len(a.buf)]
}

func (a *arena) text(s string) string {
	if s == "" {
		return ""
	}
	return asText(a.bytes(unsafe.Slice(unsafe.StringData(s), len(s))))
}

// singleID makes the conversation id of two users.
func (a *arena) singleID(x, y string) string {
	a.grow(maxConvID)
	start := len(a.buf)
	a.buf = wire.AppendSingleID(a.buf, x, y)
	return asText(a.buf[start:len(a.buf):len(a.buf)])
}

// groupID makes the conversation id of a group.
func (a *arena) groupID(group string) string {
	a.grow(maxConvID)
	start := len(a.buf)
	a.buf = append(append(a.buf, groupPrefix...), group...)
	return asText(a.buf[start:len(a.buf):len(a.buf)])
}

const maxConvID = 160

// asText is a string of bytes that never change again.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// submitTurn hands the turn's sends over; where they are refused each is answered.
func (s *Service) submitTurn(ss *Session) {
	t := &s.turns[ss.conn.ID().Reactor]
	if t.open == len(t.sends) {
		return
	}
	sends := t.take()
	if err := s.submit(ss.user, sends); err != nil {
		s.busy(err)
		for i := range sends {
			ss.refuse(sends[i].CID, s.Refusal(err))
		}
	}
}
