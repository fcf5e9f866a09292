package reactor

import "gannet/engine/internal/delivery"

// room is the connections of a conversation that this reactor has.
//
// While a room is busy, members keep their index: who goes leaves a gap, who
// comes is appended. So an item's limit, the number of members when it was
// posted, says for good who was in the room then. The gaps are closed between
// two walks.
type room struct {
	conv    uint64
	members []member
	gaps    int // members without a connection

	busy  bool   // in the fan-out's queue
	queue []item // posted and not in the walk
	walk  walk
}

// member is a connection's place in a room.
type member struct {
	conn   *Conn
	at     uint64 // seq of the last frame it got or does not want
	slot   uint32 // index in conn.seats of the seat that leads here
	sender bool   // the walk may hold frames that it sent itself
}

// seat leads from a connection to its place in a room.
type seat struct {
	room  *room
	index int32
}

// enter puts c into a room, from the seq at on, unless it is there.
func (l *loop) enter(c *Conn, conv, at uint64) {
	if c.seatIn(conv) < 0 {
		l.seat(c, conv, at)
	}
}

// fewRooms is up to how many rooms it is cheaper to look for each among the
// connection's seats than to make a set of them.
const fewRooms = 32

// enterAll puts c into rooms, but those where it is.
func (l *loop) enterAll(c *Conn, rooms []delivery.Room) {
	if len(rooms) <= fewRooms {
		for _, r := range rooms {
			l.enter(c, r.Conv, r.From)
		}
		return
	}
	in := make(map[uint64]struct{}, len(c.seats)+len(rooms))
	for i := range c.seats {
		in[c.seats[i].room.conv] = struct{}{}
	}
	for _, r := range rooms {
		if _, there := in[r.Conv]; !there {
			in[r.Conv] = struct{}{}
			l.seat(c, r.Conv, r.From)
		}
	}
}

func (l *loop) seat(c *Conn, conv, at uint64) {
	rm := l.rooms[conv]
	if rm == nil {
		rm = &room{conv: conv}
		l.rooms[conv] = rm
	}
	rm.members = append(rm.members, member{conn: c, at: at, slot: uint32(len(c.seats))})
	c.seats = append(c.seats, seat{room: rm, index: int32(len(rm.members) - 1)})
}

// leaveRoom takes c out of a room. What was posted to the room before reaches
// c first.
func (l *loop) leaveRoom(c *Conn, conv uint64) {
	s := c.seatIn(conv)
	if s < 0 {
		return
	}
	if rm := c.seats[s].room; rm.busy {
		l.settle(rm, int(c.seats[s].index))
		s = c.seatIn(conv) // the handler may have closed c
	}
	if s >= 0 {
		l.unseat(c, s)
	}
}

// unseat takes c out of the room of its seat s.
func (l *loop) unseat(c *Conn, s int) {
	rm, i := c.seats[s].room, int(c.seats[s].index)
	if rm.busy {
		rm.members[i] = member{}
		rm.gaps++
	} else {
		l.removeMember(rm, i)
	}
	last := len(c.seats) - 1
	if s != last {
		moved := c.seats[last]
		c.seats[s] = moved
		moved.room.members[moved.index].slot = uint32(s)
	}
	c.seats[last] = seat{}
	c.seats = c.seats[:last]
}

// removeMember fills the place i of an idle room with its last member.
func (l *loop) removeMember(rm *room, i int) {
	last := len(rm.members) - 1
	if i != last {
		rm.members[i] = rm.members[last]
		rm.members[i].seat().index = int32(i)
	}
	rm.members[last] = member{}
	rm.members = rm.members[:last]
	rm.shrink()
	l.dropEmpty(rm)
}

func (l *loop) dropEmpty(rm *room) {
	if len(rm.members) == 0 {
		delete(l.rooms, rm.conv)
	}
}

// seat is the seat that leads to m.
func (m *member) seat() *seat { return &m.conn.seats[m.slot] }

// closeGaps gives members new indexes, without gaps, and the limits of what is
// queued with them. It must not run during a walk.
func (rm *room) closeGaps() {
	live, q := 0, 0
	for i := range rm.members {
		for ; q < len(rm.queue) && rm.queue[q].limit == i; q++ {
			rm.queue[q].limit = live
		}
		if m := rm.members[i]; m.conn != nil {
			rm.members[live] = m
			m.seat().index = int32(live)
			live++
		}
	}
	for ; q < len(rm.queue); q++ {
		rm.queue[q].limit = live
	}
	clear(rm.members[live:])
	rm.members, rm.gaps = rm.members[:live], 0
	rm.shrink()
}

// shrink gives memory back when most of it is not used any more.
func (rm *room) shrink() {
	if c := cap(rm.members); c > 64 && len(rm.members) < c/4 {
		rm.members = append(make([]member, 0, c/2), rm.members...)
	}
}

// seatIn is the index of c's seat in a room, or −1.
func (c *Conn) seatIn(conv uint64) int {
	for i := range c.seats {
		if c.seats[i].room.conv == conv {
			return i
		}
	}
	return -1
}

// EachRoom calls fn with every room that c is in and its place there: the seq
// of the last frame it got or does not want.
func (c *Conn) EachRoom(fn func(conv, at uint64)) {
	for _, s := range c.seats {
		fn(s.room.conv, s.room.members[s.index].at)
	}
}

// Place is c's place in a room, as [Conn.EachRoom] gives it.
func (c *Conn) Place(conv uint64) (at uint64, in bool) {
	s := c.seatIn(conv)
	if s < 0 {
		return 0, false
	}
	return c.seats[s].room.members[c.seats[s].index].at, true
}
