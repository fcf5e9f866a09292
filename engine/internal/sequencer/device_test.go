package sequencer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// userRuns returns for each user whom a reactor is to give runs to.
func userRuns(posts []delivery.Post) (users []string) {
	for _, p := range posts {
		if p.Kind == delivery.ToUser {
			users = append(users, p.User)
		}
	}
	slices.Sort(users)
	return users
}

// The sender's other devices get the message, the sending connection doesn't.
func TestOwnDevices(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	phone, desk, peer := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 2}
	r.attach(phone, "a", "phone", true)
	r.attach(peer, "b", "phone", true)
	say := func(origin delivery.Conn, cid string) [2][]string {
		t.Helper()
		r.take(0)
		r.take(1)
		m := single("a", "b", cid)
		m.Origin = origin
		if err := r.Submit(time.Now(), []Send{m}); err != nil {
			t.Fatal(err)
		}
		r.sync()
		posts := [2][]delivery.Post{r.take(0), r.take(1)}
		for _, of := range posts {
			for _, p := range of {
				if p.Run != nil && p.Run.Skips(phone) != (origin == phone) {
					t.Errorf("skips %v", p.Run.Skip)
				}
			}
		}
		return [2][]string{userRuns(posts[0]), userRuns(posts[1])}
	}
	check := func(got [2][]string, want ...[]string) {
		t.Helper()
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("reactor %d: %v, want %v", i, got[i], want[i])
			}
		}
	}
	check(say(phone, "1"), nil, []string{"b"})
	check(say(delivery.Conn{}, "2"), []string{"a"}, []string{"b"}) // over HTTP
	r.attach(desk, "a", "desk", true)
	check(say(phone, "3"), nil, []string{"a", "b"})
	check(say(desk, "4"), []string{"a"}, []string{"b"})
	r.attach(delivery.Conn{Reactor: 0, Serial: 9}, "a", "tablet", false)
	check(say(phone, "5"), nil, []string{"a", "b"}) // not live: gets nothing
	r.Detach(desk, "a", nil)
	check(say(phone, "6"), nil, []string{"b"})
	r.Detach(peer, "b", nil)
	r.Detach(peer, "b", nil) // twice does nothing
	check(say(phone, "7"), nil, nil)
}

// Where several connections sent what is in a run, each is left out its own.
func TestSkips(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	a, b := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 0, Serial: 2}
	r.attach(a, "a", "d", true)
	r.attach(b, "b", "d", true)
	r.take(0)
	var sends []Send
	for i, origin := range []delivery.Conn{a, b, a, {}} {
		m := single("a", "b", fmt.Sprint(i))
		if origin == b {
			m = single("b", "a", fmt.Sprint(i))
		}
		m.Origin = origin
		sends = append(sends, m)
	}
	if err := r.Submit(time.Now(), sends); err != nil {
		t.Fatal(err)
	}
	r.sync()
	posts := r.take(0)
	if got := userRuns(posts); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("runs to %v", got)
	}
	want := []delivery.Skip{{Conn: a, Index: 0}, {Conn: b, Index: 1}, {Conn: a, Index: 2}}
	if run := posts[0].Run; !slices.Equal(run.Skip, want) || run.First != 1 || run.Last() != 4 {
		t.Errorf("%+v", run)
	}
}

// A connection takes the place of an older one of the same device; what the old
// one still asks for goes nowhere.
func TestReplace(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	old, other, young := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 1}, delivery.Conn{Reactor: 1, Serial: 2}
	if got := r.attach(old, "a", "x", true); got.Serial != 0 {
		t.Errorf("replaced %v", got)
	}
	if got := r.attach(other, "a", "y", true); got.Serial != 0 {
		t.Errorf("another device replaced %v", got)
	}
	if got := r.attach(delivery.Conn{Reactor: 1, Serial: 7}, "b", "x", true); got.Serial != 0 {
		t.Errorf("another user's replaced %v", got)
	}
	if got := r.attach(young, "a", "x", true); got != old {
		t.Errorf("replaced %v", got)
	}
	if err := r.Join(old, "a"); err != nil { // a sync that was on its way
		t.Fatal(err)
	}
	r.Detach(old, "a", nil)
	r.sync()
	r.take(0)
	r.take(1)
	r.send1(single("c", "a", "1"))
	r.sync()
	if got := userRuns(r.take(0)); got != nil {
		t.Errorf("the old one's reactor: %v", got)
	}
	if got := userRuns(r.take(1)); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the new one's reactor: %v", got)
	}
}

// Join says again where in the log a live connection stands; its rooms it has.
func TestJoinAgain(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "a")
	c := delivery.Conn{Reactor: 0, Serial: 1}
	r.attach(c, "a", "d", false)
	if posts := r.take(0); len(posts) != 0 {
		t.Errorf("%+v", posts)
	}
	for round := range 3 {
		id := r.send1(toGroup("a", "g", fmt.Sprint(round))).ID
		r.take(0)
		if err := r.Join(c, "a"); err != nil {
			t.Fatal(err)
		}
		r.sync()
		posts := r.take(0)
		if len(posts) != 1 || posts[0].Kind != delivery.Join || posts[0].Serial != 1 || posts[0].Point != id {
			t.Errorf("round %d: %+v", round, posts)
		}
		if rooms := posts[0].Rooms; round == 0 && (len(rooms) != 1 || rooms[0].From != 1) || round > 0 && rooms != nil {
			t.Errorf("round %d: rooms %v", round, rooms)
		}
	}
	if err := r.Join(delivery.Conn{Serial: 99}, "nobody"); err != nil {
		t.Fatal(err)
	}
}
