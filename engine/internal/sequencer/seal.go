package sequencer

import (
	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// Encoder makes the frames that a batch sends. Each method appends one complete
// WebSocket frame; they run on the sequencer goroutine.
type Encoder interface {
	AppendChat(dst []byte, head *Head, to string, m *storage.Message) []byte
	AppendSent(dst []byte, cid string, r *Result) []byte
	AppendRefusal(dst []byte, cid string, err error) []byte
	// GroupExtra is the Extra of an event of a group that is about a user.
	GroupExtra(event, user string) []byte
}

// frameOverhead is about what a frame needs beside its content.
const frameOverhead = 256

// seal turns the batch's entries into rows, runs and answers. One buffer holds
// all its frames: those of a conversation lie back to back, so a receiver gets
// them by one write, and so do the answers of one turn.
func (s *Sequencer) seal() {
	b := s.cur
	buf := make([]byte, 0, b.stats.Bytes+len(b.entries)*frameOverhead+len(b.answers)*frameOverhead)
	runs := make([]delivery.Run, len(b.touched))
	ends := make([]int32, 0, len(b.entries))
	for i, c := range b.touched {
		buf, ends = s.sealConversation(c, &runs[i], buf, ends)
	}
	s.sealTrip(runs)
	s.sealPlaces()
	s.sealAnswers(buf)
	s.sealClosed()
	s.sealJoins()
}

// sealConversation writes a conversation's rows and posts its run.
func (s *Sequencer) sealConversation(c *conv, run *delivery.Run, buf []byte, ends []int32) ([]byte, []int32) {
	b := s.cur
	start, firstEnd := len(buf), len(ends)
	b.msgs = b.msgs[:0]
	messages := uint64(0)
	for i := c.first; i != none; i = b.entries[i].next {
		e := &b.entries[i]
		b.msgs = append(b.msgs, e.message())
		m := &b.msgs[len(b.msgs)-1]
		if !m.Event {
			messages++
			if next := e.next; next == none || b.entries[next].event() || b.entries[next].send.From != m.From {
				s.noteCursor(m.From, c.head.Num, marks{sent: m.Seq})
			}
		}
		buf = s.enc.AppendChat(buf, c.head, e.send.To, m)
		ends = append(ends, int32(len(buf)-start))
		if e.send.Origin.Serial != 0 {
			run.Skip = append(run.Skip, delivery.Skip{Conn: e.send.Origin, Index: len(b.msgs) - 1})
		}
	}
	b.w.AppendMessages(c.head.Num, c.count-messages, b.msgs)
	run.Conv, run.First = c.head.Num, b.msgs[0].Seq
	run.Frames, run.Ends = buf[start:len(buf):len(buf)], ends[firstEnd:len(ends):len(ends)]
	before := b.posted
	s.postRun(c, run)
	b.heads = append(b.heads, published{c.head, c.last, len(b.msgs), b.posted - before, c.reach()})
	c.first, c.final = none, none
	return buf, ends
}

// MessageImported is the flag of a stored message that came with a time of its own
// ([More.Time]). The lower bits are the chat rules' own.
const MessageImported = 1 << 7

// message is the entry as it is stored.
func (e *entry) message() storage.Message {
	m := storage.Message{
		ID: e.id, Seq: e.seq, Time: e.time,
		From: e.send.From, Type: e.send.Type, Content: e.send.Content,
	}
	if more := e.send.More; more != nil {
		m.Event, m.Ref, m.Extra, m.Expires = more.event, more.ref, more.Extra, more.expires
		if more.Time != 0 {
			m.Flags = MessageImported
		}
	}
	return m
}

// sealTrip has the way of one run of the batch timed: of the first that somebody is
// there to receive.
func (s *Sequencer) sealTrip(runs []delivery.Run) {
	b := s.cur
	if s.cfg.Arrived == nil || len(b.stats.arrivals) == 0 {
		return
	}
	for i := range runs {
		if n := b.heads[i].posts; n > 0 {
			runs[i].Trip = delivery.NewTrip(b.stats.arrivals[0], n, s.cfg.Arrived)
			return
		}
	}
}

// postRun sends a run to every reactor that has somebody who is to get it.
func (s *Sequencer) postRun(c *conv, run *delivery.Run) {
	if c.group != nil {
		for r, n := range c.group.live {
			if n > 0 {
				s.cur.post(r, delivery.Post{Kind: delivery.ToRoom, Room: c.head.Num, Run: run})
			}
		}
		if c.group.rec.Flags&GroupClosed != 0 {
			s.postClosed(c, run)
		}
		return
	}
	a, b := singleUsers(c.head.ID)
	for _, id := range [2]string{a, b} {
		if u := s.users[id]; u != nil {
			u.eachReactor(s.soleSender(c), func(r int) {
				s.cur.post(r, delivery.Post{Kind: delivery.ToUser, User: u.id, Run: run})
			})
		}
	}
}

// soleSender returns the connection that sent all of a conversation's entries,
// and so gets none of them; nobody if there are several.
func (s *Sequencer) soleSender(c *conv) delivery.Conn {
	origin := s.cur.entries[c.first].send.Origin
	for i := c.first; i != none; i = s.cur.entries[i].next {
		if s.cur.entries[i].send.Origin != origin {
			return delivery.Conn{}
		}
	}
	return origin
}

func (s *Sequencer) sealPlaces() {
	b := s.cur
	if len(b.entries) == 0 {
		return
	}
	for i := range b.entries {
		e := &b.entries[i]
		b.places = append(b.places, storage.Place{ID: e.id, Conv: e.conv.head.Num, Seq: e.seq})
	}
	b.lastID = b.places[len(b.places)-1].ID
	b.w.PutPlaces(b.places)
}

// sealAnswers posts the answers to connections, those of one connection that
// follow each other as one post, and keeps the others for the syncer to call.
func (s *Sequencer) sealAnswers(buf []byte) {
	b := s.cur
	var open *delivery.Post // the post that the next answer may extend
	var to delivery.Conn
	start := len(buf)
	for i := range b.answers {
		a := &b.answers[i]
		if a.entry != none {
			e := &b.entries[a.entry]
			a.result = Result{ID: e.id, Seq: e.seq, ConvID: e.conv.head.ID, Time: e.time}
		}
		if a.send.Origin.Serial == 0 {
			if done, r := a.send.Done, a.result; done != nil {
				b.told = append(b.told, func() { done(r) })
			}
			continue
		}
		if open == nil || a.send.Origin != to {
			to, start = a.send.Origin, len(buf)
			b.post(to.Reactor, delivery.Post{Kind: delivery.ToConn, Serial: to.Serial})
			open = &b.posts[to.Reactor][len(b.posts[to.Reactor])-1]
		}
		if a.result.Err != nil {
			buf = s.enc.AppendRefusal(buf, a.send.CID, a.result.Err)
		} else {
			buf = s.enc.AppendSent(buf, a.send.CID, &a.result)
		}
		open.Frame = buf[start:len(buf):len(buf)]
	}
}

// sealJoins lets connections join at the end of the batch.
func (s *Sequencer) sealJoins() {
	for _, a := range s.cur.joins {
		p := delivery.Post{Kind: delivery.Join, Visitor: a.visitor, Serial: a.conn.Serial, Point: s.ids.last}
		if u := s.users[a.user]; a.rooms && u != nil {
			p.Rooms = u.rooms(a.visitor)
		}
		s.cur.post(a.conn.Reactor, p)
	}
}

// rooms are those that a connection of the user enters.
func (u *user) rooms(visitor bool) []delivery.Room {
	n := len(u.groups)
	if visitor {
		n = int(u.services)
	}
	rooms := make([]delivery.Room, 0, n)
	for _, g := range u.groups {
		if !visitor || g.head.Kind == Service {
			rooms = append(rooms, delivery.Room{Conv: g.head.Num, From: g.last})
		}
	}
	return rooms
}
