package desk

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// MaxSessionsLimit is how many sessions a page of them may have.
const MaxSessionsLimit = 200

// Filter says which sessions are wanted: those that match all that is set.
type Filter struct {
	States  []storage.DeskState // any of them; none: all
	Agent   string              // user id of who has it, or had it last; "me" is who asks
	Visitor string              // user id
	Tag     string
	Skill   string
	From    int64 // created at or after, Unix milliseconds; 0: no bound
	To      int64 // created before; 0: no bound
	Rating  uint8 // 0: any, or none
}

var (
	errCursor = wire.NewError(wire.ReasonBadRequest, "cursor is not the next of an earlier page of this search")
	errFilter = wire.NewError(wire.ReasonBadRequest, "the search asks for what no session can have")
	errLimit  = wire.Errorf(wire.ReasonBadRequest, "limit must be 1 to %d", MaxSessionsLimit)
	errSearch = wire.NewError(wire.ReasonForbidden, "these sessions are not yours to search")
)

// Sessions returns sessions, the newest first, and where the next page begins: ""
// where there is none. A page may be short, or empty, though there is a next one.
//
// Supervisors and backends search all, agents those they have or had last and
// those that nobody has, everybody else their own.
func (d *Desk) Sessions(_ context.Context, by Actor, f Filter, cursor string, limit int) (list []Session, next string, err error) {
	if limit < 1 || limit > MaxSessionsLimit {
		return nil, "", errLimit
	}
	if err := d.narrow(by, &f); err != nil {
		return nil, "", err
	}
	after, ok := f.parseCursor(cursor)
	if !ok {
		return nil, "", errCursor
	}
	found, after, err := d.db.DeskSessions(f.stored(), after, limit)
	if errors.Is(err, storage.ErrInvalid) {
		err = errCursor
	}
	if err != nil {
		return nil, "", d.refusal(err)
	}
	err = d.look(func(tx *sequencer.Tx) error {
		list = d.showAll(tx, by, &f, found)
		return nil
	})
	return list, f.cursor(after), err
}

// showAll shows sessions as they are now, but for those that have changed meanwhile
// so that they aren't wanted, or have gone to somebody else.
func (d *Desk) showAll(tx *sequencer.Tx, by Actor, f *Filter, found []storage.DeskSession) []Session {
	list, wanted := make([]Session, 0, len(found)), f.stored()
	for i := range found {
		rec, live := &found[i], d.floor.sessions[found[i].ID]
		if live != nil {
			rec = &live.rec
		}
		if wanted.Matches(rec) && d.maySee(by, rec) {
			list = append(list, d.show(tx, rec, live))
		}
	}
	return list
}

// narrow refuses what nobody may ask and leaves of the rest what the actor may see.
func (d *Desk) narrow(by Actor, f *Filter) error {
	if f.Agent == "me" {
		f.Agent = by.User
	}
	if err := f.check(); err != nil {
		return err
	}
	role := d.Role(by)
	switch {
	case role == RoleSupervisor:
		return nil
	case by.User == "", role < RoleAgent && f.Tag != "": // tags are the desk's own
		return errSearch
	case role == RoleAgent && (f.nobodys() || f.Visitor == by.User):
		return nil
	case role == RoleAgent:
		return confine(&f.Agent, by.User)
	}
	return confine(&f.Visitor, by.User)
}

// confine sets a part of a filter to the only value that it may have.
func confine(field *string, only string) error {
	if *field != "" && *field != only {
		return errSearch
	}
	*field = only
	return nil
}

// nobodys reports whether only sessions without an agent are wanted.
func (f *Filter) nobodys() bool {
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, func(s storage.DeskState) bool {
		return s != storage.DeskQueued && s != storage.DeskOffline
	})
}

func (f *Filter) check() error {
	for _, id := range []string{f.Agent, f.Visitor, f.Skill} {
		if id != "" && !wire.ValidID(id) {
			return errFilter
		}
	}
	for _, s := range f.States {
		if s < storage.DeskQueued || s > storage.DeskClosed {
			return errFilter
		}
	}
	if f.Tag != "" && !printable(f.Tag, 1, maxTagSize) || f.Rating > 5 || f.From < 0 || f.To < 0 {
		return errFilter
	}
	return nil
}

func (f *Filter) stored() storage.DeskFilter {
	return storage.DeskFilter{
		Visitor: f.Visitor, Agent: f.Agent, Tag: f.Tag, States: f.States, From: f.From, To: f.To, Skill: f.Skill, Rating: f.Rating,
	}
}

// cursorVersion begins a cursor; after it comes the sum of the filter that it
// belongs to, then where storage goes on.
const cursorVersion = 1

const maxCursorLen = 256

// cursor is how clients see a place in the answer to a search.
func (f *Filter) cursor(after string) string {
	if after == "" {
		return ""
	}
	b := binary.BigEndian.AppendUint32([]byte{cursorVersion}, f.sum())
	return base64.RawURLEncoding.EncodeToString(append(b, after...))
}

// parseCursor reads a cursor of this search; "" is its beginning.
func (f *Filter) parseCursor(cursor string) (after string, ok bool) {
	if cursor == "" {
		return "", true
	}
	if len(cursor) > maxCursorLen {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) < 6 || b[0] != cursorVersion || binary.BigEndian.Uint32(b[1:]) != f.sum() {
		return "", false
	}
	return string(b[5:]), true
}

// sum tells searches apart, so that a cursor of one isn't taken for one of another.
func (f *Filter) sum() uint32 {
	states := slices.Sorted(slices.Values(f.States))
	h := fnv.New32a()
	fmt.Fprintf(h, "%d %q %q %q %q %d %d %d", slices.Compact(states), f.Agent, f.Visitor, f.Tag, f.Skill, f.From, f.To, f.Rating)
	return h.Sum32()
}
