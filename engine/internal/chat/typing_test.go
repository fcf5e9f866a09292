package chat

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// Typing is told to the other, or the others of a group, once a second, and isn't
// stored.
func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		s.group("g", "a", "b", "c")
		a, desk, b, c, x := s.simple("a"), s.connect(1, "a", "desk", false), s.simple("b"), s.simple("c"), s.simple("x")
		s.forget(a, desk, b, c, x)
		for range 3 {
			a.say(`{"type":"typing","to":"b"}`, `{"type":"typing","conv_id":"single_a:b"}`, `{"type":"typing","group_id":"g"}`)
		}
		b.expect(object{"type": "typing", "conv_id": "single_a:b", "from": "a"})
		for _, told := range []*conn{desk, b, c} {
			told.expect(object{"type": "typing", "conv_id": "group_g", "from": "a"})
		}
		s.silent(a, desk, b, c, x)
		time.Sleep(typingEvery)
		a.say(`{"type":"typing","to":"b"}`, `{"type":"typing","to":"b"}`)
		b.expect(object{"type": "typing"})
		s.silent(a, desk, b, c, x)
		if _, ok, _ := s.db.Conversation("single_a:b"); ok {
			t.Error("made a conversation")
		}
		for i := range 3 * maxTyping {
			a.say(fmt.Sprintf(`{"type":"typing","to":"y%d"}`, i))
		}
		a.on(func() {
			if n := len(a.session.typed); n > maxTyping {
				t.Errorf("remembers %d", n)
			}
		})
	})
}

func TestTypingRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		ctx := t.Context()
		s.group("g", "a", "b")
		s.must(s.Block(ctx, "b", "a"))
		_, err := s.SetMember(ctx, "a", "g", "b", patchOf(RoleOwner, time.Now().Add(time.Hour).UnixMilli()))
		s.must(err)
		a, b := s.simple("a"), s.simple("b")
		s.forget(a, b)
		for _, tc := range []struct {
			c            *conn
			what, reason string
		}{
			{a, `"to":"b"`, "blocked"}, {a, `"to":"a"`, "bad_request"}, {b, `"group_id":"g"`, "muted"},
			{a, `"group_id":"none"`, "not_member"}, {a, `"conv_id":"single_x:y"`, "not_found"}, {a, `"conv_id":"service_1"`, "not_found"},
		} {
			tc.c.ask(`{"type":"typing","cid":"t",`+tc.what+`}`, object{"type": "error", "cid": "t", "reason": tc.reason})
		}
		s.write("b", wire.Request{To: "a"}) // there is a conversation now
		s.forget(a, b)
		time.Sleep(typingEvery)
		a.ask(`{"type":"typing","to":"b"}`, object{"type": "error", "reason": "blocked"})
		b.say(`{"type":"typing","to":"a"}`)
		a.expect(object{"type": "typing", "from": "b"})
		s.silent(a, b)
	})
}
