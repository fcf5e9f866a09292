package bench

import "strings"

// A sender is a member who sends. Owned by its loop.
type sender struct {
	member *member
	ledger *ledger
	index  uint16 // among the senders of its conversation
	body   []byte // the request; cid and tag are filled in for each send
	cidAt  int
	tagAt  int
	tag    [tagLen]byte // of the send just answered
}

// newSender prepares sends of `size` bytes of content. receiver is the field
// that names whom to send to, such as `"to":"u1"`.
func newSender(m *member, index, inFlight, size int, receiver string) *sender {
	const head = `{"type":"send","cid":"`
	middle := strings.Repeat("a", cidLen) + `",` + receiver + `,"content":"`
	return &sender{
		member: m,
		ledger: newLedger(inFlight),
		index:  uint16(index),
		body:   []byte(head + middle + strings.Repeat("x", size) + `"}`),
		cidAt:  len(head),
		tagAt:  len(head) + len(middle),
	}
}

// send writes the next message, which was due then.
func (s *sender) send(due int64) {
	number := uint32(s.ledger.issue(due))
	putLetters(s.body[s.cidAt:], number)
	putTag(s.body[s.tagAt:], tag{number, s.index, due})
	s.member.conn.text(s.body)
}

// sent takes the answer to a send in; v has no tag.
func (s *sender) sent(low uint32, v view) {
	m := s.member
	due, ok := s.ledger.answered(s.number(low), v.seq, m.faults(), m.name)
	if !ok {
		return
	}
	l := m.room.loop
	l.rec.answer(due, l.now)
	putTag(s.tag[:], tag{number: low, sender: s.index})
	v.tag = s.tag[:]
	m.agree(v)
	m.stream.sent(v.seq, m.faults(), m.name)
	m.move()
}

func (s *sender) refused(low uint32) {
	s.ledger.refused(s.number(low), s.member.faults(), s.member.name)
}

// number gives back the upper half of a send's number. What was never sent
// comes out as a number that isn't open.
func (s *sender) number(low uint32) uint64 {
	return s.ledger.issued - uint64(uint32(s.ledger.issued)-low)
}
