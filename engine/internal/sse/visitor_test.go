package sse

import (
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// A visitor's stream gets those posts to its user that are for visitors, too, and
// all that is for the rooms that it is in.
func TestVisitorPosts(t *testing.T) {
	l := newTestLoop(t)
	own, _ := l.join("u")
	v, _ := l.connect("u")
	join := joinPost(v, 1, delivery.Room{Conv: 7})
	join.Visitor = true
	l.post(1, join)
	l.expect(v, " #1")

	both := toUser("u", textRun(6, 1, 1))
	both.Visitor = true
	l.post(10,
		toUser("u", textRun(5, 1, 1)), both,
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("own")},
		delivery.Post{Kind: delivery.NotifyUser, User: "u", Frame: textFrame("both"), Visitor: true},
		delivery.Post{Kind: delivery.Enter, User: "u", Room: 8},
		delivery.Post{Kind: delivery.Enter, User: "u", Room: 9, Visitor: true},
		toRoom(textRun(7, 1, 1)), toRoom(textRun(8, 1, 1)), toRoom(textRun(9, 1, 1)),
		delivery.Post{Kind: delivery.NotifyRoom, Room: 8, Frame: textFrame("in 8")},
		delivery.Post{Kind: delivery.NotifyRoom, Room: 9, Frame: textFrame("in 9")})
	l.expect(own, "5/1", "6/1", "own", "both", "8/1", "9/1", "in 8", "in 9 #10")
	l.expect(v, "6/1", "both", "7/1", "9/1", "in 9 #10")

	l.post(11,
		delivery.Post{Kind: delivery.Leave, User: "u", Room: 8},
		delivery.Post{Kind: delivery.Leave, User: "u", Room: 9},
		toRoom(textRun(9, 2, 1)))
	l.expect(own)
	l.expect(v)
}

// What comes while a visitor listens is of service sessions alone.
func TestVisitorLive(t *testing.T) {
	s := newRules(t)
	if err := s.seq.Do(func(tx *sequencer.Tx) error {
		_, err := tx.CreateService("s")
		for _, user := range []string{"v", "x"} {
			if err == nil {
				err = tx.AddTo("service_s", user, 0)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateGroup(t.Context(), "x", chat.NewGroup{ID: "g", Name: "g", Members: []string{"v"}}); err != nil {
		t.Fatal(err)
	}
	s.send("x", wire.Request{To: "v", Content: []byte("0")})
	for _, c := range []struct {
		role string
		want []string
	}{
		{chat.RoleVisitor, []string{"service_s"}},
		{"", []string{"single_v:x", "group_g", "service_s"}},
	} {
		stream := s.stream("v", "d&role="+c.role, "")
		for b := stream.next(); b.lines > 0; b = stream.next() {
			if m := messageOf(t, b); c.role != "" && m.ConvID != "service_s" {
				t.Errorf("%s: the backlog has %v", c.role, b)
			}
		}
		s.send("x", wire.Request{To: "v", Content: []byte("1")})
		s.send("x", wire.Request{GroupID: "g", Content: []byte("2")})
		s.send("x", wire.Request{ConvID: "service_s", Content: []byte("3")})
		for _, convID := range c.want {
			if b := stream.next(); messageOf(t, b).ConvID != convID {
				t.Errorf("role %q: got %v, want a message of %s", c.role, b, convID)
			}
		}
	}
}
