package client

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// recallEvent says that the message with the given seq was recalled.
func recallEvent(conv string, ref uint64) wire.Event {
	return wire.Event{Word: wire.EventRecall, Extra: wire.Extra(nil).ID("id", 99), ConvID: conv, From: "2", Ref: ref, Time: 5}
}

func joinedEvent(users ...string) wire.Event {
	extra := wire.Extra(nil).Text("event", wire.GroupJoined).Texts("user_ids", users)
	return wire.Event{Word: wire.EventGroup, Extra: extra, ConvID: "group_7", GroupID: "7", From: "2", Time: 5}
}

// diary notes what an application hears, in order.
type diary struct{ lines []string }

func (d *diary) event(e Event) {
	switch e.Kind {
	case GroupChanged:
		d.lines = append(d.lines, fmt.Sprint(e.Group.Seq, " ", e.Group.Event, e.Group.Users))
	case MessageRecalled:
		d.lines = append(d.lines, fmt.Sprint(e.Recall.EventSeq, " recalled ", e.Recall.Seq))
	case MessageEdited:
		d.lines = append(d.lines, fmt.Sprint(e.Edit.EventSeq, " edited ", e.Edit.Seq))
	case ReactionChanged:
		d.lines = append(d.lines, fmt.Sprint(e.Reaction.EventSeq, " ", e.Reaction.Emoji, e.Reaction.Remove))
	case ConversationGone:
		d.lines = append(d.lines, "gone "+e.ConvID)
	}
}

// receive receives n messages and notes them too.
func (d *diary) receive(t *testing.T, c *Client, n int) {
	t.Helper()
	for range n {
		m, err := c.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d.lines = append(d.lines, fmt.Sprint(m.Seq, " message"))
	}
}

// finish lets Receive come to the events behind the last message.
func (d *diary) finish(t *testing.T, c *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if m, err := c.Receive(ctx); err == nil {
		t.Fatalf("a message too many: %+v", m)
	}
}

func (d *diary) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(d.lines, want) {
		t.Errorf("heard %q,\nwant  %q", d.lines, want)
	}
}

// Events of the log come between the messages where they belong, and are
// acknowledged with them.
func TestEventsComeInOrder(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var d diary
		cfg.OnEvent, cfg.Tracked = d.event, true
		c := dial(t, cfg)
		s.PostEvent(joinedEvent("3", "4"))
		s.Post("2", "group_7", "x")
		s.PostEvent(wire.Event{
			Word: wire.EventEdit, Extra: wire.Extra(nil).ID("id", 2), ConvID: "group_7", From: "2",
			Content: []byte(`"y"`), Ref: 2, Time: 5,
		})
		s.PostEvent(wire.Event{
			Word: wire.EventReaction, ConvID: "group_7", From: "3", Ref: 2, Time: 5,
			Extra: wire.Extra(nil).ID("id", 2).Text("emoji", "👍").Text("op", wire.ReactionRemove),
		})
		s.Post("2", "group_7", "z")
		s.PostEvent(recallEvent("group_7", 2))
		synctest.Wait()
		d.receive(t, c, 1)
		time.Sleep(time.Second)
		if got := s.acked("group_7"); got != 2 {
			t.Errorf("acknowledged up to %d, received up to 2", got)
		}
		d.receive(t, c, 1)
		d.finish(t, c)
		time.Sleep(time.Second)
		synctest.Wait()
		d.expect(t, "1 joined[3 4]", "2 message", "3 edited 2", "4 👍true", "5 message", "6 recalled 2")
		if got := s.acked("group_7"); got != 6 || c.Cursors()["group_7"] != 6 {
			t.Errorf("acknowledged up to %d, the cursor is %d", got, c.Cursors()["group_7"])
		}
	})
}

// An event that is missed is a gap like any other, and one that comes again is
// dropped.
func TestMissedEventIsFetched(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var d diary
		cfg.OnEvent = d.event
		s.push = func(_ *fakeConn, m *wire.Chat) bool { return m.Seq != 2 }
		c := dial(t, cfg)
		s.Post("2", "group_7", "x")
		s.PostEvent(joinedEvent("3"))
		s.Post("2", "group_7", "y")
		d.receive(t, c, 2)
		for _, m := range s.stored("group_7") {
			s.publish(&m, nil)
		}
		d.finish(t, c)
		d.expect(t, "1 message", "2 joined[3]", "3 message")
	})
}

// A client goes on behind the events that it has had.
func TestReconnectBehindEvents(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var d diary
		cfg.OnEvent, cfg.Tracked = d.event, true
		c := dial(t, cfg)
		s.Post("2", "single_1:2", "x")
		s.PostEvent(recallEvent("single_1:2", 1))
		d.receive(t, c, 1)
		d.finish(t, c)
		s.Close()
		synctest.Wait()
		s.PostEvent(recallEvent("single_1:2", 1))
		s.Post("2", "single_1:2", "y")
		d.receive(t, c, 1)
		d.expect(t, "1 message", "2 recalled 1", "3 recalled 1", "4 message")
	})
}

// A conversation that is gone is told of behind what had come of it, its cursor
// is forgotten, and it may begin anew.
func TestConversationGone(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var d diary
		cfg.OnEvent, cfg.Tracked = d.event, true
		s.push = func(_ *fakeConn, m *wire.Chat) bool { return m.Seq != 2 }
		c := dial(t, cfg)
		s.Post("2", "group_7", "x")
		synctest.Wait()
		s.gone["group_7"] = true
		s.Post("2", "group_7", "y")
		s.Post("2", "group_7", "held behind the gap")
		d.receive(t, c, 2)
		d.finish(t, c)
		time.Sleep(time.Second)
		if seq, ok := c.Cursors()["group_7"]; ok {
			t.Errorf("the cursor is still there, at %d", seq)
		}
		set(s, &s.gone, map[string]bool{})
		s.PostEvent(joinedEvent("1"))
		d.finish(t, c)
		d.expect(t, "1 message", "3 message", "gone group_7", "4 joined[1]")
		if c.Cursors()["group_7"] != 4 {
			t.Error(c.Cursors())
		}
	})
}

// What a chat tells besides its content.
func TestChatState(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		push := func(m wire.Chat) *Chat {
			m.ConvID, m.From, m.Content = "single_1:2", "2", []byte(`"x"`)
			s.each(func(c *fakeConn) { c.send(wire.AppendChat(nil, &m)) })
			got, err := c.Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		extra := wire.Extra(nil).Texts("mentions", []string{"1", "3"}).ID("reply_to", 1<<62).Uint("reply_seq", 4)
		m := push(wire.Chat{ID: 1, Seq: 1, Expires: 9, Edited: true, Extra: extra})
		if !m.Edited || m.Recalled || m.Expired || m.Expires != 9 || m.ReplyTo != 1<<62 || m.ReplySeq != 4 ||
			!slices.Equal(m.Mentions, []string{"1", "3"}) || m.MentionAll {
			t.Errorf("%+v", m)
		}
		m = push(wire.Chat{ID: 2, Seq: 2, Recalled: true, Expired: true, Extra: wire.Extra(nil).Text("mentions", "all")})
		if m.Edited || !m.Recalled || !m.Expired || !m.MentionAll || m.Mentions != nil || m.ReplyTo != 0 {
			t.Errorf("%+v", m)
		}
	})
}

// Notices beside the log come at once, with nobody receiving.
func TestNotices(t *testing.T) {
	for payload, want := range map[string]Event{
		string(wire.AppendGroupNotice(nil, wire.GroupRequested, "7", "3", "1", 5)): {
			Kind: GroupChanged, Group: &GroupEvent{Event: "requested", GroupID: "7", Users: []string{"3"}, By: "1", Time: 5},
		},
		string(wire.AppendRead(nil, "single_1:2", "2", 42, []uint64{7, 1 << 60}, 5)): {
			Kind: MessagesRead, Read: &Read{ConvID: "single_1:2", User: "2", Seq: 42, IDs: []uint64{7, 1 << 60}, Time: 5},
		},
		string(wire.AppendTyping(nil, "group_7", "2")): {Kind: UserTyping, Typing: &Typing{"group_7", "2"}},
		string(wire.AppendPresence(nil, "", []wire.UserState{{User: "2", Online: true}, {User: "3", LastSeen: 8}})): {
			Kind: PresenceChanged, Presence: &Presence{map[string]bool{"2": true, "3": false}, map[string]int64{"3": 8}},
		},
		string(wire.AppendConversationChanged(nil, "group_7", wire.ConversationSettings{Pinned: true, Muted: true, Hidden: true, ClearedSeq: 3})): {
			Kind: ConversationChanged, Settings: &Settings{"group_7", true, true, true, 3},
		},
		string(wire.AppendQueue(nil, "service_s", "s", 2, 75)): {
			Kind: QueueChanged, Queue: &Queue{"service_s", "s", 2, 75 * time.Second},
		},
		string(wire.AppendAgent(nil, "1", wire.AgentBusy, true, 3, 5)): {
			Kind: AgentChanged, Agent: &Agent{"1", "busy", true, 3, 5},
		},
		string(wire.AppendDesk(nil, wire.DeskAssigned, wire.Extra(nil).Text("session_id", "s").Text("conv_id", "service_s").Text("agent_id", "4"))): {
			Kind: DeskChanged, Desk: &Desk{Event: "assigned", SessionID: "s", ConvID: "service_s", Agent: "4"},
		},
	} {
		run(t, func(t *testing.T, s *FakeServer, cfg Config) {
			var got Event
			cfg.OnEvent = func(e Event) { got = e }
			dial(t, cfg)
			s.each(func(c *fakeConn) {
				c.send([]byte(payload))
				c.send([]byte(`{"type":"of a later version","id":"x"}`))
			})
			synctest.Wait()
			if want.Group != nil {
				want.Group.Raw = []byte(payload)
			}
			if want.Desk != nil {
				want.Desk.Raw = []byte(payload)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: heard %+v", payload, got)
			}
		})
	}
}

// A page of history holds events too, apart from the messages.
func TestHistoryWithEvents(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		s.Post("2", "group_7", "x")
		s.PostEvent(joinedEvent("3"))
		s.Post("2", "group_7", "y")
		page, err := c.History(t.Context(), HistoryQuery{GroupID: "7"})
		if err != nil || len(page.Messages) != 2 || len(page.Events) != 1 || page.Messages[1].Seq != 3 {
			t.Fatalf("%+v %v", page, err)
		}
		if e := page.Events[0].Group; e == nil || e.Seq != 2 || !strings.Contains(string(e.Raw), "joined") {
			t.Errorf("%+v", page.Events[0])
		}
	})
}
