package sequencer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// setClosed is a command that closes or opens a service conversation and tells.
func setClosed(id string, closed bool) func(*Tx) error {
	return func(tx *Tx) error {
		err := tx.SetClosed(servicePrefix+id, closed)
		if err == nil {
			_, err = tx.Event(servicePrefix+id, Event{Type: "session", From: "v"})
		}
		return err
	}
}

// posted is what was posted to a reactor of service conversations, as words.
func (r *rig) posted(reactor int) (got []string) {
	for _, p := range r.take(reactor) {
		switch p.Kind {
		case delivery.ToRoom:
			got = append(got, fmt.Sprint("room ", p.Run.First))
		case delivery.ToUser:
			got = append(got, fmt.Sprint(p.User, " ", p.Run.First))
			if !p.Visitor {
				r.t.Errorf("not for visitors: %+v", p)
			}
		case delivery.Enter:
			got = append(got, fmt.Sprint("enter ", p.User, " ", p.From))
		case delivery.Join:
			got = append(got, fmt.Sprint("join ", len(p.Rooms)))
		}
	}
	return got
}

// pins is how many have a conversation in their lists, and how many live
// connections it counts.
func (r *rig) pins(convID string) (pinned, live int) {
	r.t.Helper()
	r.do(func(tx *Tx) error {
		c, err := tx.s.conversation(convID)
		if err == nil {
			pinned = c.group.pinned
			for _, n := range c.group.live {
				live += int(n)
			}
		}
		return err
	})
	return pinned, live
}

// A conversation stays a room until all that the batch says in it is on its way;
// what comes when it is closed is posted to its members.
func TestClosedIsNoRoom(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.Reactors = 1 })
	r.service("s", "v", "a", "away")
	r.service("open", "v")
	for i, user := range []string{"v", "a", "x"} {
		r.attach(delivery.Conn{Serial: uint64(i + 1)}, user, "d", true)
	}
	expect := func(when string, want ...string) {
		t.Helper()
		r.sync()
		if got := r.posted(0); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	expect("joined", "join 2", "join 1", "join 0")
	r.do(setClosed("s", true))
	expect("closed", "room 1")
	if pinned, live := r.pins("service_s"); pinned+live != 0 {
		t.Errorf("closed: %d pins, %d live", pinned, live)
	}
	event := func(tx *Tx) error {
		_, err := tx.Event("service_s", Event{Type: "recall", From: "v"})
		return err
	}
	r.do(event)
	expect("an event after", "a 2", "v 2")
	r.attach(delivery.Conn{Serial: 9}, "v", "e", true)
	r.attach(delivery.Conn{Serial: 10}, "away", "e", true)
	expect("came later", "join 1", "join 0")
	r.Detach(delivery.Conn{Serial: 10}, "away", nil)
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "x", 0) })
	r.do(func(tx *Tx) error { return tx.RemoveFrom("service_s", "a") })
	r.do(event)
	expect("who came and went", "v 3", "x 3")
	r.do(setClosed("s", true))
	expect("closed again", "v 4", "x 4")

	r.do(func(tx *Tx) error {
		_ = event(tx)
		return setClosed("s", false)(tx)
	})
	got := r.posted(0)
	slices.Sort(got[2:4])
	if want := []string{"v 5", "x 5", "enter v 5", "enter x 5", "room 6"}; !slices.Equal(got, want) {
		t.Errorf("opened: %q, want %q", got, want)
	}
	r.send1(toService("v", "s", "1"))
	expect("written", "room 7")
	if pinned, live := r.pins("service_s"); pinned != 2 || live != 3 {
		t.Errorf("opened: %d pins, %d live", pinned, live)
	}
	r.do(func(tx *Tx) error {
		_ = setClosed("s", true)(tx)
		return tx.SetClosed("service_s", false)
	})
	r.Detach(delivery.Conn{Serial: 1}, "v", nil)
	if pinned, live := r.pins("service_s"); pinned != 2 || live != 2 {
		t.Errorf("closed and opened: %d pins, %d live", pinned, live)
	}
}

// Who connects has open conversations brought into memory, and no closed ones; the
// cursors of those go on.
func TestClosedIsNotLoaded(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.service("open", "v")
	for _, id := range []string{"s", "s2", "again"} {
		r.service(id, "v")
		r.send1(toService("v", id, "1"+id))
		r.do(setClosed(id, true))
	}
	r.do(func(tx *Tx) error { return tx.SetClosed("service_again", false) })
	r.do(func(tx *Tx) error {
		err := tx.AddTo("service_s", "late", 0)
		if err == nil {
			_, _, err = tx.MoveRead("v", r.byID(tx, "service_s"), 2)
		}
		return err
	})
	r.stop()
	r = start(t, fs, nil)
	nums := map[string]uint64{}
	for _, id := range []string{"service_open", "service_again", "service_s", "service_s2"} {
		nums[id] = r.num(id)
	}
	r.attach(delivery.Conn{Serial: 1}, "v", "d", true)
	r.attach(delivery.Conn{Serial: 2}, "late", "d", true)
	r.do(func(tx *Tx) error {
		for id, num := range nums {
			if want := id == "service_open" || id == "service_again"; (tx.s.byNum[num] != nil) != want {
				t.Errorf("%s in memory: %v", id, !want)
			}
		}
		if n := len(tx.s.users["v"].groups); n != 2 {
			t.Errorf("%d on the list", n)
		}
		return nil
	})
	if err := r.Move([]Cursor{{User: "v", Conv: nums["service_s2"], Seq: 2}}); err != nil {
		t.Fatal(err)
	}
	r.do(func(tx *Tx) error { tx.FlushCursors("v"); return nil })
	for id, want := range map[string][2]uint64{"service_s": {2, 2}, "service_s2": {2, 0}} {
		if at := r.session("v", id); at.AckSeq != want[0] || at.ReadSeq != want[1] || at.Left {
			t.Errorf("%s: %+v", id, at)
		}
	}
}

// byID is a conversation's number inside a command.
func (r *rig) byID(tx *Tx, convID string) uint64 {
	r.t.Helper()
	head, err := tx.ConversationByID(convID)
	if err != nil || head == nil {
		r.t.Fatalf("%s: %v", convID, err)
	}
	return head.Num
}

// Of who was taken out nothing is left, whatever was noted of them or still comes.
func TestRemovedLeavesNoRow(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.service("s", "v", "a")
	conv := r.num("service_s")
	r.send(toService("v", "s", "1"), toService("a", "s", "2"))
	gone := func(when string) {
		t.Helper()
		r.do(func(tx *Tx) error {
			if rec, ok, err := tx.Session("a", conv); ok || err != nil {
				t.Errorf("%s: %+v %v", when, rec, err)
			}
			return nil
		})
		if rec, ok, err := r.db.Session("a", conv); ok || err != nil {
			t.Errorf("%s, stored: %+v %v", when, rec, err)
		}
	}
	move := func() {
		t.Helper()
		if err := r.Move([]Cursor{{User: "a", Conv: conv, Seq: 2}}); err != nil {
			t.Fatal(err)
		}
	}
	move()
	r.do(func(tx *Tx) error {
		err := tx.RemoveFrom("service_s", "a")
		if rec, ok, _ := tx.Session("a", conv); ok {
			t.Errorf("in the batch: %+v", rec)
		}
		if noted := tx.NotedIn("a", conv); noted != (Noted{}) {
			t.Errorf("noted %+v", noted)
		}
		_, to, moved := tx.MoveRead("a", conv, 2)
		if to != 0 || moved != nil {
			t.Errorf("read up to %d, %v", to, moved)
		}
		tx.FlushCursors("a")
		return err
	})
	gone("taken out")
	move()
	r.do(func(tx *Tx) error { tx.FlushCursors("a"); return nil })
	gone("moved later")
	r.do(func(tx *Tx) error { tx.s.flushCursors(); return nil })
	gone("all flushed")
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "a", 0) })
	if at := r.session("a", "service_s"); at.AckSeq+at.ReadSeq+at.SentSeq != 0 || at.JoinSeq != 1 {
		t.Errorf("came back at %+v", at)
	}
	r.do(func(tx *Tx) error {
		err := tx.RemoveFrom("service_s", "a")
		if err == nil {
			err = tx.AddTo("service_s", "a", 0)
		}
		return err
	})
	r.session("a", "service_s") // in one batch, too
}

// Who comes in the batch that closes a conversation, or opens it, reads all of it
// from the log, whichever of the two is first; then it is a room, or none.
func TestClosedAsOneComes(t *testing.T) {
	for _, c := range []struct {
		name          string
		closed, first bool
	}{{"comes and closed", true, false}, {"closed and comes", true, true}, {"comes and opened", false, false}, {"opened and comes", false, true}} {
		t.Run(c.name, func(t *testing.T) {
			fs := vfs.NewMem()
			r := start(t, fs, func(c *Config) { c.Reactors = 1 })
			r.service("s", "v")
			r.do(func(tx *Tx) error { return tx.SetClosed("service_s", !c.closed) })
			r.stop()
			r = build(t, fs, func(c *Config) { c.Reactors = 1 })
			t.Cleanup(r.stop)
			done := make(chan error, 2)
			steps := []func() error{
				func() error {
					return r.Attach(delivery.Conn{Serial: 1}, "v", "d", true, func(_ delivery.Conn, err error) { done <- err })
				},
				func() error { return r.GoAnyway(setClosed("s", c.closed), func(err error) { done <- err }) },
			}
			if c.first {
				slices.Reverse(steps)
			}
			for _, step := range steps {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			r.Start() // and takes both in one turn
			for range steps {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			joined, rooms := false, 1
			if c.closed {
				rooms = 0
			}
			for _, p := range r.take(0) {
				if p.Kind != delivery.Join {
					continue
				}
				joined = true
				if log := messages(t, r.db, "service_s"); p.Point < log[len(log)-1].ID || len(p.Rooms) != rooms {
					t.Errorf("joined %+v", p)
				}
			}
			if pinned, live := r.pins("service_s"); !joined || pinned != rooms || live != rooms {
				t.Errorf("joined %v, %d pins, %d live", joined, pinned, live)
			}
		})
	}
}
