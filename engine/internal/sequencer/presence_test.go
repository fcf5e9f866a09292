package sequencer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
)

// samePage returns users who are on one page of the roll, and some who aren't.
func samePage(r *roll, same, others int) (users []string) {
	page := r.page("u")
	for i := 0; same > 0 || others > 0; i++ {
		id := fmt.Sprint("u", i)
		switch {
		case r.page(id) == page && same > 0:
			same--
		case r.page(id) != page && others > 0:
			others--
		default:
			continue
		}
		users = append(users, id)
	}
	return users
}

// Who is online all the while that a list is read is in it once, whoever comes
// and goes meanwhile and whatever the pages are; nobody is in it twice, or who
// was never there.
func TestListWhileUsersComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := build(t, vfs.NewMem(), nil)
		defer r.close()
		users := samePage(&r.roll, 6, 4)
		conns := map[string][]delivery.Conn{}
		serial := uint64(0)
		tx := &Tx{r.Sequencer}
		toggle := func(t *rapid.T) string {
			user := rapid.SampledFrom(users).Draw(t, "user")
			if of := conns[user]; len(of) > 0 && rapid.Bool().Draw(t, "go") {
				r.detach(of[0], user)
				conns[user] = of[1:]
				return user
			}
			serial++
			c := delivery.Conn{Serial: serial}
			if _, _, err := r.Sequencer.attach(connection{at: c, device: fmt.Sprint(serial)}, user); err != nil {
				t.Fatal(err)
			}
			conns[user] = append(conns[user], c)
			return user
		}
		for range rapid.IntRange(0, 20).Draw(t, "toggles") {
			toggle(t)
		}
		always, ever := map[string]bool{}, map[string]bool{}
		for user, of := range conns {
			always[user], ever[user] = len(of) > 0, len(of) > 0
		}
		var listed []string
		for at, done := (Listing{}), false; !done; {
			var page []string
			limit := rapid.IntRange(1, 4).Draw(t, "limit")
			if page, at, done = tx.List(at, limit); len(page) > limit {
				t.Errorf("%d users, not %d", len(page), limit)
			}
			listed = append(listed, page...)
			for range rapid.IntRange(0, 3).Draw(t, "toggles") {
				user := toggle(t)
				online := len(conns[user]) > 0
				always[user] = always[user] && online
				ever[user] = ever[user] || online
			}
		}
		for _, user := range users {
			n := 0
			for _, l := range listed {
				if l == user {
					n++
				}
			}
			if n > 1 || n == 0 && always[user] || n == 1 && !ever[user] {
				t.Errorf("%s: %d times in %v", user, n, listed)
			}
		}
		online, all := 0, 0
		for user, of := range conns {
			all += len(of)
			if len(of) > 0 {
				online++
			}
			if tx.Online(user) != (len(of) > 0) || len(tx.Connections(user)) != len(of) {
				t.Errorf("%s: %v, not %v", user, tx.Connections(user), of)
			}
		}
		if u, c := tx.Users(); u != online || c != all || r.Online() != online {
			t.Errorf("%d users with %d connections, not %d with %d", u, c, online, all)
		}
		r.commitAll()
	})
}

// A user comes with the first connection and goes with the last, which is noted;
// one that takes another's place is neither.
func TestPresence(t *testing.T) {
	var told []string // by the sequencer goroutine; read between commands
	fs := vfs.NewMem()
	r := start(t, fs, func(c *Config) {
		c.Presence = func(user string, online bool) { told = append(told, fmt.Sprint(user, online)) }
	})
	check := func(when string, want ...string) {
		t.Helper()
		r.do(func(tx *Tx) error {
			if !slices.Equal(told, want) {
				t.Errorf("%s: told %v, not %v", when, told, want)
			}
			told = nil
			return nil
		})
	}
	seen := func(when string) int64 {
		t.Helper()
		at, err := r.db.LastSeen("u")
		if err != nil {
			t.Error(when, err)
		}
		return at
	}
	conn := func(serial uint64) delivery.Conn { return delivery.Conn{Serial: serial} }
	r.attach(conn(1), "u", "x", true)
	check("first", "utrue")
	r.attach(conn(2), "u", "y", false)
	r.attach(conn(3), "u", "x", true)
	check("more")
	r.do(func(tx *Tx) error {
		want := []Connection{{conn(2), "y"}, {conn(3), "x"}}
		if got := tx.Connections("u"); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		if got := tx.Connections("v"); got != nil {
			t.Errorf("%v", got)
		}
		return nil
	})
	r.Detach(conn(1), "u", nil)
	r.Detach(conn(2), "u", nil)
	check("one is left")
	if at := seen("one is left"); at != 0 {
		t.Errorf("seen at %d", at)
	}
	var now int64
	r.do(func(tx *Tx) error { now = tx.Now(); return nil })
	r.Detach(conn(3), "u", nil)
	check("none is left", "ufalse")
	if at := seen("none is left"); at < now {
		t.Errorf("seen at %d, now is %d", at, now)
	}
	r.send1(single("u", "v", "1"))
	r.do(func(tx *Tx) error {
		if n := tx.Conversations(); n != 1 {
			t.Errorf("%d conversations", n)
		}
		return nil
	})
}

// A frame for a user's other connections isn't posted to a reactor that has only
// the excepted one.
func TestNotifyExcept(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "u", "v")
	mine, other := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 1}
	r.attach(mine, "u", "x", true)
	r.attach(other, "u", "y", true)
	r.take(0)
	r.take(1)
	r.do(func(tx *Tx) error {
		tx.NotifyUser("u", mine, []byte("to the others"))
		tx.NotifyGroup("g", mine, []byte("to all others"))
		return nil
	})
	for reactor, want := range [][]string{{"to all others"}, {"to the others", "to all others"}} {
		var got []string
		for _, p := range r.take(reactor) {
			got = append(got, string(p.Frame))
			if p.Except != mine {
				t.Errorf("%+v", p)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("reactor %d: %q", reactor, got)
		}
	}
}
