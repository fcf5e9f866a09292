package sequencer

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

func TestGroupCommands(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.group("g", "o", "a")
	steps := []struct {
		name string
		do   func(*Tx) error
		want error
	}{
		{"create again", func(tx *Tx) error { return tx.CreateGroup(storage.Group{ID: "g", Owner: "x", MaxMembers: 3}) }, ErrExists},
		{"add again", func(tx *Tx) error { return tx.AddMember("g", "a", 1) }, nil},
		{"add", func(tx *Tx) error { return tx.AddMember("g", "b", 1) }, nil},
		{"add to none", func(tx *Tx) error { return tx.AddMember("none", "b", 1) }, ErrNotFound},
		{"remove a stranger", func(tx *Tx) error { return tx.RemoveMember("g", "x") }, nil},
		{"remove", func(tx *Tx) error { return tx.RemoveMember("g", "a") }, nil},
		{"look at none", func(tx *Tx) error { _, err := tx.Group("none"); return err }, ErrNotFound},
		{"member of none", func(tx *Tx) error { _, _, err := tx.Member("none", "a"); return err }, ErrNotFound},
	}
	for round := range 2 {
		for _, s := range steps {
			if err := r.Do(s.do); !errors.Is(err, s.want) {
				t.Errorf("%s: %v", s.name, err)
			}
		}
		r.do(func(tx *Tx) error {
			g, err := tx.Group("g")
			if g.Members != 2 || g.Owner != "o" || g.ID != "g" || g.CreatedAt == 0 || tx.Now() == 0 {
				t.Errorf("round %d: %+v", round, g)
			}
			for user, role := range map[string]uint8{"o": RoleOwner, "b": 1} {
				if m, ok, err := tx.Member("g", user); !ok || err != nil || m.Role != role {
					t.Errorf("round %d: %s: %+v %v %v", round, user, m, ok, err)
				}
			}
			return err
		})
		r.stop()
		r = start(t, fs, nil)
	}
}

// Who joins has nothing to be sent of what was said before, and who leaves loses
// what was said meanwhile, but a cursor never goes back.
func TestPlaceOfMember(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o")
	for round := range uint64(3) {
		r.send(toGroup("o", "g", fmt.Sprint(round)), toGroup("o", "g", fmt.Sprint("x", round)))
		r.do(func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
		s := r.session("u", "group_g")
		if want := 2*round + 2; s.JoinSeq != want+1 || s.AckSeq != want || s.Left || Kind(s.Kind) != Group {
			t.Errorf("%+v", s)
		}
		r.do(func(tx *Tx) error { return tx.RemoveMember("g", "u") })
		if s = r.session("u", "group_g"); !s.Left {
			t.Errorf("%+v", s)
		}
	}
}

func TestGroupFull(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.OpenGroups, c.MaxMembers = true, 2 })
	got := r.send(toGroup("a", "g", "1"), toGroup("b", "g", "2"), toGroup("c", "g", "3"), toGroup("a", "g", "4"))
	if got[0].Seq != 2 || got[1].Seq != 4 || !errors.Is(got[2].Err, ErrGroupFull) || got[3].Seq != 5 {
		t.Errorf("%+v", got)
	}
	if err := r.Do(func(tx *Tx) error { return tx.AddMember("g", "c", 0) }); !errors.Is(err, ErrGroupFull) {
		t.Error(err)
	}
}

// With OpenGroups the first sender makes the group and later ones join; each
// sees what comes from then on.
func TestOpenGroups(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.OpenGroups = true })
	a, b := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 1}
	r.attach(a, "a", "d", true)
	r.attach(b, "b", "d", true)
	r.take(0)
	r.take(1)
	got := r.send(toGroup("a", "g", "1"), toGroup("a", "g", "2"), toGroup("b", "g", "3"), toGroup("a", "g", "4"))
	for i, seq := range []uint64{2, 3, 5, 6} { // after the events: made, joined
		if got[i].Err != nil || got[i].Seq != seq {
			t.Errorf("%+v", got[i])
		}
	}
	r.do(func(tx *Tx) error {
		g, err := tx.Group("g")
		if g.Owner != "a" || g.Members != 2 {
			t.Errorf("%+v", g)
		}
		if m, _, _ := tx.Member("g", "b"); m.JoinSeq != 4 {
			t.Errorf("%+v", m)
		}
		return err
	})
	if posts := r.take(0); posts[0].Kind != delivery.Enter || posts[0].From != 0 {
		t.Errorf("%+v", posts[0])
	}
	posts := r.take(1)
	if posts[0].Kind != delivery.Enter || posts[0].From != 3 || posts[1].Run.First != 4 {
		t.Errorf("%+v", posts)
	}
}

// After RemoveMember's Do has returned no run reaches the user, however many
// messages are on their way; before, none is missing.
func TestNothingAfterLeave(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o", "u")
	r.nothingAfterLeave(func(cid string) Send { return toGroup("o", "g", cid) },
		func(tx *Tx) error { return tx.RemoveMember("g", "u") }, func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
}

func TestNothingAfterLeaveOfService(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.service("s", "o", "u")
	r.nothingAfterLeave(func(cid string) Send { return toService("o", "s", cid) },
		func(tx *Tx) error { return tx.RemoveFrom("service_s", "u") }, func(tx *Tx) error { return tx.AddTo("service_s", "u", 0) })
}

func (r *rig) nothingAfterLeave(message func(cid string) Send, leave, enter func(*Tx) error) {
	r.t.Helper()
	r.attach(delivery.Conn{Serial: 1}, "u", "d", true)
	r.take(0)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = r.Submit(time.Now(), []Send{message(fmt.Sprint(i)), message(fmt.Sprint("x", i))})
				if i%3 == 0 {
					r.send1(message(fmt.Sprint("y", i)))
				}
			}
		}
	})
	in := true
	var next uint64 = 1
	for range 30 {
		r.do(func(tx *Tx) error {
			if in {
				return leave(tx)
			}
			return enter(tx)
		})
		was := in
		in = !in
		posts := r.take(0)
		left := slices.IndexFunc(posts, func(p delivery.Post) bool { return p.Kind == delivery.Leave })
		for i, p := range posts {
			switch {
			case p.Kind == delivery.Enter:
				next = p.From + 1
			case p.Kind != delivery.ToRoom:
			case was && left >= 0 && i > left:
				r.t.Errorf("seq %d after the leave", p.Run.First)
			case p.Run.First != next:
				r.t.Errorf("run from %d, want %d", p.Run.First, next)
			default:
				next = p.Run.Last() + 1
			}
		}
	}
	close(stop)
	wg.Wait()
}

// Events go to everybody who is in the group, or to one user, once a reactor.
func TestNotify(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o", "u")
	for i, user := range []string{"u", "u", "o", "x"} {
		r.attach(delivery.Conn{Reactor: i / 2, Serial: uint64(i + 1)}, user, fmt.Sprint(i), true)
	}
	r.take(0)
	r.take(1)
	r.do(func(tx *Tx) error {
		tx.NotifyGroup("g", delivery.Conn{}, []byte("to all"))
		tx.NotifyUser("u", delivery.Conn{}, []byte("to u"))
		tx.NotifyGroup("none", delivery.Conn{}, []byte("to nobody"))
		tx.NotifyUser("offline", delivery.Conn{}, []byte("to nobody"))
		return nil
	})
	want := [][]string{{"to all", "to u"}, {"to all"}}
	for reactor, frames := range want {
		var got []string
		for _, p := range r.take(reactor) {
			got = append(got, string(p.Frame))
		}
		if !slices.Equal(got, frames) {
			t.Errorf("reactor %d: %q", reactor, got)
		}
	}
}
