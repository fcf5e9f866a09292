package chat

import (
	"context"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// maxAtOnce is how many users one request may bring into a group: the log's writer
// looks at each of them.
const maxAtOnce = 1000

// distinct checks user ids and leaves out repetitions and one user.
func distinct(users []string, without string) ([]string, *wire.Error) {
	if len(users) > maxAtOnce {
		return nil, wire.Errorf(wire.ReasonBadRequest, "at most %d users at a time", maxAtOnce)
	}
	out := make([]string, 0, len(users))
	seen := map[string]bool{without: true}
	for _, u := range users {
		if !wire.ValidID(u) {
			return nil, wire.NewError(wire.ReasonBadRequest, "members must be user ids: 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
		}
		if strings.HasPrefix(u, VisitorPrefix) {
			return nil, errToVisitor
		}
		if !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	return out, nil
}

// Members returns members in the order of their ids, those after a given one.
func (s *Service) Members(_ context.Context, by, id, after string, limit int) ([]Member, error) {
	rec, _, err := s.groupFor(by, id)
	if err != nil {
		return nil, s.Refusal(err)
	}
	stored, err := s.db.Members(rec.Conv, after, limit)
	if err != nil {
		return nil, s.Refusal(err)
	}
	return listed(stored, memberOf), nil
}

func memberOf(m storage.Member) Member {
	return Member{User: m.User, Role: Role(m.Role), JoinSeq: m.JoinSeq, JoinedAt: m.JoinedAt, MutedUntil: m.MutedUntil}
}

// AddMembers brings users into a group: the owner and admins take them in, and so
// does any member of an open group. Where joining needs an answer, a member's word
// is a request for them.
func (s *Service) AddMembers(_ context.Context, by, id string, users []string) (Admission, error) {
	users, refused := distinct(users, "")
	if refused != nil {
		return Admission{}, refused
	}
	var a Admission
	err := s.seq.Do(func(tx *sequencer.Tx) error {
		rec, err := tx.Group(id)
		if err != nil {
			return err
		}
		m, ok, err := tx.Member(id, by)
		if err != nil {
			return err
		}
		join := groupOf(rec).Join
		switch {
		case !ok:
			return errNotFound
		case Role(m.Role) >= RoleAdmin || join == JoinOpen:
			a, err = admit(tx, by, id, users)
		case join == JoinApproval:
			a, err = request(tx, by, id, "", users)
		default:
			err = errRights
		}
		return err
	})
	if err != nil {
		return Admission{}, s.Refusal(err)
	}
	s.tellRequests(id, by, a.fresh)
	return a, nil
}

// admit takes users in who are not members, all or none.
func admit(tx *sequencer.Tx, by, id string, users []string) (a Admission, err error) {
	if users, err = strangers(tx, id, users); err != nil {
		return a, err
	}
	rec, err := tx.Group(id)
	if err != nil {
		return a, err
	}
	if int(rec.Members)+len(users) > int(rec.MaxMembers) {
		return a, errFull
	}
	if err := mayEnter(tx, users); err != nil {
		return a, err
	}
	for _, user := range users {
		if err := tx.AddMember(id, user, uint8(RoleMember)); err != nil {
			return a, err
		}
		tx.Writes(sequencer.OfGroup(rec.Conv)).DeleteRequest(rec.Conv, user)
	}
	if len(users) > 0 {
		if err := tell(tx, id, by, joined(users)); err != nil {
			return a, err
		}
	}
	rec, err = tx.Group(id)
	return Admission{Group: groupOf(rec), Joined: users}, err
}

// joined is what the event says: one event for all who came together.
func joined(users []string) wire.Extra {
	if len(users) == 1 {
		return groupExtra(wire.GroupJoined, users[0])
	}
	return groupExtra(wire.GroupJoined, "").Texts("user_ids", users)
}

// strangers leaves out users who are members, and refuses those who are banned.
func strangers(tx *sequencer.Tx, id string, users []string) ([]string, error) {
	rec, err := tx.Group(id)
	if err != nil {
		return nil, err
	}
	out := users[:0:0]
	for _, user := range users {
		_, member, err := tx.Member(id, user)
		if err != nil {
			return nil, err
		}
		if member {
			continue
		}
		_, banned, err := tx.Reads(sequencer.OfGroup(rec.Conv)).Ban(rec.Conv, user)
		if err != nil {
			return nil, err
		}
		if banned {
			return nil, errBanned
		}
		out = append(out, user)
	}
	return out, nil
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

// RemoveMember takes a user out of a group: oneself, or with the right to it
// somebody of a lower role. What comes later reaches that user no more.
func (s *Service) RemoveMember(_ context.Context, by, id, user string) error {
	return s.done(s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		event := wire.GroupKicked
		if by == user {
			event = wire.GroupLeft
		}
		if err := removable(tx, by, id, user); err != nil {
			return err
		}
		return remove(tx, by, id, user, event)
	}))
}

// remove takes a member out and tells them and the others.
func remove(tx *sequencer.Tx, by, id, user, event string) error {
	if err := tx.RemoveMember(id, user); err != nil {
		return err
	}
	return tx.Farewell(id, user, sequencer.Event{Type: wire.EventGroup, From: by, Extra: groupExtra(event, user)})
}

func removable(tx *sequencer.Tx, by, id, user string) error {
	if by != user {
		return outranks(tx, by, id, user)
	}
	m, ok, err := tx.Member(id, user)
	switch {
	case err != nil:
		return err
	case !ok:
		return errNotFound
	case Role(m.Role) == RoleOwner:
		return errOwner
	}
	return nil
}

// outranks refuses to act on a member whose role isn't lower than one's own.
func outranks(tx *sequencer.Tx, by, id, user string) error {
	if err := allowed(tx, by, id, RoleAdmin); err != nil {
		return err
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
		return errNoMember
	case m.Role >= actor.Role:
		return errRights
	}
	return nil
}

// SetMember changes a member's role, which is the owner's to do, or mutes them.
func (s *Service) SetMember(_ context.Context, by, id, user string, p MemberPatch) (Member, error) {
	if p.Role != nil && *p.Role >= RoleOwner {
		return Member{}, errRole
	}
	var m storage.Member
	do := s.seq.Do
	if p.Role == nil { // a mute protects others
		do = s.seq.DoAnyway
	}
	err := do(func(tx *sequencer.Tx) (err error) {
		if err = outranks(tx, by, id, user); err != nil {
			return err
		}
		if p.Role != nil {
			if err = allowed(tx, by, id, RoleOwner); err != nil {
				return err
			}
		}
		if m, _, err = tx.Member(id, user); err != nil {
			return err
		}
		return setMember(tx, by, id, &m, p)
	})
	if err != nil {
		return Member{}, s.Refusal(err)
	}
	return memberOf(m), nil
}

var errRole = wire.NewError(wire.ReasonBadRequest, "role must be member or admin; a group is handed over by its owner")

func setMember(tx *sequencer.Tx, by, id string, m *storage.Member, p MemberPatch) error {
	var told []wire.Extra
	if p.Role != nil && uint8(*p.Role) != m.Role {
		m.Role = uint8(*p.Role)
		told = append(told, groupExtra(wire.GroupRole, m.User).Text("role", p.Role.String()))
	}
	if until := p.mutedUntil(tx.Now(), m.MutedUntil); until != m.MutedUntil {
		m.MutedUntil = until
		if until != 0 {
			told = append(told, groupExtra(wire.GroupMuted, m.User).Uint("until", uint64(until)))
		} else {
			told = append(told, groupExtra(wire.GroupUnmuted, m.User))
		}
	}
	if len(told) == 0 {
		return nil
	}
	if err := tx.PutMember(id, *m); err != nil {
		return err
	}
	for _, extra := range told {
		if err := tell(tx, id, by, extra); err != nil {
			return err
		}
	}
	return nil
}

// mutedUntil is what becomes of a mute; one that is over is none.
func (p *MemberPatch) mutedUntil(now, was int64) int64 {
	switch {
	case p.MutedUntil == nil:
		return was
	case *p.MutedUntil <= now:
		return 0
	}
	return *p.MutedUntil
}

// TransferGroup hands a group over to another member; the owner becomes an admin.
func (s *Service) TransferGroup(_ context.Context, by, id, to string) error {
	return s.done(s.seq.Do(func(tx *sequencer.Tx) error {
		if err := allowed(tx, by, id, RoleOwner); err != nil {
			return err
		}
		heir, ok, err := tx.Member(id, to)
		if err != nil {
			return err
		}
		if !ok || to == by {
			return errNoOwner
		}
		old, _, err := tx.Member(id, by)
		if err != nil {
			return err
		}
		rec, err := tx.Group(id)
		if err != nil {
			return err
		}
		rec.Owner, heir.Role, old.Role, heir.MutedUntil = to, uint8(RoleOwner), uint8(RoleAdmin), 0
		return putAll(tx, rec, by, heir, old)
	}))
}

func putAll(tx *sequencer.Tx, rec storage.Group, by string, members ...storage.Member) error {
	if err := tx.PutGroup(rec); err != nil {
		return err
	}
	for _, m := range members {
		if err := tx.PutMember(rec.ID, m); err != nil {
			return err
		}
	}
	return tell(tx, rec.ID, by, groupExtra(wire.GroupTransferred, rec.Owner))
}
