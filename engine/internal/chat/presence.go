package chat

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// presence answers who is online, and watches on a client's behalf.
func (s *Service) presence(ss *Session, r *wire.Request) *wire.Error {
	users := make([]string, 0, len(r.Users))
	for _, u := range r.Users {
		if !slices.Contains(users, u) {
			users = append(users, strings.Clone(u))
		}
	}
	if ss.reads >= maxSessionReads {
		return errBusy.Pick()
	}
	if r.HasWatch {
		if err := s.watch(ss, users, r.Watch); err != nil {
			return err
		}
	}
	id, user, cid := ss.conn.ID(), ss.user, strings.Clone(r.CID)
	if !s.readers.try(func() {
		list, err := s.present(user, users, id)
		s.loops.Do(id, func(ss *Session) {
			ss.reads--
			if err != nil {
				ss.refuse(cid, s.Refusal(err))
				return
			}
			s.tellPresence(ss, cid, list)
		})
	}) {
		return errBusy.Pick()
	}
	ss.reads++
	return nil
}

// tellPresence answers, and ends watching those who want to be left alone.
func (s *Service) tellPresence(ss *Session, cid string, list []Presence) {
	states := make([]wire.UserState, len(list))
	for i, p := range list {
		states[i] = wire.UserState{User: p.User, Online: p.Online, LastSeen: p.LastSeen}
		if p.blocks {
			s.unwatch(ss, list[i].User)
		}
	}
	ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendPresence(b, cid, states) }))
}

// Presence tells whether users are online. A user learns nothing of who blocks
// them; a backend, by "", sees everything.
func (s *Service) Presence(_ context.Context, by string, users []string) ([]Presence, error) {
	list, err := s.present(by, users, delivery.Conn{})
	if err != nil {
		return nil, s.Refusal(err)
	}
	return list, nil
}

// present looks users up, and lets a watching connection be told of those that
// don't mind. It asks for blocks first: of who minds nothing is told meanwhile, and
// of the others no change is lost.
func (s *Service) present(by string, users []string, watching delivery.Conn) ([]Presence, error) {
	list := make([]Presence, len(users))
	for i, user := range users {
		list[i].User = user
		if by == "" || by == user {
			continue
		}
		var err error
		if list[i].blocks, err = s.db.Blocked(user, by); err != nil {
			return nil, err
		}
	}
	s.watches.confirm(list, watching)
	err := s.seq.Ask(func(tx *sequencer.Tx) {
		for i := range list {
			list[i].look(tx, by)
		}
	})
	for i := range list {
		if p := &list[i]; err == nil && !p.Online && !p.blocks {
			p.LastSeen, err = s.db.LastSeen(p.User)
		}
	}
	return list, err
}

// look finds out whether the user is online, as far as who asks may know.
func (p *Presence) look(tx *sequencer.Tx, by string) {
	p.Online = !p.blocks && tx.Online(p.User)
	if p.Online && (by == "" || by == p.User) {
		for _, c := range tx.Connections(p.User) {
			p.Devices = append(p.Devices, c.Device)
		}
	}
}

// Online lists the users that are online, about limit at a time; the cursor is
// an earlier page's next.
func (s *Service) Online(_ context.Context, cursor string, limit int) (users []string, next string, err error) {
	at, ok := parseListing(cursor)
	if !ok {
		return nil, "", errCursor
	}
	var done bool
	err = s.seq.Ask(func(tx *sequencer.Tx) { users, at, done = tx.List(at, limit) })
	if err != nil {
		return nil, "", s.Refusal(err)
	}
	if !done {
		next = listingCursor(at)
	}
	return users, next, nil
}

// Figures returns the numbers of the engine as a whole.
func (s *Service) Figures(context.Context) (f Figures, err error) {
	err = s.seq.Ask(func(tx *sequencer.Tx) {
		f.Users, f.Connections = tx.Users()
		f.Conversations = tx.Conversations()
	})
	f.LastID = s.seq.Durable()
	return f, s.done(err)
}

// Kick closes a user's connections, those of one device where it is named, and
// returns how many there were.
func (s *Service) Kick(_ context.Context, user, device string) (int, error) {
	conns, err := s.connections(user)
	if err != nil {
		return 0, s.Refusal(err)
	}
	conns = slices.DeleteFunc(conns, func(c sequencer.Connection) bool { return device != "" && c.Device != device })
	for _, c := range conns {
		s.loops.Do(c.Conn, func(ss *Session) { ss.conn.Close(codec.CloseKicked, "closed by an operator") })
	}
	return len(conns), nil
}

func (s *Service) connections(user string) (conns []sequencer.Connection, err error) {
	err = s.seq.Ask(func(tx *sequencer.Tx) { conns = tx.Connections(user) })
	return conns, err
}

// listingCursor and parseListing are how clients see a place in the list.
func listingCursor(at sequencer.Listing) string { return strconv.Itoa(at.Page) + ":" + at.After }

func parseListing(cursor string) (at sequencer.Listing, ok bool) {
	if cursor == "" {
		return at, true
	}
	page, after, _ := strings.Cut(cursor, ":")
	n, err := strconv.Atoi(page)
	return sequencer.Listing{Page: n, After: after}, err == nil && n >= 0
}
