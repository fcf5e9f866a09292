package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
)

// lines is a page of a user's list.
func (s *site) lines(user string, limit int, cursor string) (lines []object, next string) {
	s.t.Helper()
	body, err := s.Conversations(s.t.Context(), user, limit, cursor, []byte("{"))
	s.must(err)
	var page struct {
		Conversations []object
		Next          string
	}
	s.must(json.Unmarshal(append(body, '}'), &page))
	return page.Conversations, page.Next
}

// line is one conversation of a user's list, nil if it isn't there.
func (s *site) line(user, convID string) object {
	s.t.Helper()
	lines, _ := s.lines(user, 100, "")
	for _, l := range lines {
		if l["conv_id"] == convID {
			return l
		}
	}
	return nil
}

func idsOf(lines []object) (ids []string) {
	for _, l := range lines {
		ids = append(ids, l["conv_id"].(string))
	}
	return ids
}

// The list is by latest activity, what is pinned first, and tells what there is of
// each conversation; over a WebSocket it is the same.
func TestConversations(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	s.talk("b", "a", 2)
	s.talk("a", "c", 1)
	s.group("h", "x", "a")
	m := s.write("x", wire.Request{GroupID: "h", Content: []byte(`"hi"`)})
	s.must(s.react("a", m.ID, "x", false)) // an event behind the message
	want := []string{"group_h", "single_a:c", "single_a:b", "group_g"}
	lines, next := s.lines("a", 10, "")
	if got := idsOf(lines); !slices.Equal(got, want) || next != "" {
		t.Errorf("%v, next %q", got, next)
	}
	lines[0].has(t, object{"kind": "group", "group_id": "h", "name": "h", "last_seq": 3, "unread": 1, "read_seq": 0, "muted": false, "pinned": false})
	object(lines[0]["last_message"].(map[string]any)).has(t, object{"type": "chat", "id": m.ID, "content": "hi", "seq": 2})
	lines[1].has(t, object{"kind": "single", "peer": "c", "last_seq": 1, "unread": 0, "read_seq": 1, "peer_read_seq": 0})
	lines[2].has(t, object{"peer": "b", "last_seq": 2, "unread": 2, "group_id": nil})
	lines[3].has(t, object{"last_seq": 1, "unread": 0, "last_message": nil})

	on := true
	for _, id := range []string{"group_g", "single_a:b"} {
		s.must(s.UpdateConversation(t.Context(), "a", id, ConversationPatch{Pinned: &on}))
	}
	s.talk("c", "a", 1)
	c := s.simple("a")
	s.forget(c)
	c.say(`{"type":"conversations","cid":"l"}`)
	_, answer := c.until("conversations")
	lines, _ = s.lines("a", 10, "")
	for i, o := range answer["conversations"].([]any) {
		object(o.(map[string]any)).has(t, lines[i])
	}
	got := idsOf(lines)
	slices.Sort(got[:2]) // pinned within the same millisecond, maybe
	if want := []string{"group_g", "single_a:b", "single_a:c", "group_h"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.must(s.RemoveMember(t.Context(), "a", "h", "a"))
	if s.line("a", "group_h") != nil {
		t.Error("lists a group that was left")
	}
	_, err := s.Conversations(t.Context(), "a", 10, "?", nil)
	s.refused("a bad cursor", err, "bad_request")
	s.forget(c)
	c.ask(`{"type":"conversations","cid":"l","cursor":"?"}`, object{"type": "error", "cid": "l", "reason": "bad_request"})
}

// Unread are the messages, not events, behind what was read on any device, one's
// own last message, what was cleared, and the join.
func TestUnread(t *testing.T) {
	s := open(t, nil)
	const conv = "single_a:b"
	unread := func(user, convID string, n int) {
		t.Helper()
		s.line(user, convID).has(t, object{"unread": n})
	}
	ids := s.bulk("a", "b", 5)
	s.must(s.Recall(t.Context(), "a", ids[0]))
	s.must(s.react("b", ids[1], "x", false))
	unread("b", conv, 5)
	unread("a", conv, 0)
	c := s.track("b")
	c.ask(`{"type":"read","cid":"r","conv_id":"single_a:b","seq":3}`, object{"type": "ok"})
	unread("b", conv, 2)
	s.line("a", conv).has(t, object{"peer_read_seq": 3, "peer_ack_seq": 3})
	s.line("b", conv).has(t, object{"read_seq": 3, "ack_seq": 3, "peer_read_seq": 0})
	s.talk("b", "a", 1)
	unread("b", conv, 0) // also before its place is stored
	unread("a", conv, 1)
	s.talk("a", "b", 2)
	unread("b", conv, 2)
	s.must(s.ClearConversation(t.Context(), "b", conv, 9))
	unread("b", conv, 1)
	s.must(s.ClearConversation(t.Context(), "b", conv, 0))
	s.line("b", conv).has(t, object{"unread": 0, "last_message": nil, "cleared_seq": 10, "last_seq": 10})

	s.group("g", "a")
	for range 3 {
		s.write("a", wire.Request{GroupID: "g"})
	}
	_, err := s.AddMembers(t.Context(), "a", "g", []string{"b"})
	s.must(err)
	unread("b", "group_g", 0)
	s.write("a", wire.Request{GroupID: "g"})
	unread("b", "group_g", 1)
	s.must(s.ClearConversation(t.Context(), "b", "group_g", 0))
	unread("b", "group_g", 0)
}

// A mention shows until the message is read.
func TestMentioned(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b", "c")
	mentioned := func(user string, want bool) {
		t.Helper()
		s.line(user, "group_g").has(t, object{"mentioned": want})
	}
	read := func(user string) {
		s.must(s.Read(t.Context(), user, &wire.Request{ConvID: "group_g", Seq: 99}))
	}
	c := s.simple("c")
	s.forget(c)
	s.write("a", wire.Request{GroupID: "g", Mentions: []string{"b", "x", "b"}})
	c.expect(object{"type": "chat", "mentions": []any{"b", "x"}})
	s.write("a", wire.Request{GroupID: "g"})
	mentioned("b", true)
	mentioned("c", false)
	read("b")
	mentioned("b", false)
	s.write("a", wire.Request{GroupID: "g", MentionAll: true})
	c.until("chat")
	c.expect(object{"type": "chat", "mentions": "all"})
	mentioned("b", true)
	mentioned("c", true)
	mentioned("a", false)
	read("c")
	mentioned("c", false)
	mentioned("b", true)
	s.must(s.ClearConversation(t.Context(), "b", "group_g", 0))
	mentioned("b", false)
	if lines, _ := s.lines("x", 10, ""); len(lines) != 0 {
		t.Errorf("a stranger who was mentioned has %v", lines)
	}
}

// A hidden conversation comes back with the next entry.
func TestHidden(t *testing.T) {
	s := open(t, nil)
	s.talk("a", "b", 1)
	hide := func(on bool) {
		s.must(s.UpdateConversation(t.Context(), "b", "single_a:b", ConversationPatch{Hidden: &on}))
	}
	hide(true)
	if s.line("b", "single_a:b") != nil || s.line("a", "single_a:b") == nil {
		t.Error("not hidden, or for both")
	}
	hide(false)
	if s.line("b", "single_a:b") == nil {
		t.Error("still hidden")
	}
	hide(true)
	s.talk("a", "b", 1)
	if s.line("b", "single_a:b") == nil {
		t.Error("hidden though something came")
	}
}

// Pages of whatever length have every conversation once, in order.
func TestConversationPages(t *testing.T) {
	s := open(t, nil)
	const n = 300
	out := make([]Outgoing, n)
	for i := range out {
		out[i] = Outgoing{From: fmt.Sprint("p", i), To: "a", Content: []byte("1")}
	}
	_, err := s.SendBatch(t.Context(), out)
	s.must(err)
	on := true
	for i := range 7 {
		s.must(s.UpdateConversation(t.Context(), "a", wire.SingleID("a", fmt.Sprint("p", 40*i)), ConversationPatch{Pinned: &on}))
	}
	whole, next := s.lines("a", n, "")
	if len(whole) != n || next != "" {
		t.Fatalf("%d, next %q", len(whole), next)
	}
	for _, limit := range []int{1, 7, 50, 199, n - 1} {
		var all []string
		for cursor, first := "", true; first || cursor != ""; first = false {
			lines, next := s.lines("a", limit, cursor)
			if len(lines) > limit {
				t.Fatalf("%d in a page of %d", len(lines), limit)
			}
			all, cursor = append(all, idsOf(lines)...), next
		}
		if !slices.Equal(all, idsOf(whole)) {
			t.Errorf("pages of %d: %d conversations, out of order or not all", limit, len(all))
		}
	}
	for i := 7; i < n-1; i++ {
		if whole[i]["pinned"] == true || whole[i]["updated_at"].(float64) < whole[i+1]["updated_at"].(float64) {
			t.Fatalf("%d: %v before %v", i, whole[i], whole[i+1])
		}
	}
}

// A page of large last messages is cut to what may wait for a client.
func TestConversationsAreSmall(t *testing.T) {
	s := open(t, nil)
	const n = 40
	for i := range n {
		s.write(fmt.Sprint("p", i), wire.Request{To: "a", Content: large(60 << 10)})
	}
	c := s.track("a")
	c.sync(``)
	c.on(func() { c.largest = 0 })
	got := 0
	for cursor, first := "", true; first || cursor != ""; first = false {
		c.say(fmt.Sprintf(`{"type":"conversations","cursor":%q}`, cursor))
		_, answer := c.until("conversations")
		got += len(answer["conversations"].([]any))
		cursor, _ = answer["next"].(string)
	}
	if got != n {
		t.Errorf("%d conversations", got)
	}
	c.on(func() {
		if limit := s.pageBytes() + 64<<10; c.largest > limit {
			t.Errorf("%d bytes at once, want %d at most", c.largest, limit)
		}
	})
}
