package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec"
	"gannet/codec/wire"
)

// one is what a user is told of another.
func (s *site) one(by, user string) Presence {
	s.t.Helper()
	list, err := s.Presence(s.t.Context(), by, []string{user})
	s.must(err)
	if len(list) != 1 || list[0].User != user {
		s.t.Fatalf("%+v", list)
	}
	return list[0]
}

// Users see who is online and when the others were last; devices only their own.
func TestPresence(t *testing.T) {
	s := open(t, nil)
	b, desk := s.simple("b"), s.connect(1, "b", "desk", true)
	s.settle()
	for by, devices := range map[string][]string{"": {"d", "desk"}, "b": {"d", "desk"}, "a": nil} {
		p := s.one(by, "b")
		slices.Sort(p.Devices)
		if !p.Online || p.LastSeen != 0 || !slices.Equal(p.Devices, devices) {
			t.Errorf("by %q: %+v", by, p)
		}
	}
	desk.hangUp()
	if p := s.one("a", "b"); !p.Online {
		t.Errorf("one device is left: %+v", p)
	}
	b.hangUp()
	s.joined() // its end is on disk
	if p := s.one("a", "b"); p.Online || p.LastSeen == 0 || p.Devices != nil {
		t.Errorf("gone: %+v", p)
	}
	if p := s.one("a", "nobody"); p.Online || p.LastSeen != 0 {
		t.Errorf("never seen: %+v", p)
	}
	a := s.simple("a")
	got := a.ask(`{"type":"presence","cid":"p","users":["a","b","nobody","b"]}`, object{
		"type": "presence", "cid": "p", "users": object{"a": "online", "b": "offline", "nobody": "offline"},
	})
	if seen := got["last_seen"].(map[string]any); len(seen) != 1 || seen["b"].(float64) == 0 {
		t.Errorf("%v", got["raw"])
	}
}

// Who blocks somebody is offline and was never seen, to them alone.
func TestPresenceOfBlocking(t *testing.T) {
	s := open(t, nil)
	b, a := s.simple("b"), s.simple("a")
	s.must(s.Block(t.Context(), "b", "a"))
	for by, online := range map[string]bool{"a": false, "c": true, "": true, "b": true} {
		if p := s.one(by, "b"); p.Online != online {
			t.Errorf("by %q: %+v", by, p)
		}
	}
	if p := s.one("b", "a"); !p.Online {
		t.Errorf("who was blocked: %+v", p)
	}
	b.hangUp()
	s.joined() // its end is on disk
	if p := s.one("a", "b"); p.Online || p.LastSeen != 0 {
		t.Errorf("when gone: %+v", p)
	}
	a.ask(`{"type":"presence","users":["b"]}`, object{"type": "presence", "users": object{"b": "offline"}, "last_seen": nil})
	s.must(s.Unblock(t.Context(), "b", "a"))
	if p := s.one("a", "b"); p.LastSeen == 0 {
		t.Errorf("not blocked any more: %+v", p)
	}
}

// Everybody who is online is in the list once, in pages of whatever length.
func TestOnline(t *testing.T) {
	s := open(t, nil)
	const n = 60
	for i := range n {
		s.connect(i%2, fmt.Sprint("u", i), "d", i%3 == 0)
	}
	s.connect(0, "u0", "other", true)
	s.simple("gone").hangUp()
	s.joined()
	for _, limit := range []int{1, 7, n, 2 * n} {
		seen := map[string]int{}
		for cursor, first := "", true; first || cursor != ""; first = false {
			users, next, err := s.Online(t.Context(), cursor, limit)
			s.must(err)
			if len(users) > limit {
				t.Fatalf("%d in a page of %d", len(users), limit)
			}
			for _, u := range users {
				seen[u]++
			}
			cursor = next
		}
		for user, times := range seen {
			if times != 1 {
				t.Errorf("%s is in the list %d times", user, times)
			}
		}
		if len(seen) != n {
			t.Errorf("pages of %d: %d users", limit, len(seen))
		}
	}
	for _, cursor := range []string{"?", "-1:", "x:y"} {
		_, _, err := s.Online(t.Context(), cursor, 9)
		s.refused(cursor, err, "bad_request")
	}
}

func TestFigures(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	m := s.write("a", wire.Request{To: "b"})
	s.simple("a")
	s.track("a")
	s.simple("b")
	s.joined()
	f, err := s.Figures(t.Context())
	if want := (Figures{Connections: 3, Users: 2, Conversations: 2, LastID: m.ID}); err != nil || f != want {
		t.Errorf("%+v, want %+v; %v", f, want, err)
	}
}

// An operator closes a user's connections, all or those of a device.
func TestKick(t *testing.T) {
	s := open(t, nil)
	one, two, other := s.simple("a"), s.track("a"), s.simple("b")
	s.joined()
	for i, tc := range []struct {
		user, device string
		want         int
	}{{"a", "none", 0}, {"nobody", "", 0}, {"a", "t", 1}, {"a", "", 1}} {
		n, err := s.Kick(t.Context(), tc.user, tc.device)
		if err != nil || n != tc.want {
			t.Errorf("%+v: %d, %v", tc, n, err)
		}
		if i == 2 {
			s.ended(two, codec.CloseKicked)
			one.ask(`{"type":"ping"}`, object{"type": "pong"})
		}
	}
	s.ended(one, codec.CloseKicked)
	other.ask(`{"type":"ping"}`, object{"type": "pong"})
}

// ended expects that a connection was closed with a code.
func (s *site) ended(c *conn, want uint16) {
	s.t.Helper()
	s.settle()
	select {
	case code := <-c.ended:
		if code != want {
			s.t.Errorf("closed with %d, want %d", code, want)
		}
	default:
		s.t.Error("still open")
	}
}
