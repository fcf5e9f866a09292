package chat

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Ban takes a user out of a group and keeps them out.
func (s *Service) Ban(_ context.Context, by, id, user string) error {
	if !wire.ValidID(user) {
		return errUser
	}
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error { return ban(tx, by, id, user) }))
}

func ban(tx *sequencer.Tx, by, id, user string) error {
	rec, err := groupAs(tx, by, id, RoleAdmin)
	switch {
	case err != nil:
		return err
	case by == user:
		return errRights
	}
	if _, banned, err := tx.Reads(sequencer.OfGroup(rec.Conv)).Ban(rec.Conv, user); err != nil || banned {
		return err
	}
	if err := takeAway(tx, by, id, user); err != nil {
		return err
	}
	w := tx.Writes(sequencer.OfGroup(rec.Conv))
	w.PutBan(rec.Conv, storage.Ban{User: user, By: by, At: tx.Now()})
	w.DeleteRequest(rec.Conv, user)
	return nil
}

// takeAway tells a group of a ban, and takes the user out who is a member.
func takeAway(tx *sequencer.Tx, by, id, user string) error {
	_, member, err := tx.Member(id, user)
	switch {
	case err != nil:
		return err
	case !member:
		return tell(tx, id, by, groupExtra(wire.GroupBanned, user))
	}
	if err := outranks(tx, by, id, user); err != nil {
		return err
	}
	return remove(tx, by, id, user, wire.GroupBanned)
}

// Unban takes a Ban back.
func (s *Service) Unban(_ context.Context, by, id, user string) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		rec, err := groupAs(tx, by, id, RoleAdmin)
		if err != nil {
			return err
		}
		_, banned, err := tx.Reads(sequencer.OfGroup(rec.Conv)).Ban(rec.Conv, user)
		if err != nil {
			return err
		}
		if !banned {
			return errNoMember
		}
		tx.Writes(sequencer.OfGroup(rec.Conv)).DeleteBan(rec.Conv, user)
		return tell(tx, id, by, groupExtra(wire.GroupUnbanned, user))
	}))
}

// Bans lists who is banned, in the order of ids; the owner and admins may look.
func (s *Service) Bans(_ context.Context, by, id, after string, limit int) ([]Listed, error) {
	rec, err := s.groupForAdmin(by, id)
	if err != nil {
		return nil, s.Refusal(err)
	}
	stored, err := s.db.Bans(rec.Conv, after, limit)
	if err != nil {
		return nil, s.Refusal(err)
	}
	return listed(stored, func(b storage.Ban) Listed { return Listed{User: b.User, By: b.By, At: b.At} }), nil
}

// groupForAdmin reads a group for its owner or an admin.
func (s *Service) groupForAdmin(by, id string) (storage.Group, error) {
	rec, _, err := s.groupFor(by, id)
	if err != nil {
		return rec, err
	}
	m, ok, err := s.db.Member(rec.Conv, by)
	switch {
	case err != nil:
		return rec, err
	case !ok:
		return rec, errNotFound
	case Role(m.Role) < RoleAdmin:
		return rec, errRights
	}
	return rec, nil
}
