package chat

import (
	"context"
	"crypto/rand"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	maxGroupName    = 512  // bytes
	maxAnnouncement = 4096 // bytes
)

// groupApproval is a flag of a stored group that the rules alone know.
const groupApproval = sequencer.GroupFlags

// joinOf and joinFlags tell the way into a group by its flags, and the reverse.
func joinOf(flags uint8) Join {
	switch {
	case flags&sequencer.GroupOpen != 0:
		return JoinOpen
	case flags&groupApproval != 0:
		return JoinApproval
	}
	return JoinClosed
}

func joinFlags(j Join) uint8 { return [...]uint8{0, groupApproval, sequencer.GroupOpen}[j] }

// groupExtra is what an event of a group says: what happened, and to whom.
func groupExtra(event, user string) wire.Extra {
	e := wire.Extra(nil).Text("event", event)
	if user != "" {
		e = e.Text("user_id", user)
	}
	return e
}

// tell appends an event to a group's log.
func tell(tx *sequencer.Tx, id, by string, extra wire.Extra) error {
	_, err := tx.Event(groupPrefix+id, sequencer.Event{Type: wire.EventGroup, From: by, Extra: extra})
	return err
}

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
		extra := groupExtra(wire.GroupCreated, "").Text("name", rec.Name).Texts("user_ids", members)
		if err = tell(tx, rec.ID, by, extra); err != nil {
			return err
		}
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
	rec = storage.Group{ID: g.ID, Owner: by, Flags: flagsOf(g.Join, g.OldHistory)}
	if members, refused = distinct(g.Members, by); refused != nil {
		return rec, nil, refused
	}
	patch := GroupPatch{Name: &g.Name, Announcement: &g.Announcement, MaxMembers: &g.MaxMembers}
	switch refused = s.patchGroup(&rec, patch); {
	case refused != nil:
		return rec, nil, refused
	case !wire.ValidID(g.ID):
		return rec, nil, wire.NewError(wire.ReasonBadRequest, "group_id must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	case len(members)+1 > g.MaxMembers:
		return rec, nil, errFull
	}
	return rec, members, nil
}

func flagsOf(join Join, oldHistory bool) uint8 {
	flags := joinFlags(join)
	if oldHistory {
		flags |= sequencer.GroupOldHistory
	}
	return flags
}

// patchGroup changes a record, or says why not.
func (s *Service) patchGroup(rec *storage.Group, p GroupPatch) *wire.Error {
	if p.Name != nil {
		if len(*p.Name) > maxGroupName {
			return wire.Errorf(wire.ReasonBadRequest, "name must be at most %d bytes", maxGroupName)
		}
		rec.Name = *p.Name
	}
	if p.Announcement != nil {
		if len(*p.Announcement) > maxAnnouncement {
			return wire.Errorf(wire.ReasonBadRequest, "announcement must be at most %d bytes", maxAnnouncement)
		}
		rec.Announcement = *p.Announcement
	}
	if p.MaxMembers != nil {
		if n := *p.MaxMembers; n < max(1, int(rec.Members)) || n > s.cfg.GroupMembers {
			return wire.Errorf(wire.ReasonBadRequest, "max_members must be %d to %d", max(1, rec.Members), s.cfg.GroupMembers)
		}
		rec.MaxMembers = uint32(*p.MaxMembers)
	}
	if p.Join != nil {
		rec.Flags = rec.Flags&^(groupApproval|sequencer.GroupOpen) | joinFlags(*p.Join)
	}
	setFlag(&rec.Flags, sequencer.GroupOldHistory, p.OldHistory)
	setFlag(&rec.Flags, sequencer.GroupMuted, p.Muted)
	return nil
}

func setFlag(flags *uint8, flag uint8, to *bool) {
	switch {
	case to == nil:
	case *to:
		*flags |= flag
	default:
		*flags &^= flag
	}
}

// UpdateGroup changes a group; the owner and admins may.
func (s *Service) UpdateGroup(_ context.Context, by, id string, p GroupPatch) (Group, error) {
	var rec storage.Group
	err := s.seq.Do(func(tx *sequencer.Tx) (err error) {
		if rec, err = groupAs(tx, by, id, RoleAdmin); err != nil {
			return err
		}
		if refused := s.patchGroup(&rec, p); refused != nil {
			return refused
		}
		if err = tx.PutGroup(rec); err != nil {
			return err
		}
		return tell(tx, id, by, p.extra())
	})
	if err != nil {
		return Group{}, s.Refusal(err)
	}
	return groupOf(rec), nil
}

// extra is what the event says has changed.
func (p *GroupPatch) extra() wire.Extra {
	e := groupExtra(wire.GroupUpdated, "")
	if p.Name != nil {
		e = e.Text("name", *p.Name)
	}
	if p.Announcement != nil {
		e = e.Text("announcement", *p.Announcement)
	}
	if p.MaxMembers != nil {
		e = e.Uint("max_members", uint64(*p.MaxMembers))
	}
	if p.Join != nil {
		e = e.Text("join", p.Join.String())
	}
	if p.OldHistory != nil {
		e = e.Bool("old_history", *p.OldHistory)
	}
	if p.Muted != nil {
		e = e.Bool("muted", *p.Muted)
	}
	return e
}

// DissolveGroup ends a group; its owner may. Nobody is in it when it returns.
func (s *Service) DissolveGroup(_ context.Context, by, id string) error {
	var conv uint64
	err := s.seq.DoAnyway(func(tx *sequencer.Tx) (err error) {
		if err = allowed(tx, by, id, RoleOwner); err != nil {
			return err
		}
		conv, err = tx.Dissolve(id, sequencer.Event{
			Type: wire.EventGroup, From: by, Extra: groupExtra(wire.GroupDissolved, ""),
		})
		return err
	})
	if err == nil {
		err = s.dissolve(conv)
	}
	return s.done(err)
}

// dissolve takes the members out of a group, a few at a time.
func (s *Service) dissolve(conv uint64) error {
	for done := false; !done; {
		err := s.seq.DoAnyway(func(tx *sequencer.Tx) (err error) {
			done, err = tx.DissolveMore(conv)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Group returns a group to one of its members.
func (s *Service) Group(_ context.Context, by, id string) (Group, error) {
	rec, _, err := s.groupFor(by, id)
	if err != nil {
		return Group{}, s.Refusal(err)
	}
	return groupOf(rec), nil
}

// groupFor reads a group and the seq above which a member sees its log. To a
// stranger it doesn't exist.
func (s *Service) groupFor(by, id string) (rec storage.Group, floor uint64, err error) {
	conv, ok, err := s.db.Conversation(groupPrefix + id)
	if err != nil {
		return rec, 0, err
	}
	if !ok {
		return rec, 0, errNotFound
	}
	if floor, err = s.floor(&place{num: conv.Num, kind: sequencer.Group}, by); err != nil {
		return rec, 0, err
	}
	rec, ok, err = s.db.Group(conv.Num)
	if err == nil && (!ok || rec.Flags&sequencer.GroupDissolved != 0) {
		err = errNotFound
	}
	return rec, floor, err
}

// groupAs is a group on which somebody acts who may.
func groupAs(tx *sequencer.Tx, by, id string, least Role) (storage.Group, error) {
	if err := allowed(tx, by, id, least); err != nil {
		return storage.Group{}, err
	}
	return tx.Group(id)
}

// allowed refuses who may not act on a group. To a stranger it doesn't exist.
func allowed(tx *sequencer.Tx, by, id string, least Role) error {
	m, ok, err := tx.Member(id, by)
	switch {
	case err != nil:
		return err
	case !ok:
		return errNotFound
	case Role(m.Role) < least:
		return errRights
	}
	return nil
}

func groupOf(rec storage.Group) Group {
	return Group{
		ID: rec.ID, Name: rec.Name, Announcement: rec.Announcement, Owner: rec.Owner,
		Members: int(rec.Members), MaxMembers: int(rec.MaxMembers), CreatedAt: rec.CreatedAt,
		Join:       joinOf(rec.Flags),
		OldHistory: rec.Flags&sequencer.GroupOldHistory != 0,
		Muted:      rec.Flags&sequencer.GroupMuted != 0,
	}
}
