package chat

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// Hook is asked about what users send and edit before it gets to the log. Of what
// backends send in batches, and of notices of the system, it isn't.
type Hook struct {
	// Ask returns what is to become of a message. It may take its time; its error is
	// that of ctx. Many goroutines call it at once.
	Ask func(ctx context.Context, q *wire.Question) (wire.Verdict, error)
	// Kinds says of which conversations it is asked, by wire.Kind.
	Kinds [4]bool
	// Requests is how many questions are asked at a time.
	Requests int
}

// screen puts the hook before the log. A nil screen lets everything through.
type screen struct {
	Hook
	lanes *lanes
	full  atomic.Uint64 // times that there was no room
	svc   *Service
}

func newScreen(h *Hook, s *Service) *screen {
	if h == nil {
		return nil
	}
	return &screen{Hook: *h, lanes: newLanes(h.Requests), svc: s}
}

// stats tell how many items are held, and how many found no room.
func (x *screen) stats() (held int, full uint64) {
	if x == nil {
		return 0, 0
	}
	return x.lanes.waiting(), x.full.Load()
}

// StopHook refuses messages and edits from now on, and returns when what waited for
// the hook was handed over, or answered. What is left when ctx ends is answered as
// by a server that stops.
func (s *Service) StopHook(ctx context.Context) {
	if s.screen != nil {
		s.screen.lanes.close(ctx)
	}
}

// submit hands sends of one user over, in order. Each is answered through its
// Origin or Done, unless there is an error: then none is.
func (s *Service) submit(user string, sends []sequencer.Send) error {
	if s.screen == nil || !s.screen.minds(user, sends) {
		return s.seq.Submit(time.Now(), sends)
	}
	for i := range sends {
		item := s.screen.hold(&sends[i])
		if err := s.screen.put(user, item); err != nil {
			item.refuse(err)
		}
	}
	return nil
}

// put puts an item into its user's lane. What is refused for want of room is counted.
func (x *screen) put(user string, item held) error {
	err := x.lanes.put(user, item)
	if errors.Is(err, sequencer.ErrBusy) {
		x.full.Add(1)
	}
	return err
}

// minds reports whether any of the sends has to be asked about, or comes behind one
// of the user that has to.
func (x *screen) minds(user string, sends []sequencer.Send) bool {
	for i := range sends {
		if x.Kinds[sends[i].Kind] {
			return true
		}
	}
	return !x.lanes.empty(user)
}

// heldSend is a message that waits for the hook.
type heldSend struct {
	screen *screen
	send   sequencer.Send
	ask    bool // else it only waits for what came before
}

// hold copies a send out of the turn's memory, which it would keep whole.
func (x *screen) hold(m *sequencer.Send) *heldSend {
	a := arena{buf: make([]byte, 0, len(m.ConvID)+len(m.To)+len(m.CID)+len(m.Type)+len(m.Content))}
	c := *m
	c.From = strings.Clone(m.From)
	c.ConvID, c.To, c.CID, c.Type = a.text(m.ConvID), a.text(m.To), a.text(m.CID), a.text(m.Type)
	c.Content = a.bytes(m.Content)
	return &heldSend{screen: x, send: c, ask: x.Kinds[m.Kind]}
}

func (h *heldSend) size() int { return len(h.send.Content) }

// pass implements held.
func (h *heldSend) pass(ctx context.Context) {
	if ctx.Err() != nil {
		h.refuse(sequencer.ErrShuttingDown)
		return
	}
	if h.ask {
		v, err := h.screen.Ask(ctx, h.question())
		if err != nil {
			h.refuse(sequencer.ErrShuttingDown)
			return
		}
		h.apply(&v)
	}
	if err := h.screen.svc.seq.Submit(time.Now(), []sequencer.Send{h.send}); err != nil {
		h.screen.svc.busy(err)
		h.refuse(err)
	}
}

// apply makes the send what the verdict wants. A refusal takes the way of a message,
// too: only the log's writer knows whether it is a retry of one that was stored,
// which must be answered as before.
func (h *heldSend) apply(v *wire.Verdict) {
	h.send.Stamp()
	if v.Refusal != nil {
		h.send.Refuse(v.Refusal)
		return
	}
	if v.Content != nil {
		h.send.Content = v.Content
		if v.ContentType != nil {
			h.send.Type = *v.ContentType
		}
	}
}

func (h *heldSend) question() *wire.Question {
	m := &h.send
	q := &wire.Question{
		Type: "send", From: m.From, ConvID: m.ConvID, To: m.To, CID: m.CID,
		Content: m.Content, ContentType: m.Type, Time: time.Now().UnixMilli(),
	}
	if m.More != nil {
		q.Extra, q.TTL = m.More.Extra, m.More.TTL/1000
	}
	return q
}

// refuse answers a send that doesn't get to the log's writer.
func (h *heldSend) refuse(err error) {
	s := h.screen.svc
	if done := h.send.Done; done != nil {
		done(sequencer.Result{Err: err})
		return
	}
	cid := h.send.CID
	s.loops.Do(h.send.Origin, func(ss *Session) { ss.refuse(cid, s.Refusal(err)) })
}
