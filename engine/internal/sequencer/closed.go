package sequencer

import (
	"slices"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// sessionClosed is the bit of a stored session's flags that says that its
// conversation is closed, so that who connects need not load it. The other bits are
// the chat rules' own.
const sessionClosed = 1 << 7

// closing is a Service conversation that a batch closes, and who is in it.
type closing struct {
	conv    *conv
	members []string
}

// SetClosed closes a Service conversation, so that nobody can write in it, not
// even the system, or opens it again. Events can be appended in any case.
//
// One that is closed is no room: customers collect them without end, and would have
// all of them in memory while they are connected. Its members read it as ever, and
// entries that still come are posted to each of them. Those of this batch go to the
// room yet, whether they come before the close or after.
func (tx *Tx) SetClosed(convID string, closed bool) error {
	c, err := tx.service(convID)
	if err != nil || (c.group.rec.Flags&GroupClosed != 0) == closed {
		return err
	}
	if !closed {
		tx.boundary(c) // what was appended before is not for the room
	}
	places, err := tx.s.placesIn(c)
	if err != nil {
		return err
	}
	c.group.rec.Flags ^= GroupClosed
	tx.s.cur.w.PutGroup(c.group.rec)
	tx.s.cur.membership = true // to who comes now it is a room, or none
	members := make([]string, len(places))
	for i, rec := range places {
		members[i] = rec.User
		rec.Flags &^= sessionClosed
		if closed {
			rec.Flags |= sessionClosed
		}
		tx.s.putSession(rec)
		if !closed {
			tx.enter(c, rec.User)
		}
	}
	if closed {
		tx.s.cur.closed = append(tx.s.cur.closed, closing{c, members})
	}
	return nil
}

// placesIn are the sessions of a Service conversation's members.
func (s *Sequencer) placesIn(c *conv) ([]storage.Session, error) {
	members, err := s.membersOf(c)
	if err != nil {
		return nil, err
	}
	places := make([]storage.Session, 0, len(members))
	for _, user := range members {
		rec, ok, err := s.session(user, c.head.Num)
		if err != nil {
			return nil, err
		}
		if ok {
			places = append(places, rec)
		}
	}
	return places, nil
}

// membersOf are a Service conversation's members as this batch will leave them.
func (s *Sequencer) membersOf(c *conv) ([]string, error) {
	stored, err := s.db.Members(c.head.Num, "", maxService)
	if err != nil {
		return nil, err
	}
	users := make([]string, 0, len(stored))
	for _, m := range stored {
		if now, known := c.group.members[m.User]; !known || now.ok {
			users = append(users, m.User)
		}
	}
	for user, m := range c.group.members {
		if m.ok && !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users, nil
}

// sealClosed takes the conversations that were closed off their members' lists,
// once all that the batch says in them is posted. Connections keep their places in
// the rooms, which tell how far they got; nothing comes there any more.
func (s *Sequencer) sealClosed() {
	for _, e := range s.cur.closed {
		if e.conv.group.rec.Flags&GroupClosed == 0 {
			continue // opened again
		}
		for _, id := range e.members {
			if u := s.users[id]; u != nil {
				u.unlist(e.conv)
			}
		}
	}
}

// postClosed sends a run of a closed conversation, which is no room, to its members.
func (s *Sequencer) postClosed(c *conv, run *delivery.Run) {
	if slices.ContainsFunc(s.cur.closed, func(e closing) bool { return e.conv == c }) {
		return // it is one until the batch ends
	}
	members, err := s.membersOf(c)
	if err != nil {
		s.cfg.Logger.Error("posting to a closed conversation", "conv_id", c.head.ID, "err", err)
	}
	for _, id := range members {
		if u := s.users[id]; u != nil {
			u.eachReactor(delivery.Conn{}, func(r int) {
				s.cur.post(r, delivery.Post{Kind: delivery.ToUser, Visitor: true, User: u.id, Run: run})
			})
		}
	}
}
