package bench

import (
	"slices"

	"gannet/codec/wire"
)

// A cast is who takes part in one conversation.
type cast struct {
	convID    string
	field     string   // to or group_id
	receivers []string // by sender, the value of field; all of the same length
	members   []string // the first `senders` of them send
	senders   int
	base      uint64 // last seq that the conversation has already
}

// pairCast is a single chat; the first of the two sends, or both do.
func pairCast(a, b string, senders int) *cast {
	return &cast{
		convID: wire.SingleID(a, b), field: "to", receivers: []string{b, a},
		members: []string{a, b}, senders: senders,
	}
}

func groupCast(id string, members []string, senders int, base uint64) *cast {
	return &cast{
		convID: wire.GroupConvID(id), field: "group_id", receivers: slices.Repeat([]string{id}, senders),
		members: members, senders: senders, base: base,
	}
}

// enter seats a conversation on loops[0:], its senders on the first of them,
// and adds it to those loops' traffic. inFlight is the most a sender will have
// in flight.
func (s *session) enter(ca *cast, first, loops, inFlight int) error {
	ring := 4 * ca.senders * inFlight
	conv := newConversation(ca.convID, ring, loops)
	conv.bells = []*poller{s.loops[first].poller}
	rooms := make([]*room, loops)
	for i := range rooms {
		t := s.loads[first+i].(*traffic)
		rooms[i] = &room{
			loop: t.loop, conv: conv, index: i, mark: newWatermark(ca.base, ring),
			layout: newLayout(ca),
		}
		t.rooms = append(t.rooms, rooms[i])
	}
	for i, name := range ca.members {
		on := 0
		if i >= ca.senders {
			on = i % loops
		}
		m := s.admit(rooms[on], first+on, name, ca.base)
		if i < ca.senders {
			s.empower(m, first, ca, i, inFlight)
		}
		if err := s.seat(first+on, name, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) admit(r *room, loop int, name string, base uint64) *member {
	m := &member{name: name, room: r, stream: newStream(base), at: base}
	r.mark.enter()
	t := s.loads[loop].(*traffic)
	t.members = append(t.members, m)
	return m
}

// empower makes a member a sender.
func (s *session) empower(m *member, loop int, ca *cast, index, inFlight int) {
	m.stream.sends = true
	m.sender = newSender(m, index, inFlight, s.o.Size, `"`+ca.field+`":"`+ca.receivers[index]+`"`)
	t := s.loads[loop].(*traffic)
	t.senders = append(t.senders, m.sender)
}

// stage gives every loop its traffic.
func (s *session) stage() {
	for i, l := range s.loops {
		s.play(i, &traffic{loop: l, line: &s.line})
	}
}

// tune sets how the traffic of some loops sends: window in flight per sender,
// or rate sends per second over all of these loops.
func (s *session) tune(first, loops, window, rate int) {
	start := s.clock.now()
	var sending []*traffic
	for i := range loops {
		t := s.loads[first+i].(*traffic)
		t.window, t.quota, t.plan = window, 0, nil
		if len(t.senders) > 0 {
			sending = append(sending, t)
		}
	}
	for i, t := range sending {
		if rate > 0 {
			t.plan = &schedule{start: start, rate: int64(rate), index: int64(i), stride: int64(len(sending))}
		}
	}
}

// probe sends one message per sender and waits until everybody has it: only
// then is everybody known to be joined.
func (s *session) probe() error {
	for _, p := range s.loads {
		t := p.(*traffic)
		t.window, t.quota, t.plan = 1, 1, nil
	}
	return s.exchange("the probe message to everybody", warmPatience)
}
