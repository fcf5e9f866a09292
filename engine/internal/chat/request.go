package chat

import (
	"context"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// maxRequests is how many users may wait for an answer of one group.
const maxRequests = 1000

// JoinGroup lets a user into an open group, or asks for it. A group that nobody
// may ask to join looks like one that doesn't exist.
func (s *Service) JoinGroup(_ context.Context, by, id, text string) (Admission, error) {
	var a Admission
	err := s.seq.Do(func(tx *sequencer.Tx) error {
		rec, err := tx.Group(id)
		if err != nil {
			return err
		}
		_, member, err := tx.Member(id, by)
		if err != nil {
			return err
		}
		switch join := groupOf(rec).Join; {
		case member:
			a = Admission{Group: groupOf(rec)}
		case join == JoinOpen:
			a, err = admit(tx, by, id, []string{by})
		case join == JoinApproval:
			a, err = request(tx, by, id, text, []string{by})
		default:
			err = errNotFound
		}
		return err
	})
	if err != nil {
		return Admission{}, s.Refusal(err)
	}
	s.tellRequests(id, by, a.fresh)
	return a, nil
}

// request notes that users want to come in.
func request(tx *sequencer.Tx, by, id, text string, users []string) (a Admission, err error) {
	if users, err = strangers(tx, id, users); err != nil {
		return a, err
	}
	rec, err := tx.Group(id)
	if err != nil {
		return a, err
	}
	waiting, err := tx.Reads(sequencer.OfGroup(rec.Conv)).Requests(rec.Conv, "", maxRequests)
	if err != nil {
		return a, err
	}
	if len(waiting)+len(users) > maxRequests {
		return a, errWaiting
	}
	for _, user := range users {
		if !slices.ContainsFunc(waiting, func(r storage.Request) bool { return r.User == user }) {
			a.fresh = append(a.fresh, user)
		}
		tx.Writes(sequencer.OfGroup(rec.Conv)).PutRequest(rec.Conv, storage.Request{User: user, By: by, Text: text, At: tx.Now()})
	}
	a.Requested = users
	if _, member, err := tx.Member(id, by); err != nil || member {
		a.Group = groupOf(rec)
		return a, err
	}
	return a, nil
}

// tellRequests lets a reader find a group's owner and admins and tell them who
// waits for an answer. Where too much waits they see it in the list.
func (s *Service) tellRequests(id, by string, users []string) {
	if len(users) == 0 {
		return
	}
	s.readers.try(func() {
		admins, err := s.admins(id)
		if err != nil {
			s.cfg.Logger.Error("reading who may answer a request", "group", id, "err", err)
			return
		}
		_ = s.seq.GoAnyway(func(tx *sequencer.Tx) error {
			for _, user := range users {
				notice := frame(func(b []byte) []byte {
					return wire.AppendGroupNotice(b, wire.GroupRequested, id, user, by, tx.Now())
				})
				for _, admin := range admins {
					tx.NotifyUser(admin, delivery.Conn{}, notice)
				}
			}
			return nil
		}, func(error) {})
	})
}

// admins finds the members of a group who are more than that.
func (s *Service) admins(id string) (users []string, err error) {
	conv, ok, err := s.db.Conversation(groupPrefix + id)
	if err != nil || !ok {
		return nil, err
	}
	const step = 1000
	for after := ""; ; {
		members, err := s.db.Members(conv.Num, after, step)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if Role(m.Role) >= RoleAdmin {
				users = append(users, m.User)
			}
		}
		if len(members) < step {
			return users, nil
		}
		after = members[step-1].User
	}
}

// JoinRequests lists who waits for an answer, in the order of ids; the owner and
// admins may look.
func (s *Service) JoinRequests(_ context.Context, by, id, after string, limit int) ([]JoinRequest, error) {
	rec, err := s.groupForAdmin(by, id)
	if err != nil {
		return nil, s.Refusal(err)
	}
	stored, err := s.db.Requests(rec.Conv, after, limit)
	if err != nil {
		return nil, s.Refusal(err)
	}
	return listed(stored, func(r storage.Request) JoinRequest {
		return JoinRequest{User: r.User, By: r.By, Text: r.Text, At: r.At}
	}), nil
}

// AnswerRequest lets a user in who asked for it, or refuses them.
func (s *Service) AnswerRequest(_ context.Context, by, id, user string, accept bool) error {
	do := s.seq.Do
	if !accept { // which only removes something
		do = s.seq.DoAnyway
	}
	return s.done(do(func(tx *sequencer.Tx) error {
		rec, err := groupAs(tx, by, id, RoleAdmin)
		if err != nil {
			return err
		}
		_, waits, err := tx.Reads(sequencer.OfGroup(rec.Conv)).Request(rec.Conv, user)
		if err != nil {
			return err
		}
		if !waits {
			return errNoRequest
		}
		if accept {
			if _, err = admit(tx, by, id, []string{user}); err == nil {
				tx.Writes(sequencer.OfGroup(rec.Conv)).DeleteRequest(rec.Conv, user) // also of who came in another way
			}
			return err
		}
		tx.Writes(sequencer.OfGroup(rec.Conv)).DeleteRequest(rec.Conv, user)
		tx.NotifyUser(user, delivery.Conn{}, frame(func(b []byte) []byte {
			return wire.AppendGroupNotice(b, wire.GroupRefused, id, user, by, tx.Now())
		}))
		return nil
	}))
}

var errNoRequest = wire.NewError(wire.ReasonNotFound, "no such request")
