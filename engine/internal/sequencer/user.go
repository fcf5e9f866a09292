package sequencer

import (
	"slices"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// user is somebody with at least one connection.
type user struct {
	id       string
	conns    []connection
	groups   []*conv // those the user is a member of, Service ones too; each is pinned
	place    int32   // on the roll
	services int32   // how many of groups are Service ones
	live     []int32 // how many of conns are live, by reactor
}

// connection is one of a user's connections. Only live ones get runs; a tracked
// client's becomes live with its first sync.
type connection struct {
	at      delivery.Conn
	device  string
	live    bool
	visitor bool // it gets nothing but what is of Service conversations
	staff   Staff
}

// joining is a connection that becomes live, or one that is live and wants to
// know where in the log it stands.
type joining struct {
	conn    delivery.Conn
	user    string
	rooms   bool // enter the rooms: the connection was not live before
	visitor bool
}

// attach takes a connection in. It returns the connection of the same device
// that the new one replaces, if any. Only one that replaces none can be too many.
func (s *Sequencer) attach(c connection, id string) (u *user, replaced delivery.Conn, err error) {
	if u = s.users[id]; u == nil {
		if u, err = s.newUser(id); err != nil {
			return nil, replaced, err
		}
	}
	was := u.staff()
	replaced = s.replace(u, c.device)
	if most := s.cfg.MaxUserConnections; most > 0 && len(u.conns) >= most {
		return nil, replaced, ErrTooManyConnections
	}
	u.conns = append(u.conns, c)
	s.roll.connections++
	s.tellStaff(u, was)
	return u, replaced, nil
}

// join lets one of a user's connections join at the end of the batch.
func (s *Sequencer) join(u *user, conn delivery.Conn) {
	i := slices.IndexFunc(u.conns, func(c connection) bool { return c.at == conn })
	if i < 0 {
		return
	}
	c := &u.conns[i]
	s.cur.joins = append(s.cur.joins, joining{conn: conn, user: u.id, rooms: !c.live, visitor: c.visitor})
	s.setLive(u, c, true)
}

// newUser reads which groups and open Service conversations a user is in: those
// that are closed, of which there is no end, are no rooms. Membership changes that
// are not yet applied would be missed, so they are applied first.
func (s *Sequencer) newUser(id string) (*user, error) {
	if s.cur.membership {
		s.commit()
	}
	u := &user{id: id, live: make([]int32, s.cfg.Reactors)}
	var groups []uint64
	err := s.db.Sessions(id, func(rec storage.Session) error {
		if Kind(rec.Kind) != Single && !rec.Left && rec.Flags&sessionClosed == 0 {
			groups = append(groups, rec.Conv)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rooms := make([]*conv, 0, len(groups))
	for _, num := range groups {
		c, err := s.conversationByNum(num)
		if err != nil {
			return nil, err
		}
		if c != nil && c.group != nil {
			rooms = append(rooms, c)
		}
	}
	for _, c := range rooms {
		u.list(c)
	}
	s.users[id] = u
	s.roll.add(u)
	if s.cfg.Presence != nil {
		s.cfg.Presence(id, true)
	}
	return u, nil
}

// list notes that the user is a member of c.
func (u *user) list(c *conv) {
	u.groups = append(u.groups, c)
	c.group.pinned++
	if c.head.Kind == Service {
		u.services++
	}
}

// unlist takes c off the user's list, and reports whether it was there.
func (u *user) unlist(c *conv) bool {
	i := slices.Index(u.groups, c)
	if i < 0 {
		return false
	}
	u.groups = slices.Delete(u.groups, i, i+1)
	c.group.pinned--
	if c.head.Kind == Service {
		u.services--
	}
	for r, n := range u.live {
		c.group.live[r] -= n
	}
	return true
}

func (s *Sequencer) replace(u *user, device string) (replaced delivery.Conn) {
	i := slices.IndexFunc(u.conns, func(c connection) bool { return c.device == device })
	if i < 0 {
		return replaced
	}
	replaced = u.conns[i].at
	s.remove(u, i)
	return replaced
}

func (s *Sequencer) detach(conn delivery.Conn, id string) {
	u := s.users[id]
	if u == nil {
		return
	}
	i := slices.IndexFunc(u.conns, func(c connection) bool { return c.at == conn })
	if i < 0 {
		return
	}
	was := u.staff()
	s.remove(u, i)
	s.tellStaff(u, was)
	if len(u.conns) > 0 {
		return
	}
	s.gone(u)
}

// gone forgets a user whose last connection has left.
func (s *Sequencer) gone(u *user) {
	for _, c := range u.groups {
		c.group.pinned--
	}
	delete(s.users, u.id)
	s.roll.remove(u)
	s.cur.w.PutLastSeen(u.id, s.now)
	if s.cfg.Presence != nil {
		s.cfg.Presence(u.id, false)
	}
}

func (s *Sequencer) remove(u *user, i int) {
	s.setLive(u, &u.conns[i], false)
	u.conns = slices.Delete(u.conns, i, i+1)
	s.roll.connections--
}

// setLive keeps count of the live connections of the user, and in each group,
// by reactor.
func (s *Sequencer) setLive(u *user, c *connection, live bool) {
	if c.live == live {
		return
	}
	c.live = live
	d := int32(1)
	if !live {
		d = -1
	}
	u.live[c.at.Reactor] += d
	for _, g := range u.groups {
		g.group.live[c.at.Reactor] += d
	}
}

// eachReactor calls fn once for each reactor that has a live connection of u
// other than the one excepted.
func (u *user) eachReactor(except delivery.Conn, fn func(reactor int)) {
	for r, n := range u.live {
		if n > 1 || n == 1 && (r != except.Reactor || !u.isLive(except)) {
			fn(r)
		}
	}
}

func (u *user) isLive(conn delivery.Conn) bool {
	return slices.ContainsFunc(u.conns, func(c connection) bool { return c.live && c.at == conn })
}
