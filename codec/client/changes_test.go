package client

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// What each request asks of the server.
func TestRequests(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		ctx := t.Context()
		err := errors.Join(
			c.Read(ctx, "single_1:2", 4), c.ReadMessages(ctx, 5, 6), c.Recall(ctx, 7),
			c.Edit(ctx, 8, Text("new"), "markdown"), c.React(ctx, 9, "👍"), c.Unreact(ctx, 9, "👍"),
			c.Typing(Target{GroupID: "7"}),
		)
		_, sendErr := c.Send(ctx, Message{
			To: "2", Content: Text("x"), Mentions: []string{"2", "3"}, ReplyTo: 5, TTL: 1500 * time.Millisecond,
		})
		_, allErr := c.Send(ctx, Message{GroupID: "7", Content: Text("x"), MentionAll: true})
		if err := errors.Join(err, sendErr, allErr); err != nil {
			t.Fatal(err)
		}
		want := []wire.Request{
			{Verb: wire.VerbRead, ConvID: "single_1:2", Seq: 4},
			{Verb: wire.VerbRead, IDs: []uint64{5, 6}},
			{Verb: wire.VerbRecall, ID: 7},
			{Verb: wire.VerbEdit, ID: 8, Content: Text("new"), ContentType: "markdown"},
			{Verb: wire.VerbReact, ID: 9, Emoji: "👍"},
			{Verb: wire.VerbReact, ID: 9, Emoji: "👍", Remove: true},
			{Verb: wire.VerbTyping, GroupID: "7"},
			{Verb: wire.VerbSend, To: "2", Content: Text("x"), Mentions: []string{"2", "3"}, ReplyTo: 5, TTL: 2},
			{Verb: wire.VerbSend, GroupID: "7", Content: Text("x"), MentionAll: true},
		}
		for i, r := range s.seen {
			if (r.CID == "") != (r.Verb == wire.VerbTyping) {
				t.Errorf("%s has the cid %q", r.Verb, r.CID)
			}
			r.CID = ""
			got, want := wire.AppendRequest(nil, &r), wire.AppendRequest(nil, &want[i])
			if !bytes.Equal(got, want) {
				t.Errorf("got %s,\nwant %s", got, want)
			}
		}
		if len(s.seen) != len(want) {
			t.Errorf("%d requests, want %d", len(s.seen), len(want))
		}
	})
}

// What makes no sense doesn't leave the client, and a refusal is told.
func TestBadRequests(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		ctx := t.Context()
		_, presence := c.Presence(ctx)
		for i, err := range []error{
			c.Read(ctx, "", 4), c.ReadMessages(ctx), c.Recall(ctx, 0), c.Edit(ctx, 8, nil, ""),
			c.React(ctx, 9, ""), c.Typing(Target{}), presence,
		} {
			if err == nil {
				t.Errorf("request %d was sent", i)
			}
		}
		if len(s.seen) > 0 {
			t.Errorf("the server saw %+v", s.seen)
		}
		s.request = func(c *fakeConn, r *wire.Request) bool {
			c.send(wire.AppendError(nil, r.CID, wire.NewError(wire.ReasonRecallExpired, "too late")))
			return false
		}
		if refusal, ok := errors.AsType[*wire.Error](c.Recall(ctx, 7)); !ok || refusal.Reason != wire.ReasonRecallExpired {
			t.Errorf("%v", refusal)
		}
	})
}

// Who is watched stays watched on the next connection, which tells how it is by then.
func TestPresenceAndWatch(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var heard []string
		cfg.OnEvent = func(e Event) {
			if e.Kind == PresenceChanged {
				heard = append(heard, fmt.Sprint(e.Presence.Online))
			}
		}
		c := dial(t, cfg)
		ctx := t.Context()
		p, err := c.Presence(ctx, "3", "4")
		if err != nil || !p.Online["3"] || p.Online["4"] || p.LastSeen["4"] != 7 {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := c.Watch(ctx, "2", "3", "4"); err != nil {
			t.Fatal(err)
		}
		if err := c.Unwatch(ctx, "2"); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if err := c.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !slices.Equal(heard, []string{"map[3:true 4:false]"}) {
			t.Errorf("heard %q", heard)
		}
		if err := c.Unwatch(ctx); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if err := c.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		if n := len(s.requests(wire.VerbPresence)); n != 5 {
			t.Errorf("%d requests, want 5: none after the last Unwatch", n)
		}
	})
}

func TestConversations(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		s.Post("2", "group_7", "x")
		s.convs["group_8"] = nil
		page, err := c.Conversations(t.Context(), ConversationsQuery{Limit: 3, Cursor: "here"})
		if err != nil || len(page.List) != 2 || page.Next != "more" {
			t.Fatalf("%+v %v", page, err)
		}
		line := page.List[0]
		if line.Kind != "group" || line.GroupID != "7" || line.Name != "seven" || line.LastSeq != 1 {
			t.Errorf("%+v", line)
		}
		if m := line.LastMessage; m == nil || m.Seq != 1 || string(m.Content) != `"x"` || page.List[1].LastMessage != nil {
			t.Errorf("%+v", page.List)
		}
		asked := s.requests(wire.VerbConversations)
		if len(asked) != 1 || asked[0].Limit != 3 || asked[0].After != "here" {
			t.Errorf("asked %+v", asked)
		}
	})
}
