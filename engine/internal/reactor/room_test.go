package reactor

import (
	"slices"
	"testing"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// TestCloseGaps: limits keep meaning the same members when the gaps go.
func TestCloseGaps(t *testing.T) {
	l := newTestLoop(Config{})
	var conns []*Conn
	for range 8 {
		c, _ := l.connect("u")
		l.seat(c, 1, 0)
		conns = append(conns, c)
	}
	rm := l.rooms[1]
	rm.busy = true
	for _, limit := range []int{0, 3, 5, 8} {
		rm.queue = append(rm.queue, item{limit: limit})
	}
	for _, i := range []int{0, 2, 3, 7} {
		l.unseat(conns[i], 0)
	}
	rm.closeGaps()
	var limits []int
	for _, it := range rm.queue {
		limits = append(limits, it.limit)
	}
	if want := []int{0, 1, 2, 4}; !slices.Equal(limits, want) {
		t.Errorf("limits %v, want %v", limits, want)
	}
	for i, want := range []int{1, 4, 5, 6} {
		if c := conns[want]; rm.members[i].conn != c || c.seats[0].index != int32(i) {
			t.Errorf("place %d is not connection %d's", i, want)
		}
	}
}

// TestWatched: a watched connection's runs go to the handler, those that it
// doesn't want go to nobody, and what follows goes the fast way again.
func TestWatched(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("u")
	var firsts []uint64
	l.h.deliver = func(c *Conn, run *delivery.Run) { firsts = append(firsts, run.First) }
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1, From: 7}}})
	l.passAll()
	c.SetWatched(true)
	for _, first := range []uint64{5, 6, 8, 9} {
		l.post(delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, first, 1)})
	}
	l.passAll()
	if !slices.Equal(firsts, []uint64{8, 9}) {
		t.Errorf("delivered %v, want what is above 7", firsts)
	}
	c.SetWatched(false)
	l.post(delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, 10, 1)})
	l.passAll()
	if got := texts(t, s.wrote); !slices.Equal(got, []string{"1/10"}) {
		t.Errorf("sent %v", got)
	}
	c.EachRoom(func(conv, at uint64) {
		if conv != 1 || at != 10 {
			t.Errorf("place in room %d is %d", conv, at)
		}
	})
}

// TestUserPosts: a user's posts reach its joined connections, and no others.
func TestUserPosts(t *testing.T) {
	l := newTestLoop(Config{})
	l.h.deliver = func(c *Conn, run *delivery.Run) { c.SendRun(run, 0) }
	var sockets []*fakeSocket
	var conns []*Conn
	for range 4 {
		c, s := l.connect("u")
		conns, sockets = append(conns, c), append(sockets, s)
	}
	for _, c := range conns[:3] {
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial})
	}
	run := textRun(1, 1, 3)
	run.Skip = []delivery.Skip{{Conn: conns[0].ID(), Index: 0}, {Conn: conns[0].ID(), Index: 2}}
	l.post(delivery.Post{Kind: delivery.ToUser, User: "u", Run: run},
		delivery.Post{Kind: delivery.ToConn, Serial: conns[3].serial, Frame: textFrame("only")},
		delivery.Post{Kind: delivery.Join, Serial: 99},
		delivery.Post{Kind: delivery.ToConn, Serial: 99})
	l.passAll()
	l.closed(conns[1])
	l.post(delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("note")},
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("others"), Except: conns[0].ID()},
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("all here"), Except: elsewhere(conns[0])})
	l.passAll()
	want := [][]string{
		{"1/2", "note", "all here"}, {"1/1", "1/2", "1/3"},
		{"1/1", "1/2", "1/3", "note", "others", "all here"}, {"only"},
	}
	for i, s := range sockets {
		if got := texts(t, s.wrote); !slices.Equal(got, want[i]) {
			t.Errorf("connection %d: %v, want %v", i, got, want[i])
		}
	}
	left := 0
	l.h.leaving = func(c *Conn) {
		if left++; c.joined != (l.users["u"] != nil) {
			t.Error("told only when it was out of the tables")
		}
	}
	for i, c := range slices.Delete(conns, 1, 2) {
		if i == 0 {
			c.Close(codec.CloseNormal, "")
		}
		l.closed(c)
	}
	if left != 3 {
		t.Errorf("told %d times", left)
	}
	if len(l.users)+len(l.conns)+len(l.list) != 0 || l.owner.sockets.Load() != 0 {
		t.Error("tables are not empty")
	}
}

// TestVisitorPosts: a visitor's connection gets those posts to its user that are
// for visitors, too, and all that is for the rooms that it is in.
func TestVisitorPosts(t *testing.T) {
	l := newTestLoop(Config{})
	l.h.deliver = func(c *Conn, run *delivery.Run) { c.SendRun(run, 0) }
	own, toOwn := l.connect("u")
	v, toV := l.connect("u")
	l.post(delivery.Post{Kind: delivery.Join, Serial: own.serial},
		delivery.Post{Kind: delivery.Join, Serial: v.serial, Visitor: true, Rooms: []delivery.Room{{Conv: 7}}},
		delivery.Post{Kind: delivery.ToUser, User: "u", Run: textRun(5, 1, 1)},
		delivery.Post{Kind: delivery.ToUser, User: "u", Run: textRun(6, 1, 1), Visitor: true},
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("own")},
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("both"), Visitor: true},
		delivery.Post{Kind: delivery.Enter, User: "u", Room: 8},
		delivery.Post{Kind: delivery.Enter, User: "u", Room: 9, Visitor: true})
	for _, conv := range []uint64{7, 8, 9} {
		l.post(delivery.Post{Kind: delivery.ToRoom, Room: conv, Run: textRun(conv, 1, 1)})
		l.passAll()
	}
	l.post(delivery.Post{Kind: delivery.Leave, User: "u", Room: 8},
		delivery.Post{Kind: delivery.Leave, User: "u", Room: 9})
	l.passAll()
	for _, c := range []struct {
		socket *fakeSocket
		want   []string
	}{
		{toOwn, []string{"5/1", "6/1", "own", "both", "8/1", "9/1"}},
		{toV, []string{"6/1", "both", "7/1", "9/1"}},
	} {
		if got := texts(t, c.socket.wrote); !slices.Equal(got, c.want) {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
	if v.seatIn(9) >= 0 || own.seatIn(9) >= 0 || own.seatIn(8) >= 0 {
		t.Error("somebody didn't leave")
	}
}

// elsewhere names another reactor's connection with the serial of c.
func elsewhere(c *Conn) delivery.Conn {
	id := c.ID()
	id.Reactor++
	return id
}

// TestEnterMany: who joins many rooms at once is in each of them once, and
// keeps the place where it was already.
func TestEnterMany(t *testing.T) {
	for _, n := range []int{fewRooms, fewRooms + 1, 500} {
		l := newTestLoop(Config{})
		c, _ := l.connect("u")
		l.seat(c, 3, 77)
		rooms := make([]delivery.Room, 0, n)
		for i := range n - 1 {
			rooms = append(rooms, delivery.Room{Conv: uint64(i), From: uint64(i)})
		}
		rooms = append(rooms, delivery.Room{Conv: 5, From: 99})
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: rooms})
		l.passAll()
		if len(c.seats) != n-1 || len(l.rooms) != n-1 {
			t.Errorf("%d rooms: %d seats in %d", n, len(c.seats), len(l.rooms))
		}
		c.EachRoom(func(conv, at uint64) {
			want := conv
			if conv == 3 {
				want = 77
			}
			if at != want {
				t.Errorf("place in room %d is %d", conv, at)
			}
		})
	}
}
