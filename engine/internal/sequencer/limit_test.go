package sequencer

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// A user has no more connections than allowed; one that takes the place of
// another is not one more.
func TestTooManyConnections(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.MaxUserConnections = 2 })
	conn := func(serial uint64) delivery.Conn { return delivery.Conn{Serial: serial} }
	attach := func(serial uint64, device string) error {
		done := make(chan error, 1)
		err := r.Attach(conn(serial), "u", device, true, func(_ delivery.Conn, err error) { done <- err })
		return errors.Join(err, <-done)
	}
	r.attach(conn(1), "u", "x", true)
	r.attach(conn(2), "u", "y", true)
	if err := attach(3, "z"); !errors.Is(err, ErrTooManyConnections) {
		t.Error(err)
	}
	if got := r.attach(conn(4), "u", "x", true); got != conn(1) {
		t.Errorf("replaced %v", got)
	}
	r.attach(conn(5), "v", "z", true) // somebody else
	r.Detach(conn(3), "u", nil)       // as the one that was refused does
	if err := attach(6, "z"); !errors.Is(err, ErrTooManyConnections) {
		t.Error(err)
	}
	r.Detach(conn(2), "u", nil)
	if err := attach(7, "z"); err != nil {
		t.Error(err)
	}
}

// A user is in no more groups than allowed, connected or not, whatever of it is
// in the batch that is being filled; a group that is refused is not made.
func TestTooManyGroups(t *testing.T) {
	for _, online := range []bool{false, true} {
		r := start(t, vfs.NewMem(), func(c *Config) { c.MaxUserGroups, c.OpenGroups = 2, true })
		if online {
			r.attach(delivery.Conn{Serial: 1}, "u", "d", true)
		}
		r.group("a", "o")
		r.group("b", "p")
		r.group("c", "q", "u")
		check := func(tx *Tx, step string, want, got error) {
			if !errors.Is(got, want) {
				t.Errorf("online %v, %s: %v", online, step, got)
			}
			if may := tx.MayEnter("u"); want == ErrTooManyGroups && !errors.Is(may, want) {
				t.Errorf("online %v, %s: may enter: %v", online, step, may)
			}
		}
		r.do(func(tx *Tx) error {
			check(tx, "a second", nil, tx.AddMember("a", "u", 0))
			check(tx, "the second again", nil, tx.AddMember("a", "u", 0))
			check(tx, "a third", ErrTooManyGroups, tx.AddMember("b", "u", 0))
			check(tx, "leave", nil, tx.RemoveMember("c", "u"))
			check(tx, "another second", nil, tx.AddMember("b", "u", 0))
			check(tx, "back", ErrTooManyGroups, tx.AddMember("c", "u", 0))
			check(tx, "create", ErrTooManyGroups, tx.CreateGroup(storage.Group{ID: "d", Owner: "u", MaxMembers: 3}))
			return nil
		})
		for _, group := range []string{"c", "d"} { // by sending
			if got := r.send1(toGroup("u", group, group)); !errors.Is(got.Err, ErrTooManyGroups) {
				t.Errorf("online %v: %+v", online, got)
			}
		}
		if rec, ok, err := r.db.Conversation("group_d"); ok || err != nil || r.Head("group_d") != nil {
			t.Errorf("online %v: half a group: %+v %v", online, rec, err)
		}
		r.stop()
	}
}

// A reactor is told once however many connections a user has there, and not at
// all where the excepted one is the only live one.
func TestEachReactor(t *testing.T) {
	r := build(t, vfs.NewMem(), func(c *Config) { c.Reactors = 3 })
	defer r.close()
	conns := []delivery.Conn{{Reactor: 2, Serial: 1}, {Reactor: 0, Serial: 1}, {Reactor: 2, Serial: 2}, {Reactor: 1, Serial: 1}}
	var u *user
	for i, conn := range conns {
		var err error
		if u, _, err = r.Sequencer.attach(connection{at: conn, device: fmt.Sprint(i)}, "u"); err != nil {
			t.Fatal(err)
		}
		if conn.Reactor != 1 {
			r.join(u, conn)
		}
	}
	check := func(except delivery.Conn, want ...int) {
		t.Helper()
		var got []int
		u.eachReactor(except, func(reactor int) { got = append(got, reactor) })
		if !slices.Equal(got, want) {
			t.Errorf("but %v: %v, want %v", except, got, want)
		}
	}
	check(delivery.Conn{}, 0, 2)
	check(conns[0], 0, 2)
	check(conns[1], 2)
	check(conns[3], 0, 2)
	check(delivery.Conn{Reactor: 0, Serial: 9}, 0, 2) // another user's
	r.detach(conns[0], "u")
	check(conns[2], 0)
	r.detach(conns[1], "u")
	check(delivery.Conn{}, 2)
}
