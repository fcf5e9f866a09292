package sequencer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// toService is a message to the conversation of a service session.
func toService(from, id, cid string) Send {
	return Send{From: from, Kind: Service, ConvID: servicePrefix + id, CID: cid, Content: []byte(cid)}
}

// service makes a service conversation with members.
func (r *rig) service(id string, users ...string) {
	r.t.Helper()
	r.do(func(tx *Tx) error {
		_, err := tx.CreateService(id)
		for _, u := range users {
			if err == nil {
				err = tx.AddTo(servicePrefix+id, u, 0)
			}
		}
		return err
	})
}

func TestServiceCommands(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.group("g", "o")
	r.service("s", "v")
	r.service("empty")
	is := func(user string, want bool) func(*Tx) error {
		return func(tx *Tx) error {
			if in, err := tx.IsIn("service_s", user); in != want || err != nil {
				return fmt.Errorf("%s is in: %v %w", user, in, err)
			}
			return nil
		}
	}
	ev := Event{Type: "session", From: "o"}
	for _, s := range []struct {
		name string
		do   func(*Tx) error
		want error
	}{
		{"create again", func(tx *Tx) error { _, err := tx.CreateService("s"); return err }, ErrExists},
		{"add", func(tx *Tx) error { return tx.AddTo("service_s", "a", 0) }, nil},
		{"added", is("a", true), nil},
		{"add again", func(tx *Tx) error { return tx.AddTo("service_s", "a", 0) }, nil},
		{"add to none", func(tx *Tx) error { return tx.AddTo("service_x", "a", 0) }, ErrNotFound},
		{"add to a group", func(tx *Tx) error { return tx.AddTo("group_g", "a", 0) }, ErrNotFound},
		{"remove a stranger", func(tx *Tx) error { return tx.RemoveFrom("service_s", "x") }, nil},
		{"remove from a group", func(tx *Tx) error { return tx.RemoveFrom("group_g", "o") }, ErrNotFound},
		{"remove", func(tx *Tx) error { return tx.RemoveFrom("service_s", "a") }, nil},
		{"removed", is("a", false), nil},
		{"member", is("v", true), nil},
		{"in none", func(tx *Tx) error { _, err := tx.IsIn("service_x", "v"); return err }, ErrNotFound},
		{"farewell to none", func(tx *Tx) error { return tx.FarewellTo("group_g", "o", ev) }, ErrNotFound},
		{"close none", func(tx *Tx) error { return tx.SetClosed("group_g", true) }, ErrNotFound},

		// The API of groups knows nothing of it.
		{"as a group", func(tx *Tx) error { _, err := tx.Group("s"); return err }, ErrNotFound},
		{"member of the group", func(tx *Tx) error { return tx.AddMember("s", "x", RoleOwner) }, ErrNotFound},
		{"out of the group", func(tx *Tx) error { return tx.RemoveMember("s", "v") }, ErrNotFound},
		{"dissolve", func(tx *Tx) error { _, err := tx.Dissolve("s", ev); return err }, ErrNotFound},
		{"a group of this name", func(tx *Tx) error { return tx.CreateGroup(newGroup("s", "o")) }, nil},
	} {
		if err := r.Do(s.do); !errors.Is(err, s.want) || s.want == nil && err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	r.stop()
	r = start(t, fs, nil)
	for user, want := range map[string]bool{"v": true, "a": false} {
		r.do(is(user, want))
	}
	r.do(func(tx *Tx) error { return tx.AddTo("service_empty", "v", 0) })
}

// A service conversation holds so many and no more.
func TestServiceFull(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.service("s", "v")
	err := r.Do(func(tx *Tx) (err error) {
		for i := 0; i < maxService && err == nil; i++ {
			if err = tx.AddTo("service_s", fmt.Sprint("u", i), 0); err != nil && i < maxService-1 {
				t.Errorf("after %d: %v", i, err)
			}
		}
		return err
	})
	if !errors.Is(err, ErrGroupFull) {
		t.Error(err)
	}
}

// Who comes for the first time has received and read nothing; who comes again is
// where they were. Nobody's groups become more by it.
func TestServicePlaces(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.MaxUserGroups = 1 })
	r.group("g", "a")
	r.service("s", "v")
	r.service("s2", "a")
	r.send(toService("v", "s", "1"), toService("v", "s", "2"))
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "a", 0) })
	at := r.session("a", "service_s")
	if at.JoinSeq != 1 || at.AckSeq != 0 || at.ReadSeq != 0 || at.Left || Kind(at.Kind) != Service {
		t.Errorf("came at %+v", at)
	}
	r.do(func(tx *Tx) error {
		_, to, err := tx.MoveRead("a", at.Conv, 9)
		if to != 2 {
			t.Errorf("read up to %d", to)
		}
		return err
	})
	r.do(func(tx *Tx) error { return tx.RemoveFrom("service_s", "a") })
	r.send(toService("v", "s", "3"))
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "a", 0) })
	if at = r.session("a", "service_s"); at.JoinSeq != 1 || at.AckSeq != 0 || at.ReadSeq != 0 || at.Left {
		t.Errorf("came back at %+v", at)
	}
	for _, connected := range []bool{false, true} {
		if connected {
			r.attach(delivery.Conn{Serial: 1}, "a", "d", true)
		}
		r.do(func(tx *Tx) error {
			if n, err := tx.s.groupsOf("a"); n != 1 || err != nil {
				t.Errorf("connected %v: in %d groups %v", connected, n, err)
			}
			return nil
		})
	}
	r.do(func(tx *Tx) error {
		err := tx.RemoveFrom("service_s2", "a")
		if n, _ := tx.s.groupsOf("a"); n != 1 {
			t.Errorf("out of a session: in %d groups", n)
		}
		return err
	})
}

// Who may write, and what a closed conversation still takes.
func TestServiceWrite(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.OpenGroups = true })
	r.service("s", "v", "a")
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "sup", RoleSilent) })
	first := r.send1(toService("v", "s", "1"))
	system := toService("system", "s", "")
	system.More = &More{System: true}
	check := func(when string, m Send, want error) {
		t.Helper()
		if got := r.send1(m); !errors.Is(got.Err, want) || want == nil && got.Err != nil {
			t.Errorf("%s: %s: %+v", when, m.From, got)
		}
		r.do(func(tx *Tx) error {
			if err := tx.MayWrite(Service, m.ConvID, m.From, ""); m.More == nil && !errors.Is(err, want) {
				t.Errorf("%s: may %s write: %v", when, m.From, err)
			}
			return nil
		})
	}
	lost, reply := system, toService("v", "x", "")
	lost.ConvID, reply.More = "service_x", &More{ReplyTo: first.ID}
	for _, m := range []Send{toService("x", "s", "x"), toService("v", "x", "x"), lost, reply} {
		check("never", m, ErrNotFound)
	}
	check("open", toService("sup", "s", "s"), ErrMuted)
	check("open", toService("a", "s", "a"), nil)
	check("open", system, nil)
	r.do(func(tx *Tx) error { return tx.AddTo("service_s", "sup", 0) })
	check("takes part", toService("sup", "s", "t"), nil)

	r.do(func(tx *Tx) error { return tx.SetClosed("service_s", true) })
	for _, m := range []Send{toService("v", "s", "2"), toService("a", "s", "b"), toService("sup", "s", "u"), system} {
		check("closed", m, ErrClosed)
	}
	check("closed", toService("x", "s", "y"), ErrNotFound)
	if again := r.send1(toService("v", "s", "1")); again != first {
		t.Errorf("a retry of what was taken: %+v, not %+v", again, first)
	}
	r.do(func(tx *Tx) error {
		seq, err := tx.Event("service_s", Event{Type: "session", From: "a"})
		if seq != 5 {
			t.Errorf("an event at %d", seq)
		}
		return err
	})
	r.do(func(tx *Tx) error { return tx.SetClosed("service_s", false) })
	check("opened", toService("v", "s", "3"), nil)
}

// Spoken is told of messages in service conversations, each once, in the batch
// that holds them, and of nothing else.
func TestSpoken(t *testing.T) {
	var told []string
	r := start(t, vfs.NewMem(), func(c *Config) {
		c.Spoken = func(tx *Tx, head *Head, from string) {
			told = append(told, head.ID+" "+from)
			tx.Writes(Subject{}).PutSystem("said", []byte(from))
			if last, err := tx.Last(head.Num); err != nil || last != uint64(len(told)) {
				t.Errorf("told of %d, err %v", last, err)
			}
		}
	})
	r.service("s", "v", "a")
	r.group("g", "v")
	system := toService("system", "s", "")
	system.More = &More{System: true}
	r.send(
		toService("v", "s", "1"), toService("v", "s", "1"), toService("x", "s", "2"), single("v", "a", "3"),
		toGroup("v", "g", "4"), toService("a", "s", ""), system,
	)
	r.send1(toService("v", "s", "1"))
	r.do(func(tx *Tx) error {
		_, err := tx.Event("service_s", Event{Type: "session", From: "a"})
		if err == nil {
			err = tx.SetClosed("service_s", true)
		}
		return err
	})
	r.send1(toService("v", "s", "5"))
	if want := []string{"service_s v", "service_s a", "service_s system"}; !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
	if said, _, err := r.db.System("said"); string(said) != "system" || err != nil {
		t.Errorf("%q said last, %v", said, err)
	}
	r.stop()
	services := 0
	for _, p := range r.stats {
		services += p.Services
	}
	if services != 3 {
		t.Errorf("%d messages counted", services)
	}
}

// Runs, notices and farewells reach the members' connections, in batches of
// their own around a change of membership.
func TestServiceDelivery(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.service("s", "v", "a")
	for i, user := range []string{"v", "a", "x"} {
		r.attach(delivery.Conn{Reactor: i % 2, Serial: uint64(i + 1)}, user, "d", true)
	}
	join := r.take(0)
	if len(join) == 0 || len(join[0].Rooms) != 1 {
		t.Errorf("joined %+v", join)
	}
	r.take(1)
	r.do(func(tx *Tx) error {
		tx.NotifyConv("service_s", delivery.Conn{}, []byte("typing"))
		tx.NotifyConv("group_s", delivery.Conn{}, []byte("nobody"))
		err := tx.RemoveFrom("service_s", "a")
		if err == nil {
			err = tx.FarewellTo("service_s", "a", Event{Type: "session", From: "v"})
		}
		return err
	})
	r.send1(toService("v", "s", "1"))
	told := func(reactor int) (got []string) {
		for _, p := range r.take(reactor) {
			switch p.Kind {
			case delivery.NotifyRoom:
				got = append(got, string(p.Frame))
			case delivery.Leave:
				got = append(got, "out "+p.User)
			case delivery.ToRoom, delivery.ToUser:
				got = append(got, fmt.Sprint(p.User, p.Run.First))
			}
		}
		return got
	}
	if got := told(0); !slices.Equal(got, []string{"typing", "out a", "1", "2"}) {
		t.Errorf("visitor: %q", got)
	}
	if got := told(1); !slices.Equal(got, []string{"typing", "out a", "a1"}) {
		t.Errorf("agent: %q", got)
	}
}

// A power cut in the middle leaves a session with all of its members and its
// first event, or none of it.
func TestServicePowerCut(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		fs := vfs.NewCrashableMem()
		r := build(t, fs, nil)
		r.Start()
		r.service("first", "v")
		opened := make(chan error, 40)
		for i := range cap(opened) {
			id := fmt.Sprint("s", i)
			conv := servicePrefix + id
			err := r.GoAnyway(func(tx *Tx) error {
				tx.Boundary("service_first", conv) // what was said before is another batch
				_, err := tx.CreateService(id)
				err = errors.Join(err, tx.AddTo(conv, "v", 0), tx.AddTo(conv, fmt.Sprint("a", i), 0))
				err = errors.Join(err, tx.RemoveFrom("service_first", "v"), tx.AddTo("service_first", "v", 0))
				_, failed := tx.Event(conv, Event{Type: "session", From: "v"})
				tx.Writes(Subject{}).PutSystem(id, []byte("open"))
				return errors.Join(err, failed)
			}, func(err error) { opened <- err })
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Submit(time.Now(), []Send{toService("v", "first", "")}); err != nil {
				t.Fatal(err)
			}
		}
		answered := rng.IntN(cap(opened))
		for range answered {
			if err := <-opened; err != nil {
				t.Fatal(err)
			}
		}
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: int(seed%3) * 50, RNG: rng})
		r.stop()
		r = build(t, after, nil)
		r.lookWhole(cap(opened), answered)
		r.Start()
		r.stop()
	}
}

// lookWhole expects of each session all that its command wrote, or nothing if it
// wasn't answered.
func (r *rig) lookWhole(n, answered int) {
	r.t.Helper()
	for i := range n {
		id := fmt.Sprint("s", i)
		said, there, err := r.db.System(id)
		rec, made, err2 := r.db.Conversation(servicePrefix + id)
		if err := errors.Join(err, err2); err != nil || there != made {
			r.t.Errorf("%s: %q %v, %v %v", id, said, there, made, err)
		}
		if !made && i < answered {
			r.t.Errorf("%s is lost", id)
		}
		if !made {
			continue
		}
		members, err := r.db.Members(rec.Num, "", 9)
		names := make([]string, 0, len(members))
		for _, m := range members {
			names = append(names, m.User)
		}
		g, _, err2 := r.db.Group(rec.Num)
		want := []string{fmt.Sprint("a", i), "v"}
		if err := errors.Join(err, err2); err != nil || !slices.Equal(names, want) || g.Members != 2 || g.Owner != "" {
			r.t.Errorf("%s: members %s, %+v, %v", id, strings.Join(names, " "), g, err)
		}
		if found := messages(r.t, r.db, rec.ID); len(found) != 1 || !found[0].Event {
			r.t.Errorf("%s: %+v", id, found)
		}
	}
}
