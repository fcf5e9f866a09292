package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// Bounds of canned replies.
const (
	maxReplies       = 10_000 // of all
	maxSharedReplies = 1_000
	maxOwnReplies    = 200     // of one agent
	maxReplyTitle    = 128     // characters
	maxReplyText     = 4 << 10 // bytes
)

var (
	errNoReply     = wire.NewError(wire.ReasonNotFound, "no such reply, or not yours")
	errReplyTitle  = wire.NewError(wire.ReasonBadRequest, "title must be 1 to 128 characters of printable text")
	errReplyText   = wire.NewError(wire.ReasonBadRequest, "text must be 1 to 4096 bytes")
	errReplies     = wire.NewError(wire.ReasonConflict, "too many replies")
	errSharedReply = wire.NewError(wire.ReasonForbidden, "replies for everybody are the supervisors' to change")
)

// NewReply is what a canned reply says.
type NewReply struct {
	Title, Text string
	Skill       string // of sessions with this skill group; "": of all
	Shared      bool   // for everybody, else for the agent who adds it; it stays what it was
}

// Replies lists the canned replies that an agent may use: their own and those
// for everybody, by title. With a skill group, those for it and those for all.
func (d *Desk) Replies(_ context.Context, by Actor, skill string) ([]Reply, error) {
	if err := d.mayReply(by); err != nil {
		return nil, err
	}
	list := []Reply{}
	err := d.db.DeskReplies(func(r Reply) error {
		mine := r.Owner == "" || r.Owner == by.User
		if mine && (skill == "" || r.Skill == "" || r.Skill == skill) {
			list = append(list, r)
		}
		return nil
	})
	if err == nil {
		err = d.look(func(*sequencer.Tx) error { return nil }) // then it is on disk
	}
	slices.SortFunc(list, func(a, b Reply) int {
		return cmp.Or(strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
	return list, d.refusal(err)
}

// PutReply adds a canned reply, or replaces the one with the given id. Whose it
// is stays.
func (d *Desk) PutReply(_ context.Context, by Actor, id string, n NewReply) (Reply, error) {
	if err := d.mayReply(by); err != nil {
		return Reply{}, err
	}
	if err := n.check(); err != nil {
		return Reply{}, err
	}
	d.replies.Lock()
	defer d.replies.Unlock()
	r, err := d.replyFor(by, id, n.Shared || by.User == "")
	if err != nil {
		return Reply{}, d.refusal(err)
	}
	r.Title, r.Text, r.Skill = n.Title, n.Text, n.Skill
	err = d.do(func(tx *sequencer.Tx) error {
		if !d.hasSkill(r.Skill) {
			return errNoSkill
		}
		r.UpdatedAt = tx.Now()
		tx.Writes(sequencer.Subject{}).PutDeskReply(r)
		return nil
	})
	return r, err
}

// replyFor finds the reply that is to be replaced, or makes a new one.
func (d *Desk) replyFor(by Actor, id string, shared bool) (r Reply, err error) {
	owner := by.User
	if shared {
		owner = ""
	}
	if id != "" {
		return d.ownReply(by, id)
	}
	if shared && d.Role(by) < RoleSupervisor {
		return r, errSharedReply
	}
	return Reply{ID: newID(), Owner: owner}, d.roomForReply(owner)
}

// check judges what a canned reply is to say.
func (n *NewReply) check() error {
	switch {
	case !printable(n.Title, 1, maxReplyTitle):
		return errReplyTitle
	case n.Text == "" || len(n.Text) > maxReplyText || !validText(n.Text):
		return errReplyText
	case n.Skill != "" && !wire.ValidID(n.Skill):
		return errNoSkill
	}
	return nil
}

// RemoveReply removes a canned reply.
func (d *Desk) RemoveReply(_ context.Context, by Actor, id string) error {
	if err := d.mayReply(by); err != nil {
		return err
	}
	d.replies.Lock()
	defer d.replies.Unlock()
	if _, err := d.ownReply(by, id); err != nil {
		return d.refusal(err)
	}
	return d.doAnyway(func(tx *sequencer.Tx) error {
		tx.Writes(sequencer.Subject{}).DeleteDeskReply(id)
		return nil
	})
}

// mayReply refuses who has nothing to do with canned replies.
func (d *Desk) mayReply(by Actor) error {
	if d.Role(by) < RoleAgent {
		return errStaff
	}
	return nil
}

// ownReply finds a canned reply that an actor may change. It is to be called while
// no other is being changed: then what storage shows is on disk.
func (d *Desk) ownReply(by Actor, id string) (Reply, error) {
	if !wire.ValidID(id) {
		return Reply{}, errNoReply
	}
	r, ok, err := d.db.DeskReply(id)
	switch {
	case err != nil:
	case !ok || r.Owner != "" && r.Owner != by.User:
		err = errNoReply
	case r.Owner == "" && d.Role(by) < RoleSupervisor:
		err = errSharedReply
	}
	return r, err
}

// roomForReply says whether one more fits.
func (d *Desk) roomForReply(owner string) error {
	var all, theirs int
	err := d.db.DeskReplies(func(r Reply) error {
		all++
		if r.Owner == owner {
			theirs++
		}
		return nil
	})
	most := maxOwnReplies
	if owner == "" {
		most = maxSharedReplies
	}
	if err == nil && (all >= maxReplies || theirs >= most) {
		err = errReplies
	}
	return err
}
