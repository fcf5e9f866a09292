package reactor

import "gannet/engine/internal/delivery"

// joinUser puts c among the joined connections of its user.
func (l *loop) joinUser(c *Conn) {
	c.joined = true
	if first := l.users[c.user]; first != nil {
		c.nextOfUser, first.prevOfUser = first, c
	}
	l.users[c.user] = c
}

// leaveUser takes c out of them, if it is in.
func (l *loop) leaveUser(c *Conn) {
	if !c.joined {
		return
	}
	c.joined = false
	if c.nextOfUser != nil {
		c.nextOfUser.prevOfUser = c.prevOfUser
	}
	switch {
	case c.prevOfUser != nil:
		c.prevOfUser.nextOfUser = c.nextOfUser
	case c.nextOfUser != nil:
		l.users[c.user] = c.nextOfUser
	default:
		delete(l.users, c.user)
	}
	c.nextOfUser, c.prevOfUser = nil, nil
}

// eachOfUser calls fn for every joined connection of a user. fn may close the
// connection it is given.
func (l *loop) eachOfUser(user string, fn func(c *Conn)) {
	for c := l.users[user]; c != nil; {
		next := c.nextOfUser
		fn(c)
		c = next
	}
}

// eachMeant calls fn for every joined connection that a post to its user is for.
func (l *loop) eachMeant(p *delivery.Post, fn func(c *Conn)) {
	l.eachOfUser(p.User, func(c *Conn) {
		if p.Visitor || !c.visitor {
			fn(c)
		}
	})
}
