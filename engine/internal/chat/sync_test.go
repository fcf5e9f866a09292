package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec/wire"
)

// synced asks for a sync and returns the chats before its end, and the end.
func (c *conn) sync(fields string) (chats []object, convs map[string]any) {
	c.t.Helper()
	c.say(`{"type":"sync","cid":"y"` + fields + `}`)
	chats, last := c.until("synced")
	if last["cid"] != "y" {
		c.t.Errorf("%v", last)
	}
	convs, _ = last["convs"].(map[string]any)
	return chats, convs
}

func TestSyncCursors(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	s.group("left", "a", "b")
	s.group("others", "a", "x")
	for _, g := range []string{"left", "others", "g", "g"} {
		s.write("a", wire.Request{GroupID: g})
	}
	if err := s.RemoveMember(context.Background(), "b", "left", "b"); err != nil {
		t.Fatal(err)
	}
	s.talk("a", "b", 9)
	s.talk("b", "c", 1)
	b := s.track("b")
	for _, tc := range []struct {
		fields string
		want   []uint64 // in the order of the conversations' numbers
		synced string
	}{
		{``, []uint64{1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, `g:3 ab:9 bc:1`},
		{`,"cursors":{"single_a:b":7,"group_g":3}`, []uint64{8, 9, 1}, `g:3 ab:9 bc:1`},
		{`,"cursors":{"single_a:b":99,"group_g":99,"single_b:c":1}`, nil, `g:3 ab:9 bc:1`},
		{`,"cursors":{"single_a:b":6},"limit":2`, []uint64{1, 2, 7, 8, 1}, `g:2+ ab:8+ bc:1`},
		{`,"limit":1`, []uint64{1, 1, 1}, `g:1+ ab:1+ bc:1`},
	} {
		chats, convs := b.sync(tc.fields)
		if got := seqsOf(chats); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.fields, got, tc.want)
		}
		var ends string
		for id, short := range map[string]string{"group_g": "g", "single_a:b": "ab", "single_b:c": "bc"} {
			end, ok := convs[id].(map[string]any)
			if !ok {
				t.Errorf("%s: %s isn't synced: %v", tc.fields, id, convs)
				continue
			}
			ends = fmt.Sprint(short, ":", end["seq"])
			if end["has_more"].(bool) {
				ends += "+"
			}
			if !slices.Contains(fields(tc.synced), ends) {
				t.Errorf("%s: %s, want %s", tc.fields, ends, tc.synced)
			}
		}
		if len(convs) != 3 {
			t.Errorf("%s: %v", tc.fields, convs)
		}
	}
}

func fields(text string) (words []string) {
	var word string
	for _, r := range text + " " {
		if r == ' ' {
			words, word = append(words, word), ""
			continue
		}
		word += string(r)
	}
	return words
}

// A sync says which of the conversations that a client names aren't its user's, any
// more or ever.
func TestSyncGone(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	s.group("left", "a", "b")
	s.group("others", "a", "x")
	if err := s.RemoveMember(context.Background(), "a", "left", "b"); err != nil {
		t.Fatal(err)
	}
	s.talk("a", "x", 1)
	b := s.track("b")
	gone := []string{"group_left", "group_others", "group_none", "single_a:x", "single_a:b", "service_1"}
	chats, convs := b.sync(`,"cursors":{"group_g":1,"` + strings.Join(gone, `":0,"`) + `":0}`)
	if len(chats) != 0 || len(convs) != len(gone)+1 {
		t.Errorf("%v, %v", chats, convs)
	}
	for _, id := range gone {
		object(convs[id].(map[string]any)).has(t, object{"gone": true, "seq": 0, "has_more": false})
	}
	object(convs["group_g"].(map[string]any)).has(t, object{"gone": nil, "seq": 1})
	s.write("a", wire.Request{GroupID: "left"})
	s.settle()
	b.quiet()
}

// Nothing of before a member's time is synced, whatever the client says it has.
func TestSyncFromJoin(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	say := func() { s.write("a", wire.Request{GroupID: "g"}) }
	say()
	say()
	ctx := context.Background()
	for round := range uint64(2) { // each has four entries: joined, a message, kicked, a message

		if _, err := s.AddMembers(ctx, "a", "g", []string{"c"}); err != nil {
			t.Fatal(err)
		}
		say()
		c := s.connect(0, "c", fmt.Sprint(round), true)
		chats, _ := c.sync(`,"cursors":{"group_g":0}`)
		if got, want := seqsOf(chats), span(4+4*round, 5+4*round); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if err := s.RemoveMember(ctx, "a", "g", "c"); err != nil {
			t.Fatal(err)
		}
		say()
	}
}

// As long as there is more to sync, what comes is left out; the last sync and
// what comes after it join without a gap.
func TestSyncBehind(t *testing.T) {
	for _, where := range []wire.Request{{To: "b"}, {GroupID: "g"}} {
		s := open(t, nil)
		say := func(n int) {
			for range n {
				s.write("a", where)
			}
		}
		id, last := "single_a:b", uint64(9)
		if where.GroupID != "" {
			id, last = "group_g", 10
			s.group("g", "a", "b")
		}
		say(5)
		b := s.track("b")
		chats, convs := b.sync(`,"limit":2`)
		say(2)
		s.talk("c", "b", 1)
		b.expect(object{"type": "chat", "from": "c"})
		for convs[id].(map[string]any)["has_more"].(bool) {
			var more []object
			more, convs = b.sync(fmt.Sprintf(`,"cursors":{%q:%d,"single_b:c":1},"limit":2`, id, chats[len(chats)-1].seq()))
			chats = append(chats, more...)
		}
		say(2)
		for range 2 {
			chats = append(chats, b.expect(object{"type": "chat", "conv_id": id}))
		}
		if got := seqsOf(chats); !slices.Equal(got, span(1, last)) {
			t.Errorf("%s: %v", id, got)
		}
	}
}

// Who got the rest elsewhere, or starts anew in a group, isn't behind for ever.
func TestSyncNotBehindAnyMore(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	for range 3 {
		s.write("a", wire.Request{GroupID: "g"})
	}
	s.talk("a", "b", 3)
	b := s.track("b")
	b.sync(`,"limit":1`)
	b.say(`{"type":"ack","conv_id":"single_a:b","seq":3}`) // it has read the history
	if err := s.RemoveMember(context.Background(), "a", "g", "b"); err != nil {
		t.Fatal(err)
	}
	// It isn't told of what it is behind with: the next sync shows where it stands.
	if _, err := s.AddMembers(context.Background(), "a", "g", []string{"b"}); err != nil {
		t.Fatal(err)
	}
	if chats, _ := b.sync(``); len(chats) != 1 || chats[0]["event"] != "joined" {
		t.Errorf("%v", chats)
	}
	s.talk("a", "b", 1)
	b.expect(object{"type": "chat", "seq": 4, "to": "b"})
	s.write("a", wire.Request{GroupID: "g"})
	b.expect(object{"type": "chat", "seq": 7, "group_id": "g"})
}

// A simple client may sync as well. What it is behind with isn't taken for
// delivered.
func TestSyncOfSimpleClient(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	b := s.simple("b")
	b.until("group")
	s.settle()
	for range 3 {
		s.write("a", wire.Request{GroupID: "g"})
	}
	for _, seq := range span(2, 4) {
		b.expect(object{"type": "chat", "seq": seq})
	}
	b.sync(`,"cursors":{"group_g":0},"limit":1`)
	s.write("a", wire.Request{GroupID: "g"})
	s.settle()
	b.quiet()
	b.tick()
	b.hangUp()
	b = s.simple("b")
	got := b.next()
	if got.seq() > 5 {
		t.Errorf("%v", got)
	}
	for got.seq() < 5 {
		got = b.expect(object{"type": "chat"})
	}
}

// One at a time.
func TestSyncTwice(t *testing.T) {
	s := open(t, nil)
	release := s.hold()
	b := s.track("b")
	b.say(`{"type":"sync","cid":"1"}`)
	b.ask(`{"type":"sync","cid":"2"}`, object{"type": "error", "cid": "2", "reason": "busy"})
	release()
	b.expect(object{"type": "synced", "cid": "1"})
	b.ask(`{"type":"sync","cid":"3"}`, object{"type": "synced", "cid": "3"})
}

// Nothing is pushed to a tracked client before it asks.
func TestSyncComesFirst(t *testing.T) {
	s := open(t, nil)
	b := s.track("b")
	s.talk("a", "b", 3)
	s.settle()
	b.quiet()
	if chats, _ := b.sync(``); !slices.Equal(seqsOf(chats), span(1, 3)) {
		t.Errorf("%v", chats)
	}
	own := s.connect(0, "b", "other", false)
	s.talk("b", "a", 1)
	b.expect(object{"type": "chat", "seq": 4, "from": "b"}) // from another device
	own.until("chat")
}
