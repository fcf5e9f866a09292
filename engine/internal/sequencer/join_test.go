package sequencer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// stay is a stretch of seqs during which a user was in a group.
type stay struct{ from, to uint64 }

const still = 1 << 60

// world is a sequencer whose batches and syncs are chosen by the test, with
// reactors and what ought to be true.
type world struct {
	*rig
	reactors
	users   []string
	groups  []string
	stays   map[string]map[string][]stay // group → user
	serial  uint64
	sent    int
	origins map[string]delivery.Conn // content → who sent it
}

func newWorld(t *rapid.T) *world {
	w := &world{
		users: []string{"a", "b", "c", "d"}, groups: []string{"g", "h"},
		stays: map[string]map[string][]stay{}, origins: map[string]delivery.Conn{},
	}
	n := rapid.IntRange(1, 3).Draw(t, "reactors")
	convs := rapid.SampledFrom([]int{1, 3, 1000}).Draw(t, "conversations in memory")
	w.reactors = reactors{t: t, clients: map[delivery.Conn]*client{}, joinAt: w.checkJoin}
	w.rig = build(t, vfs.NewMem(), func(c *Config) {
		c.Reactors, c.MaxConversations = n, convs
		c.Post = w.carry
	})
	for _, g := range w.groups {
		w.stays[g] = map[string][]stay{w.users[0]: {{1, still}}}
		_ = w.inbox.put(item{do: func(tx *Tx) {
			if err := tx.CreateGroup(storage.Group{ID: g, Owner: w.users[0], MaxMembers: 10}); err != nil {
				t.Fatal(err)
			}
		}})
	}
	w.commitAll()
	return w
}

// checkJoin: all of the log up to the join point can be read, and rooms are
// entered there.
func (w *world) checkJoin(_ *client, p *delivery.Post) {
	t := w.rig.t
	if w.Durable() < p.Point {
		t.Errorf("joins at %d, durable is %d", p.Point, w.Durable())
	}
	if _, ok, err := w.db.Place(p.Point); p.Point != 0 && (!ok || err != nil) {
		t.Errorf("joins at %d, which isn't in the log: %v", p.Point, err)
	}
	for _, room := range p.Rooms {
		err := w.db.Messages(room.Conv, 1, still, func(m *storage.Message) error {
			if m.ID <= p.Point != (m.Seq <= room.From) {
				t.Errorf("joins at %d, the room at %d; %d has id %d", p.Point, room.From, m.Seq, m.ID)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func (w *world) someUser(t *rapid.T) string { return rapid.SampledFrom(w.users).Draw(t, "user") }

// someClient picks an open connection.
func (w *world) someClient(t *rapid.T) *client {
	var open []*client
	for _, c := range w.clients {
		if c.open {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		t.Skip("nobody there")
	}
	slices.SortFunc(open, func(a, b *client) int { return int(a.conn.Serial) - int(b.conn.Serial) })
	return rapid.SampledFrom(open).Draw(t, "connection")
}

func (w *world) attach(t *rapid.T) {
	w.serial++
	c := &client{
		conn: delivery.Conn{Reactor: rapid.IntRange(0, w.cfg.Reactors-1).Draw(t, "reactor"), Serial: w.serial},
		user: w.someUser(t), device: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "device"),
		open: true, rooms: map[uint64]uint64{}, got: map[uint64][]uint64{},
	}
	w.clients[c.conn] = c
	live := rapid.Bool().Draw(t, "live")
	_ = w.Attach(c.conn, c.user, c.device, live, func(old delivery.Conn, err error) {
		if err != nil {
			t.Error(err)
		}
		if o := w.clients[old]; o != nil { // closed by its loop, which also says Detach
			w.hangUp(o)
		}
	})
	c.live = live
}

func (w *world) hangUp(c *client) {
	if c.open {
		c.open, c.rooms = false, map[uint64]uint64{}
		w.Detach(c.conn, c.user, nil)
	}
}

func (w *world) send(t *rapid.T, from string, origin delivery.Conn) {
	var sends []Send
	for range rapid.IntRange(1, 4).Draw(t, "messages") {
		w.sent++
		cid := fmt.Sprint(w.sent)
		to := w.someUser(t)
		m := toGroup(from, rapid.SampledFrom(w.groups).Draw(t, "group"), cid)
		if to != from {
			m = single(from, to, cid)
		}
		m.Origin = origin
		w.origins[cid] = origin
		sends = append(sends, m)
	}
	if err := w.Submit(time.Now(), sends); err != nil {
		t.Fatal(err)
	}
}

// membership changes one, and notes when in the log that was.
func (w *world) membership(t *rapid.T) {
	user, group, add := rapid.SampledFrom(w.users[1:]).Draw(t, "user"),
		rapid.SampledFrom(w.groups).Draw(t, "group"), rapid.Bool().Draw(t, "add")
	_ = w.inbox.put(item{do: func(tx *Tx) {
		_, was, err := tx.Member(group, user)
		if err == nil && add {
			err = tx.AddMember(group, user, 0)
		} else if err == nil {
			err = tx.RemoveMember(group, user)
		}
		if err != nil {
			t.Error(err)
		}
		last := w.convs[groupPrefix+group].last
		stays := w.stays[group][user]
		switch {
		case add && !was:
			stays = append(stays, stay{last + 1, still})
		case !add && was:
			stays[len(stays)-1].to = last
		}
		w.stays[group][user] = stays
	}})
}

// event appends one to a group.
func (w *world) event(t *rapid.T) {
	w.sent++
	content := []byte(fmt.Sprint(w.sent))
	from, group := w.someUser(t), rapid.SampledFrom(w.groups).Draw(t, "group")
	_ = w.inbox.put(item{do: func(tx *Tx) {
		if _, err := tx.Event(groupPrefix+group, Event{Type: "group", From: from, Content: content}); err != nil {
			t.Error(err)
		}
	}})
}

// wants says whether a connection is to be pushed a message.
func (w *world) wants(c *client, h *Head, m *storage.Message) bool {
	if m.ID <= c.point || w.origins[string(m.Content)] == c.conn {
		return false
	}
	if h.Kind == Single {
		return h.ID == single(c.user, m.From, "").ConvID || m.From == c.user
	}
	return slices.ContainsFunc(w.stays[h.ID[len(groupPrefix):]][c.user], func(s stay) bool {
		return s.from <= m.Seq && m.Seq <= s.to
	})
}

// check holds what every connection got against the log: what is above its join
// point, once, in order, and nothing else. Who is gone may have got less.
func (w *world) check(t *rapid.T) {
	var convs []string
	for i, a := range w.users {
		for _, b := range w.users[i+1:] {
			convs = append(convs, "single_"+a+":"+b)
		}
	}
	for _, g := range w.groups {
		convs = append(convs, groupPrefix+g)
	}
	total := 0
	unsent := w.answered(t)
	for _, id := range convs {
		rec, ok, err := w.db.Conversation(id)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		log := messages(t, w.db, id)
		total += len(log)
		for i := range log {
			delete(unsent, string(log[i].Content))
		}
		for _, c := range w.clients {
			if !c.joined {
				continue
			}
			var want []uint64
			for i := range log {
				if w.wants(c, &Head{ID: id, Kind: Kind(rec.Kind)}, &log[i]) {
					want = append(want, log[i].Seq)
				}
			}
			got := c.got[rec.Num]
			if c.open && !slices.Equal(got, want) || len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("%v of %s (point %d, open %v) in %s: got %v, want %v", c.conn, c.user, c.point, c.open, id, got, want)
			}
		}
	}
	if total > w.sent || len(unsent) > 0 {
		t.Errorf("%d messages of %d; told to be sent, but not in the log: %v", total, w.sent, unsent)
	}
}

// answered checks that every connection was told of each of its sends, once and
// in order, and returns those that were stored.
func (w *world) answered(t *rapid.T) map[string]bool {
	stored := map[string]bool{}
	for _, c := range w.clients {
		if c.open && c.live && !c.joined {
			t.Errorf("%v never joined", c.conn)
		}
		var asked, told []int
		for cid, origin := range w.origins {
			if origin == c.conn {
				n, _ := strconv.Atoi(cid)
				asked = append(asked, n)
			}
		}
		slices.Sort(asked)
		for _, l := range c.answers {
			words := strings.Fields(l)
			n, _ := strconv.Atoi(words[1])
			told = append(told, n)
			if words[0] == "sent" {
				stored[words[1]] = true
			}
		}
		if !slices.Equal(asked, told) {
			t.Errorf("%v asked for %v, was told of %v", c.conn, asked, told)
		}
	}
	return stored
}

// Every message is for every connection either at or below the point at which
// it joined, and in the log by then, or in a run posted after the Join; never
// both, never neither, whatever meets in a batch and however far behind the
// disk is. Conversations may leave memory meanwhile.
func TestJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		defer w.close()
		t.Repeat(map[string]func(*rapid.T){
			"attach": w.attach,
			"join": func(t *rapid.T) {
				c := w.someClient(t)
				if err := w.Join(c.conn, c.user); err != nil {
					t.Error(err)
				}
				c.live = true
			},
			"detach":     func(t *rapid.T) { w.hangUp(w.someClient(t)) },
			"send":       func(t *rapid.T) { c := w.someClient(t); w.send(t, c.user, c.conn) },
			"send again": func(t *rapid.T) { c := w.someClient(t); w.send(t, c.user, c.conn) },
			"over HTTP":  func(t *rapid.T) { w.send(t, w.someUser(t), delivery.Conn{}) },
			"membership": w.membership,
			"event":      w.event,
			"take in":    func(*rapid.T) { w.step() },
			"commit": func(*rapid.T) {
				w.step()
				if len(w.syncer.applied) < maxApplied {
					w.commit()
					w.evict()
				}
			},
			"publish": func(*rapid.T) { w.publishOne() },
			"": func(t *rapid.T) {
				if n := w.inbox.waiting(); n > 40 {
					w.step()
				}
				w.checkPublished(t)
			},
		})
		for range 2 { // the second for the detaching of what the first replaced
			w.commitAll()
		}
		w.check(t)
		w.checkTables(t)
	})
}

// checkPublished: readers are shown nothing that isn't durable.
func (w *world) checkPublished(t *rapid.T) {
	for _, c := range w.convs {
		last := c.head.Published()
		err := w.db.Messages(c.head.Num, last, last, func(m *storage.Message) error {
			if m.ID > w.Durable() {
				t.Errorf("%s: %d is published, but not durable", c.head.ID, last)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// checkTables holds the sequencer's counts against its lists.
func (w *world) checkTables(t *rapid.T) {
	live, pinned := map[*group][]int32{}, map[*group]int{}
	for id, u := range w.Sequencer.users {
		if len(u.conns) == 0 || u.id != id {
			t.Errorf("user %s with %d connections", id, len(u.conns))
		}
		for _, g := range u.groups {
			pinned[g.group]++
			if w.convs[g.head.ID] != g {
				t.Errorf("%s is in a %s that isn't the one in memory", id, g.head.ID)
			}
			for _, c := range u.conns {
				if c.live {
					if live[g.group] == nil {
						live[g.group] = make([]int32, w.cfg.Reactors)
					}
					live[g.group][c.at.Reactor]++
				}
			}
		}
	}
	for id, c := range w.convs {
		if c.group == nil {
			continue
		}
		want := live[c.group]
		if want == nil {
			want = make([]int32, w.cfg.Reactors)
		}
		if c.group.pinned != pinned[c.group] || !slices.Equal(c.group.live, want) {
			t.Errorf("%s: pinned %d, live %v; %d, %v", id, c.group.pinned, c.group.live, pinned[c.group], want)
		}
	}
}
