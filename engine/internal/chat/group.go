package chat

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// The words of group events.
const (
	eventCreated = "created"
	eventJoined  = "joined"
	eventLeft    = "left"
	eventKicked  = "kicked"
)

// CreateGroup makes a group that by owns, with its first members.
func (s *Service) CreateGroup(_ context.Context, by string, g NewGroup) (Group, error) {
	rec, members, refused := s.newGroup(by, g)
	if refused != nil {
		return Group{}, refused
	}
	err := s.seq.Do(func(tx *sequencer.Tx) (err error) {
		if err = mayEnter(tx, members); err != nil {
			return err
		}
		if err = tx.CreateGroup(rec); err != nil {
			return err
		}
		for _, user := range members {
			if err = tx.AddMember(rec.ID, user, uint8(RoleMember)); err != nil {
				return err
			}
		}
		tx.NotifyGroup(rec.ID, groupEvent(eventCreated, rec.ID, by, by, tx.Now()))
		rec, err = tx.Group(rec.ID)
		return err
	})
	if err != nil {
		return Group{}, s.Refusal(err)
	}
	return groupOf(rec), nil
}

// newGroup checks what is asked for.
func (s *Service) newGroup(by string, g NewGroup) (rec storage.Group, members []string, refused *wire.Error) {
	if g.ID == "" {
		g.ID = strings.ToLower(rand.Text()[:16])
	}
	if g.MaxMembers == 0 {
		g.MaxMembers = s.cfg.MaxMembers
	}
	members, refused = distinct(g.Members, by)
	switch {
	case refused != nil:
		return rec, nil, refused
	case !wire.ValidID(g.ID):
		return rec, nil, wire.NewError(wire.ReasonBadRequest, "group_id must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	case len(g.Name) > maxGroupName:
		return rec, nil, wire.Errorf(wire.ReasonBadRequest, "name must be at most %d bytes", maxGroupName)
	case g.MaxMembers < 1 || g.MaxMembers > s.cfg.MaxMembers:
		return rec, nil, wire.Errorf(wire.ReasonBadRequest, "max_members must be 1 to %d", s.cfg.MaxMembers)
	case len(members)+1 > g.MaxMembers:
		return rec, nil, errFull
	}
	return storage.Group{ID: g.ID, Name: g.Name, Owner: by, MaxMembers: uint32(g.MaxMembers)}, members, nil
}

const maxGroupName = 256 // bytes

// distinct checks user ids and leaves out repetitions and one user.
func distinct(users []string, without string) ([]string, *wire.Error) {
	out := make([]string, 0, len(users))
	seen := map[string]bool{without: true}
	for _, u := range users {
		if !wire.ValidID(u) {
			return nil, wire.NewError(wire.ReasonBadRequest, "members must be user ids: 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
		}
		if !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	return out, nil
}

// Group returns a group to one of its members.
func (s *Service) Group(_ context.Context, by, id string) (Group, error) {
	rec, err := s.groupFor(by, id)
	if err != nil {
		return Group{}, s.Refusal(err)
	}
	return groupOf(rec), nil
}

// groupFor reads a group; to a stranger it doesn't exist.
func (s *Service) groupFor(by, id string) (rec storage.Group, err error) {
	conv, ok, err := s.db.Conversation(groupPrefix + id)
	if err != nil {
		return rec, err
	}
	if !ok {
		return rec, errNotFound
	}
	if _, ok, err = s.db.Member(conv.Num, by); err != nil {
		return rec, err
	}
	if !ok {
		return rec, errNotFound
	}
	rec, ok, err = s.db.Group(conv.Num)
	if err == nil && !ok {
		err = errNotFound
	}
	return rec, err
}

// Members returns members in the order of their ids, those after a given one.
func (s *Service) Members(_ context.Context, by, id, after string, limit int) ([]Member, error) {
	rec, err := s.groupFor(by, id)
	if err != nil {
		return nil, s.Refusal(err)
	}
	stored, err := s.db.Members(rec.Conv, after, limit)
	if err != nil {
		return nil, s.Refusal(err)
	}
	out := make([]Member, len(stored))
	for i, m := range stored {
		out[i] = Member{User: m.User, Role: Role(m.Role), JoinedAt: m.JoinedAt}
	}
	return out, nil
}

// AddMembers takes users into a group; the owner and admins may.
func (s *Service) AddMembers(_ context.Context, by, id string, users []string) (Group, error) {
	users, refused := distinct(users, "")
	if refused != nil {
		return Group{}, refused
	}
	var rec storage.Group
	err := s.seq.Do(func(tx *sequencer.Tx) (err error) {
		if err = allowed(tx, by, id); err != nil {
			return err
		}
		if users, err = strangers(tx, id, users); err != nil {
			return err
		}
		for _, user := range users {
			if err = tx.AddMember(id, user, uint8(RoleMember)); err != nil {
				return err
			}
			tx.NotifyGroup(id, groupEvent(eventJoined, id, user, by, tx.Now()))
		}
		rec, err = tx.Group(id)
		return err
	})
	if err != nil {
		return Group{}, s.Refusal(err)
	}
	return groupOf(rec), nil
}

// mayEnter checks that nobody is in too many groups.
func mayEnter(tx *sequencer.Tx, users []string) error {
	for _, user := range users {
		if err := tx.MayEnter(user); err != nil {
			return err
		}
	}
	return nil
}

// strangers leaves out users who are members, and checks that the others fit.
func strangers(tx *sequencer.Tx, id string, users []string) ([]string, error) {
	var err error
	users = slices.DeleteFunc(users, func(user string) bool {
		_, ok, e := tx.Member(id, user)
		if e != nil {
			err = e
		}
		return ok
	})
	if err != nil {
		return nil, err
	}
	if err = mayEnter(tx, users); err != nil {
		return nil, err
	}
	rec, err := tx.Group(id)
	if err == nil && int(rec.Members)+len(users) > int(rec.MaxMembers) {
		err = errFull
	}
	return users, err
}

// allowed refuses who may not change a group's members. To a stranger the group
// doesn't exist.
func allowed(tx *sequencer.Tx, by, id string) error {
	m, ok, err := tx.Member(id, by)
	switch {
	case err != nil:
		return err
	case !ok:
		return errNotFound
	case Role(m.Role) < RoleAdmin:
		return errRights
	}
	return nil
}

// RemoveMember takes a user out of a group: oneself, or with the right to it
// somebody of a lower role. What comes later reaches that user no more.
func (s *Service) RemoveMember(_ context.Context, by, id, user string) error {
	err := s.seq.Do(func(tx *sequencer.Tx) error {
		event := eventKicked
		if by == user {
			event = eventLeft
		}
		if err := removable(tx, by, id, user); err != nil {
			return err
		}
		if err := tx.RemoveMember(id, user); err != nil {
			return err
		}
		told := groupEvent(event, id, user, by, tx.Now())
		tx.NotifyGroup(id, told)
		tx.NotifyUser(user, told)
		return nil
	})
	if err != nil {
		return s.Refusal(err)
	}
	return nil
}

func removable(tx *sequencer.Tx, by, id, user string) error {
	if by != user {
		if err := allowed(tx, by, id); err != nil {
			return err
		}
	}
	actor, _, err := tx.Member(id, by)
	if err != nil {
		return err
	}
	m, ok, err := tx.Member(id, user)
	switch {
	case err != nil:
		return err
	case !ok:
		return errNotFound
	case by == user && Role(m.Role) == RoleOwner:
		return errOwner
	case by != user && m.Role >= actor.Role:
		return errRights
	}
	return nil
}

func groupOf(rec storage.Group) Group {
	return Group{
		ID: rec.ID, Name: rec.Name, Owner: rec.Owner,
		Members: int(rec.Members), MaxMembers: int(rec.MaxMembers), CreatedAt: rec.CreatedAt,
	}
}

func groupEvent(event, id, user, by string, now int64) []byte {
	return frame(func(b []byte) []byte { return wire.AppendGroupEvent(b, event, id, user, by, now) })
}
