package sequencer

import (
	"gannet/engine/internal/delivery"
	"gannet/storage"
)

const groupPrefix = "group_"

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

// CreateGroup makes a group whose owner is its only member, or says ErrExists or
// ErrTooManyGroups.
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
	if err := tx.MayEnter(rec.Owner); err != nil {
		return nil, err
	}
	s := tx.s
	c := s.create(groupPrefix+rec.ID, Group)
	rec.Conv, rec.CreatedAt, rec.Members = c.head.Num, s.now, 0
	c.group = s.newGroup(rec)
	tx.takeIn(c, storage.Session{User: rec.Owner, Left: true}, RoleOwner) // nobody was in it before
	return c, nil
}

// RoleOwner is the role that a group's creator gets; the chat rules name the others.
const RoleOwner = 2

// MayEnter says ErrTooManyGroups of a user who is in as many groups as allowed.
func (tx *Tx) MayEnter(user string) error {
	s := tx.s
	if s.cfg.MaxUserGroups == 0 {
		return nil
	}
	n, err := s.groupsOf(user)
	if err == nil && n >= s.cfg.MaxUserGroups {
		err = ErrTooManyGroups
	}
	return err
}

// groupsOf counts the groups that a user is in.
func (s *Sequencer) groupsOf(id string) (int, error) {
	if u := s.users[id]; u != nil {
		return len(u.groups), nil
	}
	n := s.cur.entered[id]
	err := s.db.Sessions(id, func(rec storage.Session) error {
		if Kind(rec.Kind) == Group && !rec.Left {
			n++
		}
		return nil
	})
	return n, err
}

// AddMember takes a user into a group, or says ErrGroupFull or ErrTooManyGroups.
// Nothing happens if the user is a member.
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
	if err := tx.MayEnter(user); err != nil {
		return err
	}
	rec, ok, err := tx.s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	if !ok {
		rec = storage.Session{User: user, Left: true}
	}
	tx.boundary(c)
	tx.takeIn(c, rec, role)
	return nil
}

// takeIn makes a member of the user whose session was old: one that is Left
// where there was none.
func (tx *Tx) takeIn(c *conv, old storage.Session, role uint8) {
	s := tx.s
	m := storage.Member{User: old.User, Role: role, JoinSeq: c.last + 1, JoinedAt: s.now}
	c.group.members[m.User] = membership{m, true}
	c.group.rec.Members++
	s.cur.w.PutMember(c.head.Num, m)
	s.cur.w.PutGroup(c.group.rec)
	if old.Left {
		s.cur.entered[m.User]++
	}
	old.Conv, old.Kind, old.Left = c.head.Num, uint8(Group), false
	old.JoinSeq, old.AckSeq = m.JoinSeq, max(old.AckSeq, c.last)
	s.putSession(old)
	s.cur.membership = true
	tx.enter(c, m.User)
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
	rec, ok, err := s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	tx.boundary(c)
	c.group.members[user] = membership{}
	c.group.rec.Members--
	s.cur.w.DeleteMember(c.head.Num, user)
	s.cur.w.PutGroup(c.group.rec)
	if ok {
		if !rec.Left {
			s.cur.entered[user]--
		}
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
	for r, n := range u.live {
		c.group.live[r] += n
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
	for r, n := range u.live {
		c.group.live[r] -= n
	}
	// A replaced connection, not known here any more, may still be open on any.
	for r := range tx.s.cfg.Reactors {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.Leave, User: u.id, Room: c.head.Num})
	}
}
