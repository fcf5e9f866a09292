package sequencer

import (
	"slices"

	"gannet/engine/internal/delivery"
)

// client is a connection as a reactor would know it.
type client struct {
	conn    delivery.Conn
	user    string
	device  string
	open    bool
	joined  bool
	live    bool              // asked to join, and was known then
	point   uint64            // of its first join
	rooms   map[uint64]uint64 // conversation → last seq it has or doesn't want
	got     map[uint64][]uint64
	answers []string
}

// reactors carries posts out as the real ones do, but at once.
type reactors struct {
	t       tb
	clients map[delivery.Conn]*client
	joinAt  func(c *client, p *delivery.Post) // told of every Join
}

func (r *reactors) carry(reactor int, posts []delivery.Post) {
	for i := range posts {
		p := &posts[i]
		c := r.clients[delivery.Conn{Reactor: reactor, Serial: p.Serial}]
		switch p.Kind {
		case delivery.ToConn:
			if c != nil {
				c.answers = append(c.answers, lines(p.Frame)...)
			}
		case delivery.Join:
			r.join(c, p)
		case delivery.ToUser:
			r.eachOfUser(reactor, p.User, func(c *client) { r.give(c, p.Run, 0) })
		case delivery.ToRoom:
			r.toRoom(reactor, p)
		case delivery.Enter:
			r.eachOfUser(reactor, p.User, func(c *client) {
				if _, in := c.rooms[p.Room]; in {
					r.t.Errorf("%v enters a room that it is in", c.conn)
				}
				c.rooms[p.Room] = p.From
			})
		case delivery.Leave:
			r.eachOfUser(reactor, p.User, func(c *client) { delete(c.rooms, p.Room) })
		}
	}
}

func (r *reactors) join(c *client, p *delivery.Post) {
	if c == nil || !c.open {
		return
	}
	if !c.joined {
		c.joined, c.point = true, p.Point
	} else if p.Rooms != nil {
		r.t.Errorf("%v is given its rooms twice", c.conn)
	}
	for _, room := range p.Rooms {
		c.rooms[room.Conv] = room.From
	}
	r.joinAt(c, p)
}

func (r *reactors) toRoom(reactor int, p *delivery.Post) {
	for _, c := range r.clients {
		if from, in := c.rooms[p.Room]; in && c.conn.Reactor == reactor {
			r.give(c, p.Run, from)
			c.rooms[p.Room] = p.Run.Last()
		}
	}
}

func (r *reactors) give(c *client, run *delivery.Run, after uint64) {
	for seq := max(run.First, after+1); seq <= run.Last(); seq++ {
		own := delivery.Skip{Conn: c.conn, Index: int(seq - run.First)}
		if !slices.Contains(run.Skip, own) {
			c.got[run.Conv] = append(c.got[run.Conv], seq)
		}
	}
}

func (r *reactors) eachOfUser(reactor int, user string, fn func(*client)) {
	for _, c := range r.clients {
		if c.conn.Reactor == reactor && c.joined && c.open && c.user == user {
			fn(c)
		}
	}
}
