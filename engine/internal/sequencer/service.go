package sequencer

import (
	"strings"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

const (
	servicePrefix = "service_"

	// maxService bounds the members of a Service conversation: a visitor, agents and
	// those who look in. A run is sent to all of them.
	maxService = 100
)

// CreateService makes the conversation of a service session, which is stored as a
// group without owner and, for now, members. It says ErrExists where there is
// one.
func (tx *Tx) CreateService(id string) (conv uint64, err error) {
	s := tx.s
	c, err := s.conversation(servicePrefix + id)
	if err != nil {
		return 0, err
	}
	if c != nil {
		return 0, ErrExists
	}
	c = s.create(servicePrefix+id, Service)
	c.group = s.newGroup(storage.Group{
		Conv: c.head.Num, ID: strings.Clone(id), MaxMembers: maxService, CreatedAt: s.now, Flags: GroupOldHistory,
	})
	s.cur.w.PutGroup(c.group.rec)
	return c.head.Num, nil
}

// service finds a Service conversation, or says ErrNotFound.
func (tx *Tx) service(convID string) (*conv, error) {
	c, err := tx.s.conversation(convID)
	if err == nil && (c == nil || c.head.Kind != Service) {
		err = ErrNotFound
	}
	return c, err
}

// RoleSilent is the role of who looks into a Service conversation without taking
// part: they may not write there (ErrMuted), and the chat rules tell nobody what
// they have read. The other roles mean nothing in a Service conversation.
const RoleSilent = 16

// AddTo makes a user a member of a Service conversation, or says ErrNotFound or
// ErrGroupFull. Who is a member gets the role; how many groups they are in doesn't
// matter.
//
// Who comes for the first time has received and read nothing of it: what a visitor
// said while nobody was there is unread, and a sync brings it. (A group's new
// members begin at its end.) Who comes again begins anew, see RemoveFrom. To a
// connection that is live nothing of it is pushed: its client asks for it when it
// is told of the session.
func (tx *Tx) AddTo(convID, user string, role uint8) error {
	c, err := tx.service(convID)
	if err != nil {
		return err
	}
	m, err := tx.s.member(c, user)
	if err != nil {
		return err
	}
	if !m.ok {
		return tx.admitMember(c, user, role)
	}
	if m.member.Role != role {
		m.member.Role = role
		c.group.members[m.member.User] = m
		tx.s.cur.w.PutMember(c.head.Num, m.member)
	}
	return nil
}

// Boundary begins a new batch if the one being filled holds entries of any of
// these conversations. A change of membership does so by itself; a command that
// makes several calls it before its first write, so that all of them, and what else
// it writes, are in one batch and become durable together.
func (tx *Tx) Boundary(convIDs ...string) {
	for _, id := range convIDs {
		if c := tx.s.convs[id]; c != nil {
			tx.boundary(c)
		}
	}
}

// RemoveFrom takes a user out of a Service conversation: no later entry reaches
// them, and nothing is left of where they were in it. An agent serves tens of
// thousands of sessions, and each look at what is theirs would walk over all.
func (tx *Tx) RemoveFrom(convID, user string) error {
	c, err := tx.service(convID)
	if err != nil {
		return err
	}
	return tx.removeMember(c, user)
}

// IsIn reports whether a user is a member of a Service conversation, which must
// exist.
func (tx *Tx) IsIn(convID, user string) (bool, error) {
	c, err := tx.service(convID)
	if err != nil {
		return false, err
	}
	m, err := tx.s.member(c, user)
	return m.ok, err
}

// FarewellTo is Farewell for a Service conversation.
func (tx *Tx) FarewellTo(convID, user string, ev Event) error {
	c, err := tx.service(convID)
	if err == nil {
		tx.farewell(c, user, ev)
	}
	return err
}

// NotifyConv sends a frame to every live connection but one of the members of a
// Service conversation; to nobody where there is none.
func (tx *Tx) NotifyConv(convID string, except delivery.Conn, frame []byte) {
	if c, err := tx.service(convID); err == nil {
		tx.notifyRoom(c, except, frame)
	}
}

// mayWriteService is mayWrite for a Service conversation.
func (s *Sequencer) mayWriteService(m *Send, c *conv) (*conv, error) {
	if m.More != nil && m.More.System && c != nil {
		if c.group.rec.Flags&GroupClosed != 0 {
			return nil, ErrClosed
		}
		return c, nil
	}
	return c, s.mayWriteIn(c, m.From)
}

// mayWriteIn says why a user may not write in a Service conversation. To who isn't
// in it, it isn't there.
func (s *Sequencer) mayWriteIn(c *conv, user string) error {
	if c == nil {
		return ErrNotFound
	}
	who, err := s.member(c, user)
	switch {
	case err != nil:
		return err
	case !who.ok:
		return ErrNotFound
	case c.group.rec.Flags&GroupClosed != 0:
		return ErrClosed
	case who.member.Role == RoleSilent:
		return ErrMuted
	}
	return nil
}

// spoken tells of a message that has just been placed.
func (s *Sequencer) spoken(m *Send, c *conv) {
	if s.cfg.Spoken != nil {
		s.cfg.Spoken(&Tx{s}, c.head, m.From)
	}
}
