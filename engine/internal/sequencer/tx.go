package sequencer

import (
	"time"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

const groupPrefix = "group_"

// Tx is what a command may do inside the batch that is being filled. It runs on
// the sequencer goroutine: it sees every change before it and none after, and
// must not wait for anything. It dies with the call.
type Tx struct{ s *Sequencer }

// Do runs a command and returns when what it wrote is on disk, with the
// command's own error. A command must make its checks before its first write:
// what is written stays.
func (s *Sequencer) Do(command func(*Tx) error) error {
	result := make(chan error, 1)
	err := s.inbox.put(item{do: func(tx *Tx) {
		err := command(tx)
		tx.s.cur.done = append(tx.s.cur.done, func() { result <- err })
	}})
	if err != nil {
		return err
	}
	select {
	case err = <-result:
		return err
	case <-s.syncer.broken: // whether it is on disk is unknown
		return ErrShuttingDown
	case <-s.syncer.done: // the stop overtook the command
		select {
		case err = <-result:
			return err
		default:
			return ErrShuttingDown
		}
	}
}

// Attach makes a connection known as one of a user's. A live one gets a Join
// post at the end of the batch, and runs after it. done is called on the syncer
// goroutine with the connection of the same device that this one replaces, if any.
func (s *Sequencer) Attach(conn delivery.Conn, user, device string, live bool, done func(replaced delivery.Conn, err error)) error {
	return s.inbox.put(item{do: func(tx *Tx) {
		s.flushCursorsOf(user) // the reads that follow are to find them
		u, replaced, err := s.attach(conn, user, device)
		if err == nil && live {
			s.join(u, conn)
		}
		s.cur.done = append(s.cur.done, func() { done(replaced, err) })
	}})
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

// Move moves cursors forward: with the next batch, or within about a second.
func (s *Sequencer) Move(moves []Cursor) error {
	return s.inbox.put(item{do: func(tx *Tx) { tx.move(moves) }})
}

func (tx *Tx) move(moves []Cursor) {
	s := tx.s
	now := time.Now()
	if len(moves) > 0 && s.cursors.n == 0 {
		time.AfterFunc(cursorsEvery, s.inbox.ring)
	}
	for _, m := range moves {
		s.cursors.move(m, now)
	}
}

// Now is the time of the batch in Unix milliseconds.
func (tx *Tx) Now() int64 { return tx.s.now }

// Group returns a group's record, or ErrNotFound.
func (tx *Tx) Group(id string) (storage.Group, error) {
	c, err := tx.group(id)
	if err != nil {
		return storage.Group{}, err
	}
	return c.group.rec, nil
}

func (tx *Tx) group(id string) (*conv, error) {
	c, err := tx.s.conversation(groupPrefix + id)
	if err != nil {
		return nil, err
	}
	if c == nil || c.group == nil {
		return nil, ErrNotFound
	}
	return c, nil
}

// Member returns a user's membership in a group that exists.
func (tx *Tx) Member(groupID, user string) (rec storage.Member, ok bool, err error) {
	c, err := tx.group(groupID)
	if err != nil {
		return rec, false, err
	}
	m, err := tx.s.member(c, user)
	return m.member, m.ok, err
}

// CreateGroup makes a group whose owner is its only member, or says ErrExists.
func (tx *Tx) CreateGroup(rec storage.Group) error {
	c, err := tx.s.conversation(groupPrefix + rec.ID)
	if err != nil {
		return err
	}
	if c != nil {
		return ErrExists
	}
	_, err = tx.createGroup(rec)
	return err
}

func (tx *Tx) createGroup(rec storage.Group) (*conv, error) {
	s := tx.s
	c := s.create(groupPrefix+rec.ID, Group)
	rec.Conv, rec.CreatedAt, rec.Members = c.head.Num, s.now, 0
	c.group = s.newGroup(rec)
	return c, tx.addMember(c, rec.Owner, RoleOwner)
}

// RoleOwner is the role that a group's creator gets; the chat rules name the others.
const RoleOwner = 2

// AddMember takes a user into a group. Nothing happens if the user is a member.
func (tx *Tx) AddMember(groupID, user string, role uint8) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	m, err := tx.s.member(c, user)
	switch {
	case err != nil || m.ok:
		return err
	case c.group.rec.Members >= c.group.rec.MaxMembers:
		return ErrGroupFull
	}
	return tx.addMember(c, user, role)
}

func (tx *Tx) addMember(c *conv, user string, role uint8) error {
	s := tx.s
	tx.boundary(c)
	old, _, err := s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	m := storage.Member{User: user, Role: role, JoinSeq: c.last + 1, JoinedAt: s.now}
	c.group.members[user] = membership{m, true}
	c.group.rec.Members++
	s.cur.w.PutMember(c.head.Num, m)
	s.cur.w.PutGroup(c.group.rec)
	old.User, old.Conv, old.Kind, old.Left = user, c.head.Num, uint8(Group), false
	old.JoinSeq, old.AckSeq = m.JoinSeq, max(old.AckSeq, c.last)
	s.putSession(old)
	s.cur.membership = true
	tx.enter(c, user)
	return nil
}

// RemoveMember takes a user out of a group: no later message reaches them.
func (tx *Tx) RemoveMember(groupID, user string) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	m, err := tx.s.member(c, user)
	if err != nil || !m.ok {
		return err
	}
	s := tx.s
	tx.boundary(c)
	rec, ok, err := s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	c.group.members[user] = membership{}
	c.group.rec.Members--
	s.cur.w.DeleteMember(c.head.Num, user)
	s.cur.w.PutGroup(c.group.rec)
	if ok {
		rec.Left = true
		s.putSession(rec)
	}
	s.cur.membership = true
	tx.leave(c, user)
	return nil
}

// boundary begins a new batch if the filling one holds messages of c, so that
// every message is clearly before or after the change of membership.
func (tx *Tx) boundary(c *conv) {
	if c.first != none {
		tx.s.commit()
	}
}

func (tx *Tx) enter(c *conv, id string) {
	u := tx.s.users[id]
	if u == nil {
		return
	}
	u.groups = append(u.groups, c)
	c.group.pinned++
	for _, conn := range u.conns {
		if conn.live {
			c.group.live[conn.at.Reactor]++
		}
	}
	u.eachReactor(delivery.Conn{}, func(r int) {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.Enter, User: u.id, Room: c.head.Num, From: c.last})
	})
}

func (tx *Tx) leave(c *conv, id string) {
	u := tx.s.users[id]
	if u == nil {
		return
	}
	for i, g := range u.groups {
		if g == c {
			u.groups = append(u.groups[:i], u.groups[i+1:]...)
			c.group.pinned--
			break
		}
	}
	for _, conn := range u.conns {
		if conn.live {
			c.group.live[conn.at.Reactor]--
		}
	}
	// A replaced connection, not known here any more, may still be open on any.
	for r := range tx.s.cfg.Reactors {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.Leave, User: u.id, Room: c.head.Num})
	}
}

// NotifyUser sends a frame to every live connection of a user.
func (tx *Tx) NotifyUser(user string, frame []byte) { tx.s.notify(user, frame) }

// NotifyGroup sends a frame to every live connection of a group's members.
func (tx *Tx) NotifyGroup(groupID string, frame []byte) {
	c, err := tx.group(groupID)
	if err != nil {
		return
	}
	for r, n := range c.group.live {
		if n > 0 {
			tx.s.cur.post(r, delivery.Post{Kind: delivery.NotifyRoom, Room: c.head.Num, Frame: frame})
		}
	}
}
