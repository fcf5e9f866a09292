package sequencer

import (
	"gannet/engine/internal/delivery"
)

// Attach makes a connection known as one of a user's. A live one gets a Join
// post at the end of the batch, and runs after it. done is called on the syncer
// goroutine with the connection of the same device that this one replaces, if
// any, and with ErrTooManyConnections where the user has as many as allowed: the
// connection is then not known and is to be closed.
func (s *Sequencer) Attach(conn delivery.Conn, user, device string, live bool, done func(replaced delivery.Conn, err error)) error {
	return s.attachAs(connection{at: conn, device: device}, user, live, done)
}

// AttachVisitor is Attach for a connection of a visitor: it enters the rooms of
// Service conversations alone, and of what is for its user it gets only what is
// about such a one, see [Tx.NotifyAbout].
func (s *Sequencer) AttachVisitor(conn delivery.Conn, user, device string, live bool, done func(replaced delivery.Conn, err error)) error {
	return s.attachAs(connection{at: conn, device: device, visitor: true}, user, live, done)
}

// AttachStaff is Attach for a connection whose login says that its user serves
// visitors, see [Tx.Staff].
func (s *Sequencer) AttachStaff(as Staff, conn delivery.Conn, user, device string, live bool, done func(replaced delivery.Conn, err error)) error {
	return s.attachAs(connection{at: conn, device: device, staff: as}, user, live, done)
}

func (s *Sequencer) attachAs(c connection, user string, live bool, done func(replaced delivery.Conn, err error)) error {
	return s.inbox.put(item{do: func(tx *Tx) {
		s.flushCursorsOf(user) // the reads that follow are to find them
		u, replaced, err := s.attach(c, user)
		if err == nil && live {
			s.join(u, c.at)
		}
		s.cur.done = append(s.cur.done, func() { done(replaced, err) })
	}})
}

// SetStaff says what the login of a connection, which was renewed, is now.
func (s *Sequencer) SetStaff(as Staff, conn delivery.Conn, user string) error {
	return s.inbox.put(item{do: func(*Tx) { s.setStaff(as, conn, user) }})
}

// Join makes an attached connection live. It gets a Join post at the end of the
// batch, which says where in the log it stands; one that is live already gets
// another. Nothing happens if the connection was replaced: it is about to be closed.
func (s *Sequencer) Join(conn delivery.Conn, user string) error {
	return s.inbox.put(item{do: func(*Tx) {
		s.flushCursorsOf(user) // the reads that follow are to find them
		if u := s.users[user]; u != nil {
			s.join(u, conn)
		}
	}})
}

// Open asks for a conversation to be brought into memory, where Head finds it.
func (s *Sequencer) Open(convID string) {
	_ = s.inbox.put(item{do: func(tx *Tx) {
		if _, err := s.conversation(convID); err != nil {
			s.cfg.Logger.Error("opening a conversation", "conv_id", convID, "err", err)
		}
	}}) // refused only while stopping, when nobody needs it
}

// Detach forgets a connection and moves its user's cursors to where it got.
func (s *Sequencer) Detach(conn delivery.Conn, user string, got []Cursor) {
	_ = s.inbox.put(item{do: func(tx *Tx) {
		tx.move(got)
		s.detach(conn, user)
	}}) // refused only at the stop, which outlives nobody
}

// Move moves cursors forward: with the next batch, or within about a second. It
// says ErrBusy where too many commands wait: the cursors stay where they are.
func (s *Sequencer) Move(moves []Cursor) error {
	return s.inbox.put(item{spare: true, do: func(tx *Tx) { tx.move(moves) }})
}

func (tx *Tx) move(moves []Cursor) {
	for _, m := range moves {
		tx.s.noteCursor(m.User, m.Conv, marks{ack: m.Seq})
	}
}
