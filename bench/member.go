package bench

import "gannet/codec/wire"

// A member is one connection that takes part in one conversation: it checks
// what arrives. Owned by its loop.
type member struct {
	name   string
	room   *room
	conn   *conn
	stream stream
	at     uint64  // where the room's watermark has it
	sender *sender // nil for those who only listen
	gone   bool
}

func (m *member) opened(c *conn) {
	m.conn = c
	if m.sender == nil && len(m.room.layout.senders) > 1 {
		c.bulk = m
	}
}

// bulk takes the frames that are the next ones of the room's canon.
func (m *member) bulk(buf []byte) int {
	size, dues := m.room.canon.match(m.stream.top+1, buf)
	if size > 0 {
		l := m.room.loop
		m.stream.top += uint64(len(dues))
		l.rec.current.Deliveries += int64(len(dues))
		l.rec.deliveries(dues, l.now)
		m.move()
	}
	return size
}

// seen adds a frame that was parsed and found good to the canon.
func (m *member) seen(frame []byte) {
	if m.room.fresh != 0 {
		m.room.canon.add(m.room.fresh, frame, m.room.due)
	}
}

func (m *member) closed(_ *conn, err error) {
	m.gone = true
	m.room.mark.leave(m.at)
	m.faults().add(faultDisconnected, "%s: %v", m.name, err)
}

func (m *member) faults() *faults { return &m.room.loop.faults }

func (m *member) message(_ *conn, p []byte) {
	m.room.fresh = 0
	if v, ok := m.room.layout.chat(p); ok {
		m.chat(v)
		return
	}
	if m.sender != nil {
		if number, v, ok := m.room.layout.sent(p); ok {
			m.sender.sent(number, v)
			return
		}
	}
	m.decoded(p)
}

// chat takes a pushed message in.
func (m *member) chat(v view) {
	r, l := m.room, m.room.loop
	next := m.stream.top + 1
	if !m.stream.chat(v.seq, m.faults(), m.name) {
		return
	}
	l.rec.current.Deliveries++
	due := getTag(v.tag).due
	if l.rec.sample() {
		l.rec.delivery(due, l.now)
	}
	if m.agree(v) && v.seq == next {
		r.fresh, r.due = v.seq, due
	}
	m.move()
}

func (m *member) agree(v view) bool {
	if m.room.conv.agree(v.seq, fingerprint(v.id, v.tag)) {
		return true
	}
	m.faults().add(faultMismatched, "%s: seq %d of %s isn't the message that others know (id %s, tag %s)",
		m.name, v.seq, m.room.conv.id, v.id, v.tag)
	return false
}

// move brings the room's watermark up to date.
func (m *member) move() {
	if to := m.stream.position(); to > m.at {
		if m.room.mark.move(m.at, to) {
			m.at = to
		} else {
			m.faults().add(faultMalformed, "%s got seq %d, far beyond all that was sent", m.name, to)
		}
	}
}

// decoded takes the slow path: whatever the fast one doesn't know.
func (m *member) decoded(p []byte) {
	msg, err := decodeMessage(p)
	if err != nil {
		m.faults().add(faultMalformed, "%s: %v", m.name, err)
		return
	}
	switch msg.Type {
	case "chat":
		m.decodedChat(&msg)
	case "sent":
		m.decodedSent(&msg)
	case "error":
		m.decodedError(&msg)
	case wire.EventGroup, wire.EventRecall, wire.EventEdit, wire.EventReaction:
		m.entry(&msg)
	case "system", "presence", "pong", "typing", "read", "conversation":
	default:
		m.faults().add(faultMalformed, "%s: unexpected %.200q", m.name, p)
	}
}

// entry takes an entry of the log in that is no chat message: it has a place among
// the messages, and is none.
func (m *member) entry(msg *message) {
	seq := msg.place()
	if seq == 0 {
		return // a notice beside the log
	}
	if msg.ConvID != m.room.conv.id {
		m.faults().add(faultMismatched, "%s: a %s event of another conversation: conv_id %s seq %d", m.name, msg.Type, msg.ConvID, seq)
		return
	}
	if m.stream.chat(seq, m.faults(), m.name) {
		m.move()
	}
}

func (m *member) decodedChat(msg *message) {
	if msg.ConvID == m.room.conv.id && msg.Seq <= m.stream.base {
		return
	}
	tag := msg.tag()
	if tag == nil || msg.ConvID != m.room.conv.id {
		m.faults().add(faultMismatched, "%s: not our message: conv_id %s seq %d from %s", m.name, msg.ConvID, msg.Seq, msg.From)
		return
	}
	names := m.room.layout.senders
	if sender := int(getTag(tag).sender); sender >= len(names) || names[sender] != msg.From {
		m.faults().add(faultMismatched, "%s: seq %d isn't from %s, who did not write it", m.name, msg.Seq, msg.From)
	}
	m.room.layout.learn(msg.ID)
	m.chat(view{msg.Seq, []byte(msg.ID), tag})
}

func (m *member) decodedSent(msg *message) {
	if m.sender == nil || len(msg.CID) != cidLen || msg.ConvID != m.room.conv.id {
		m.faults().add(faultAnswerTwice, "%s: an answer to nothing: cid %.40q conv_id %s", m.name, msg.CID, msg.ConvID)
		return
	}
	m.room.layout.learn(msg.ID)
	m.sender.sent(getLetters([]byte(msg.CID)), view{seq: msg.Seq, id: []byte(msg.ID)})
}

func (m *member) decodedError(msg *message) {
	m.faults().add(refusalKind(msg.Reason), "%s: %d %s: %s", m.name, msg.Code, msg.Reason, msg.Msg)
	if m.sender != nil && len(msg.CID) == cidLen {
		m.sender.refused(getLetters([]byte(msg.CID)))
	}
}

// finish turns what is still open into faults.
func (m *member) finish() {
	m.stream.finish(m.faults(), m.name)
	if m.sender != nil {
		m.sender.ledger.finish(m.faults(), m.name)
	}
}
