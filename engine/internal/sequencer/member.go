package sequencer

import (
	"strings"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

const groupPrefix = "group_"

// Flags of a group's record that the log's writer itself looks at. The bits from
// GroupFlags on are the chat rules' own.
const (
	GroupDissolved  = 1 << iota // nobody is in it any more, or will be
	GroupMuted                  // only admins and the owner may write
	GroupOldHistory             // who comes later sees what was before
	GroupOpen                   // everybody may come in
	GroupFlags

	GroupClosed = 1 << 7 // of a Service conversation: nobody may write in it any more
)

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
	if c == nil || c.group == nil || c.group.rec.Flags&GroupDissolved != 0 {
		return nil, ErrNotFound
	}
	return c, nil
}

// PutGroup replaces what a group has besides its members: its name and the like.
func (tx *Tx) PutGroup(rec storage.Group) error {
	c, err := tx.group(rec.ID)
	if err != nil {
		return err
	}
	rec.Members, rec.MentionSeq = c.group.rec.Members, c.group.rec.MentionSeq
	c.group.rec = rec
	tx.s.cur.w.PutGroup(rec)
	return nil
}

// PutMember replaces a member's role and how long they are muted.
func (tx *Tx) PutMember(groupID string, m storage.Member) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	c.group.members[m.User] = membership{m, true}
	tx.s.cur.w.PutMember(c.head.Num, m)
	return nil
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
		return len(u.groups) - int(u.services), nil
	}
	if n, ok := s.counts[id]; ok {
		return n, nil
	}
	n := s.cur.entered[id]
	err := s.db.Sessions(id, func(rec storage.Session) error {
		if Kind(rec.Kind) == Group && !rec.Left { // Service conversations are no burden of the user's own making
			n++
		}
		return nil
	})
	if err == nil {
		s.noteCount(id, n)
	}
	return n, err
}

// maxCounts is how many users' counts of groups are remembered: adding them to
// groups again and again is not to read all they have each time.
const maxCounts = 64 << 10

func (s *Sequencer) noteCount(id string, n int) {
	if len(s.counts) >= maxCounts {
		clear(s.counts)
	}
	s.counts[strings.Clone(id)] = n
}

// counted keeps a remembered count true.
func (s *Sequencer) counted(id string, more int) {
	s.cur.entered[id] += more
	if n, ok := s.counts[id]; ok {
		s.counts[id] = n + more
	}
}

// AddMember takes a user into a group, or says ErrGroupFull or ErrTooManyGroups.
// Nothing happens if the user is a member.
func (tx *Tx) AddMember(groupID, user string, role uint8) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	return tx.admitMember(c, user, role)
}

// admitMember takes in who isn't a member yet, as far as there is room.
func (tx *Tx) admitMember(c *conv, user string, role uint8) error {
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
	if c.head.Kind == Group {
		if err := tx.MayEnter(user); err != nil {
			return err
		}
	}
	rec, ok, err := tx.s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	if !ok {
		rec = storage.Session{User: strings.Clone(user), Left: true}
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
	if c.group.rec.Flags&GroupOldHistory != 0 {
		m.JoinSeq = 1
	}
	if m.JoinSeq > 1 {
		c.group.rec.LastJoin = m.JoinSeq
	}
	if old.MutedUntil > s.now { // leaving is no way out of it
		m.MutedUntil = old.MutedUntil
	}
	c.group.members[m.User] = membership{m, true}
	c.group.rec.Members++
	s.cur.w.PutMember(c.head.Num, m)
	s.cur.w.PutGroup(c.group.rec)
	if old.Left && c.head.Kind == Group {
		s.counted(m.User, 1)
	}
	old.Conv, old.Kind, old.Left = c.head.Num, uint8(c.head.Kind), false
	old.JoinSeq, old.MutedUntil = m.JoinSeq, 0
	if c.head.Kind == Group {
		old.AckSeq, old.ReadSeq = max(old.AckSeq, c.last), max(old.ReadSeq, c.last)
	} // else see AddTo
	if old.Flags &^= sessionClosed; c.group.rec.Flags&GroupClosed != 0 {
		old.Flags |= sessionClosed
	}
	s.putSession(old)
	s.cur.membership = true
	if c.group.rec.Flags&GroupClosed == 0 {
		tx.enter(c, m.User)
	}
}

// RemoveMember takes a user out of a group: no later entry reaches them.
func (tx *Tx) RemoveMember(groupID, user string) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	return tx.removeMember(c, user)
}

func (tx *Tx) removeMember(c *conv, user string) error {
	m, err := tx.s.member(c, user)
	if err != nil || !m.ok {
		return err
	}
	tx.boundary(c)
	if err := tx.takeOut(c, user); err != nil {
		return err
	}
	tx.s.cur.w.PutGroup(c.group.rec)
	return nil
}

// takeOut ends a membership. The group's record is the caller's to write.
func (tx *Tx) takeOut(c *conv, user string) error {
	s := tx.s
	m, err := s.member(c, user)
	if err != nil {
		return err
	}
	rec, ok, err := s.session(user, c.head.Num)
	if err != nil {
		return err
	}
	user = strings.Clone(user)           // the table outlives the command
	c.group.members[user] = membership{} // until storage says so, too
	s.cur.left = append(s.cur.left, leaving{user, c.group})
	c.group.rec.Members--
	s.cur.w.DeleteMember(c.head.Num, user)
	switch {
	case c.head.Kind == Service: // there is no end of them: see RemoveFrom
		s.deleteSession(user, c.head.Num)
	case ok:
		if !rec.Left {
			s.counted(user, -1)
		}
		rec.Left = true
		if m.member.MutedUntil > s.now {
			rec.MutedUntil = m.member.MutedUntil
		}
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
	u.list(c)
	for r, n := range u.live {
		c.group.live[r] += n
	}
	visitors := c.head.Kind == Service
	u.eachReactor(delivery.Conn{}, func(r int) {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.Enter, Visitor: visitors, User: u.id, Room: c.head.Num, From: c.last})
	})
}

func (tx *Tx) leave(c *conv, id string) {
	u := tx.s.users[id]
	if u == nil {
		return
	}
	u.unlist(c)
	// A replaced connection, not known here any more, may still be open on any.
	for r := range tx.s.cfg.Reactors {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.Leave, User: u.id, Room: c.head.Num})
	}
}
