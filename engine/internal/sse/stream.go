package sse

import (
	"slices"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// stream is one client's event stream: a [chat.Conn]. All of it but the outbox
// belongs to the loop.
type stream struct {
	loop    *loop
	serial  uint64
	user    string
	session session
	outbox  *outbox

	open     bool              // it can be sent to and is in the tables
	left     bool              // the session was told that it leaves
	watched  bool              // runs to rooms go to the session
	visitor  bool              // it gets only those posts to its user that say so
	catching bool              // what it gets is out of the log's order
	places   map[uint64]uint64 // by room: the seq of the last frame it got or does not want

	touched bool
	out     []byte // this turn's events
	last    int    // where the last of them begins, −1 if there is none
	events  int    // how many
}

var _ chat.Conn = (*stream)(nil)

func newStream(l *loop, serial uint64, user string) *stream {
	return &stream{
		loop: l, serial: serial, user: user, outbox: newOutbox(),
		open: true, catching: true, last: -1,
	}
}

// ID implements [chat.Conn].
func (s *stream) ID() delivery.Conn {
	return delivery.Conn{Reactor: s.loop.cfg.Index, Serial: s.serial}
}

// Send implements [chat.Conn]. It makes an event of every frame.
func (s *stream) Send(frames []byte) {
	for s.open && len(frames) > 0 {
		var payload []byte
		payload, frames = cutFrame(frames)
		s.touch()
		s.last = len(s.out)
		s.out = appendEvent(s.out, payload)
		s.events++
	}
}

// SendParts implements [chat.Conn].
func (s *stream) SendParts(head, older, newer, tail []byte) {
	s.Send(slices.Concat(head, older, newer, tail))
}

// SendRun implements [chat.Conn].
func (s *stream) SendRun(run *delivery.Run, after uint64) (n int) {
	if !s.open || after >= run.Last() {
		return 0
	}
	me := s.ID()
	own := run.Skips(me)
	for seq := max(after+1, run.First); seq <= run.Last(); seq++ {
		if own && slices.Contains(run.Skip, delivery.Skip{Conn: me, Index: int(seq - run.First)}) {
			continue
		}
		s.Send(run.Frame(seq))
		n++
	}
	return n
}

// SetWatched implements [chat.Conn].
func (s *stream) SetWatched(on bool) { s.watched = on }

// Pending implements [chat.Conn].
func (s *stream) Pending() int { return len(s.out) + s.outbox.waiting() }

// EachRoom implements [chat.Conn].
func (s *stream) EachRoom(fn func(conv, at uint64)) {
	for conv, at := range s.places {
		fn(conv, at)
	}
}

// CaughtUp says that the stream has all messages up to the id point: events from
// here on are in the log's order.
func (s *stream) CaughtUp(point uint64) {
	if !s.open {
		return
	}
	s.catching = false
	s.touch()
	s.out = append(appendID(s.out, max(firstID, point)), '\n')
}

// Close implements [chat.Conn]: it ends the stream with an event that says why,
// behind what was sent before, and takes it out of the tables.
func (s *stream) Close(code uint16, reason string) {
	if !s.open {
		return
	}
	s.takeLeave()
	s.touch()
	s.last = -1
	s.out = appendClose(s.out, code, reason)
	s.forget()
}

// takeLeave tells the session, once, that the stream is about to be taken out of
// the tables.
func (s *stream) takeLeave() {
	if !s.left {
		s.left = true
		s.session.Leaving()
	}
}

// gone takes out a stream whose client is not there any more.
func (s *stream) gone() {
	if s.open {
		s.takeLeave()
		s.forget()
	}
}

func (s *stream) forget() {
	s.open = false
	delete(s.loop.streams, s.serial)
	s.loop.users.remove(s.user, s)
	for conv := range s.places {
		s.leave(conv)
	}
}

// enter puts the stream into a room, from the seq at on, unless it is there.
func (s *stream) enter(conv, at uint64) {
	if _, in := s.places[conv]; in {
		return
	}
	if s.places == nil {
		s.places = make(map[uint64]uint64)
	}
	s.places[conv] = at
	s.loop.rooms.add(conv, s)
}

func (s *stream) leave(conv uint64) {
	if _, in := s.places[conv]; in {
		delete(s.places, conv)
		s.loop.rooms.remove(conv, s)
	}
}

// deliver brings a run to the stream in a room that it is in.
func (s *stream) deliver(conv uint64, run *delivery.Run) {
	at := s.places[conv]
	switch {
	case run.Last() <= at:
		return
	case s.watched:
		s.session.Deliver(run)
	default:
		s.SendRun(run, at)
	}
	if _, in := s.places[conv]; in { // the session may have closed it
		s.places[conv] = run.Last()
	}
}

// notify sends the stream a post's frame, unless it is excepted.
func (s *stream) notify(p *delivery.Post) {
	if s.ID() != p.Except {
		s.Send(p.Frame)
	}
}

// touch notes that the stream has something to hand over at the turn's end.
func (s *stream) touch() {
	if !s.touched {
		s.touched = true
		s.loop.touched = append(s.loop.touched, s)
	}
}

// endTurn hands over what was queued. A stream whose client has left too much of
// earlier turns unread is closed instead: what is dropped has an id above the
// last that the client has seen, so it will ask for it. The turn's own size
// doesn't count, since nobody could have read of it yet.
func (s *stream) endTurn(point uint64) {
	if s.open && s.outbox.waiting() > s.loop.cfg.MaxOutbound {
		s.loop.slow.Add(1)
		s.out, s.events = s.out[:0], 0
		s.Close(codec.CloseSlowConsumer, "slow consumer")
	}
	if point != 0 && !s.catching && s.last >= 0 {
		s.out = insertID(s.out, s.last, point)
	}
	s.loop.events.Add(uint64(s.events)) // before anybody can have read them
	s.out = s.outbox.put(s.out, !s.open)
	s.last, s.events = -1, 0
}
