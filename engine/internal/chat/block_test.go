package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
)

// What a blocked user sends is refused, with a conversation or without one, until
// the block is taken back; the other direction works.
func TestBlock(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.talk("a", "known", 1)
	for _, other := range []string{"known", "unknown"} {
		send := func(from, to, want string) {
			t.Helper()
			_, err := s.Send(ctx, from, &wire.Request{To: to, Content: []byte("1")})
			s.refused(from+" to "+to, err, want)
		}
		for range 2 {
			s.must(s.Block(ctx, "a", other))
			send(other, "a", "blocked")
		}
		if other == "unknown" && s.line(other, wire.SingleID("a", other)) != nil {
			t.Error("a refused message made a conversation")
		}
		send("a", other, "")
		send(other, "a", "blocked")
		c := s.simple(other)
		s.forget(c)
		c.ask(`{"type":"send","cid":"s","to":"a","content":1}`, object{"type": "error", "cid": "s", "reason": "blocked", "code": 403})
		s.must(s.Unblock(ctx, "a", other))
		s.must(s.Unblock(ctx, "a", other))
		send(other, "a", "")
	}
}

func TestBlocks(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.refused("oneself", s.Block(ctx, "a", "a"), "bad_request")
	for _, user := range []string{"", "a b", "x\x00y"} {
		s.refused("no user", s.Block(ctx, "a", user), "bad_request")
	}
	for i := range 5 {
		s.must(s.Block(ctx, "a", fmt.Sprint("u", i)))
	}
	s.must(s.Block(ctx, "b", "a"))
	s.must(s.Unblock(ctx, "a", "u2"))
	var got []string
	for after := ""; ; {
		page, err := s.Blocks(ctx, "a", after, 2)
		s.must(err)
		for _, b := range page {
			if b.At == 0 {
				t.Errorf("%+v", b)
			}
			got, after = append(got, b.User), b.User
		}
		if len(page) < 2 {
			break
		}
	}
	if want := []string{"u0", "u1", "u3", "u4"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
