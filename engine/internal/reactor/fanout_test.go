package reactor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
)

// model is what the reactor has to look like from outside: as if every post
// were carried out at once, in order.
type model struct {
	members map[uint64]map[*Conn]uint64 // room → member → place
	want    map[*Conn]map[uint64][]string
	last    map[uint64]uint64
	notes   int
}

func (m *model) expect(c *Conn, conv uint64, text string) {
	if m.want[c] == nil {
		m.want[c] = make(map[uint64][]string)
	}
	m.want[c][conv] = append(m.want[c][conv], text)
}

func (m *model) run(run *delivery.Run) {
	for c, at := range m.members[run.Conv] {
		for seq := max(at+1, run.First); seq <= run.Last(); seq++ {
			skip := delivery.Skip{Conn: c.ID(), Index: int(seq - run.First)}
			if !slices.Contains(run.Skip, skip) {
				m.expect(c, run.Conv, fmt.Sprintf("%d/%d", run.Conv, seq))
			}
		}
		m.members[run.Conv][c] = max(at, run.Last())
	}
}

func (m *model) leaveAll(c *Conn) {
	for _, members := range m.members {
		delete(members, c)
	}
}

// fanOutMachine posts at random while fan-outs are under way.
type fanOutMachine struct {
	*testLoop
	model
	conns   []*Conn
	sockets map[*Conn]*fakeSocket
	rooms   []uint64
	users   int
}

func (m *fanOutMachine) someone(t *rapid.T) *Conn {
	if len(m.conns) == 0 {
		t.Skip("nobody there")
	}
	return rapid.SampledFrom(m.conns).Draw(t, "conn")
}

func (m *fanOutMachine) room(t *rapid.T) uint64 { return rapid.SampledFrom(m.rooms).Draw(t, "room") }

func (m *fanOutMachine) Join(t *rapid.T) {
	m.users++
	c, s := m.connect(fmt.Sprint("u", m.users))
	c.deflates = rapid.IntRange(0, 9).Draw(t, "deflate") == 0
	m.conns = append(m.conns, c)
	m.sockets[c] = s
	post := delivery.Post{Kind: delivery.Join, Serial: c.serial}
	for _, conv := range m.rooms {
		if rapid.Bool().Draw(t, "in") {
			post.Rooms = append(post.Rooms, delivery.Room{Conv: conv, From: m.last[conv]})
			m.members[conv][c] = m.last[conv]
		}
	}
	m.post(post)
}

func (m *fanOutMachine) Enter(t *rapid.T) {
	c, conv := m.someone(t), m.room(t)
	m.post(delivery.Post{Kind: delivery.Enter, User: c.user, Room: conv, From: m.last[conv]})
	if _, in := m.members[conv][c]; !in {
		m.members[conv][c] = m.last[conv]
	}
}

func (m *fanOutMachine) Leave(t *rapid.T) {
	c, conv := m.someone(t), m.room(t)
	m.post(delivery.Post{Kind: delivery.Leave, User: c.user, Room: conv})
	delete(m.members[conv], c)
}

func (m *fanOutMachine) Run(t *rapid.T) {
	conv := m.room(t)
	run := textRun(conv, m.last[conv]+1, rapid.IntRange(1, 4).Draw(t, "frames"))
	m.last[conv] = run.Last()
	if len(m.conns) > 0 {
		for i := range run.Ends {
			if rapid.Bool().Draw(t, "sender") {
				run.Skip = append(run.Skip, delivery.Skip{Conn: m.someone(t).ID(), Index: i})
			}
		}
	}
	m.post(delivery.Post{Kind: delivery.ToRoom, Room: conv, Run: run})
	m.model.run(run)
}

func (m *fanOutMachine) Notify(t *rapid.T) {
	conv := m.room(t)
	m.notes++
	text := fmt.Sprintf("%d/note %d", conv, m.notes)
	post := delivery.Post{Kind: delivery.NotifyRoom, Room: conv, Frame: textFrame(text)}
	if len(m.conns) > 0 {
		switch c := m.someone(t); rapid.IntRange(0, 2).Draw(t, "except") {
		case 0:
			post.Except = c.ID()
		case 1:
			post.Except = elsewhere(c)
		}
	}
	m.post(post)
	for c := range m.members[conv] {
		if c.ID() != post.Except {
			m.expect(c, conv, text)
		}
	}
}

func (m *fanOutMachine) Watch(t *rapid.T) {
	m.passAll() // not a post: it does not wait for those before it
	c := m.someone(t)
	c.SetWatched(!c.Watched())
}

func (m *fanOutMachine) Gone(t *rapid.T) {
	if len(m.conns) == 0 || rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
		t.Skip()
	}
	// What was under way to it may or may not have reached it: it is not looked at.
	c := m.someone(t)
	m.closed(c)
	m.leaveAll(c)
	m.conns = slices.DeleteFunc(m.conns, func(o *Conn) bool { return o == c })
}

func (m *fanOutMachine) Pass(t *rapid.T) {
	for range rapid.IntRange(1, 5).Draw(t, "passes") {
		m.pass(rapid.IntRange(1, 5).Draw(t, "budget"))
	}
}

// Check looks after every step whether seats and members lead to each other.
func (m *fanOutMachine) Check(t *rapid.T) {
	for _, c := range m.conns {
		for i, s := range c.seats {
			if mb := s.room.members[s.index]; mb.conn != c || mb.slot != uint32(i) {
				t.Fatalf("connection %d: seat %d leads elsewhere", c.serial, i)
			}
		}
	}
}

// Look compares everything once all is sent.
func (m *fanOutMachine) Look(t *rapid.T) {
	m.passAll()
	for _, c := range m.conns {
		got := make(map[uint64][]string)
		for _, text := range textsOf(m.sockets[c].wrote) {
			var conv uint64
			_, _ = fmt.Sscanf(text, "%d/", &conv)
			got[conv] = append(got[conv], text)
		}
		for _, conv := range m.rooms {
			if want := m.want[c][conv]; !slices.Equal(got[conv], want) {
				t.Fatalf("connection %d, room %d: got %v, want %v", c.serial, conv, got[conv], want)
			}
		}
	}
	m.checkTables(t)
}

func (m *fanOutMachine) checkTables(t *rapid.T) {
	for conv, members := range m.members {
		rm := m.loop.rooms[conv]
		if (rm == nil) != (len(members) == 0) {
			t.Fatalf("room %d: there %v, members %d", conv, rm != nil, len(members))
		}
		if rm == nil {
			continue
		}
		if rm.busy || rm.gaps != 0 || len(rm.members) != len(members) {
			t.Fatalf("room %d: busy %v, gaps %d, members %d of %d", conv, rm.busy, rm.gaps, len(rm.members), len(members))
		}
		for i, mb := range rm.members {
			if s := mb.seat(); s.room != rm || int(s.index) != i || members[mb.conn] != mb.at {
				t.Fatalf("room %d: member %d is not where its seat leads, or at %d", conv, i, mb.at)
			}
		}
	}
	if n := m.count.fanOut.Load() + m.count.fanOutBytes.Load(); n != 0 {
		t.Fatalf("fan-out gauges at %d after all is sent", n)
	}
}

func textsOf(wire []byte) []string {
	var tb panicTB
	return texts(&tb, wire)
}

type panicTB struct{ testing.TB }

func (*panicTB) Helper()                           {}
func (*panicTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// TestFanOutExactness: whatever comes and goes while fan-outs are cut in slices,
// each member gets each frame that was posted while it was a member, once, in order.
func TestFanOutExactness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &fanOutMachine{
			testLoop: newTestLoop(Config{}),
			model: model{
				members: map[uint64]map[*Conn]uint64{1: {}, 2: {}, 3: {}},
				want:    make(map[*Conn]map[uint64][]string),
				last:    make(map[uint64]uint64),
			},
			sockets: make(map[*Conn]*fakeSocket),
			rooms:   []uint64{1, 2, 3},
		}
		m.h.deliver = func(c *Conn, run *delivery.Run) {
			at, _ := c.Place(run.Conv)
			c.SendRun(run, at)
		}
		for range 12 {
			m.Join(t)
		}
		t.Repeat(rapid.StateMachineActions(m))
		m.Look(t)
	})
}

// TestFanOutMerges: what was queued when a walk begins leaves in one write, and
// members that joined in between get their part only.
func TestFanOutMerges(t *testing.T) {
	l := newTestLoop(Config{})
	var sockets []*fakeSocket
	for i := range 20 {
		c, s := l.connect(fmt.Sprint(i))
		sockets = append(sockets, s)
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 7, From: uint64(i % 3)}}})
	}
	run := textRun(7, 3, 2)
	run.Skip = []delivery.Skip{{Conn: delivery.Conn{Serial: 1}, Index: 1}}
	l.post(delivery.Post{Kind: delivery.ToRoom, Room: 7, Run: textRun(7, 1, 2)},
		delivery.Post{Kind: delivery.ToRoom, Room: 7, Run: run})
	l.passAll()
	for i, s := range sockets {
		got := strings.Join(texts(t, s.wrote), " ")
		want := []string{"7/1 7/2 7/3 7/4", "7/2 7/3 7/4", "7/3 7/4"}[i%3]
		if i == 0 {
			want = "7/1 7/2 7/3"
		}
		if got != want || s.writes != 1 {
			t.Errorf("member %d: %q in %d writes, want %q in one", i, got, s.writes, want)
		}
	}
}

// TestFanOutIsFair: a small room and a single chat do not wait for a large room.
func TestFanOutIsFair(t *testing.T) {
	l := newTestLoop(Config{})
	l.h.deliver = func(c *Conn, run *delivery.Run) { c.SendRun(run, 0) }
	for i := range 2000 {
		c, _ := l.connect(fmt.Sprint("big", i))
		l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}})
	}
	c, small := l.connect("small")
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 2}}})
	l.passAll()
	l.post(delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, 1, 1)},
		delivery.Post{Kind: delivery.ToRoom, Room: 2, Run: textRun(2, 1, 1)},
		delivery.Post{Kind: delivery.ToUser, User: "small", Run: textRun(3, 1, 1)})
	l.pass(sliceCost)
	if got := texts(t, small.wrote); !slices.Equal(got, []string{"3/1"}) {
		t.Fatalf("after one turn: %v", got)
	}
	l.pass(sliceCost)
	if got := texts(t, small.wrote); !slices.Equal(got, []string{"3/1", "2/1"}) {
		t.Fatalf("after two turns: %v", got)
	}
	if l.fan.empty() {
		t.Fatal("the large room was done in two slices")
	}
}

func TestBacklogged(t *testing.T) {
	l := newTestLoop(Config{})
	c, _ := l.connect("u")
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}})
	l.pass(0)
	run := &delivery.Run{Conv: 1, First: 1, Frames: make([]byte, maxFanOutBytes/2+1), Ends: []int32{maxFanOutBytes/2 + 1}}
	post := delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: run}
	l.post(post)
	l.pass(0)
	if l.owner.Backlogged() {
		t.Fatal("backlogged at half of the limit")
	}
	l.post(post)
	l.pass(0)
	if !l.owner.Backlogged() {
		t.Fatal("not backlogged above the limit")
	}
	l.closed(c)
	l.passAll()
	if l.owner.Backlogged() {
		t.Fatal("backlogged without anything queued")
	}
}

func TestBackloggedInbox(t *testing.T) {
	l := newTestLoop(Config{})
	posts := make([]delivery.Post, maxInbox)
	for i := range posts {
		posts[i].Kind = delivery.ToConn // nobody's
	}
	l.post(posts...)
	if l.owner.Backlogged() {
		t.Fatal("backlogged at the limit")
	}
	l.inbox.do(func() {})
	if !l.owner.Backlogged() {
		t.Fatal("not backlogged above the limit")
	}
	l.passAll()
	if l.owner.Backlogged() {
		t.Fatal("backlogged without anything in the inbox")
	}
}
