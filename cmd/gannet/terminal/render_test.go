package terminal

import (
	"strings"
	"testing"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

func chatOf(from, content string) *client.Chat {
	m := &client.Chat{}
	m.Seq, m.From, m.Content, m.Time = 12, from, []byte(content), time.Date(2026, 11, 22, 14, 3, 0, 0, time.Local).UnixMilli()
	return m
}

func TestMessageLines(t *testing.T) {
	r := renderer{width: 30, me: "alice"}
	for name, test := range map[string]struct {
		m    *client.Chat
		want string
	}{
		"plain":         {chatOf("bob", `"hi"`), "#12  14:03 bob  hi"},
		"own":           {chatOf("alice", `"hi"`), "#12  14:03 you  hi"},
		"broken":        {chatOf("bob", `"a few more words than fit"`), "#12  14:03 bob  a few more\n    │ words than fit"},
		"two lines":     {chatOf("bob", `"one\ntwo"`), "#12  14:03 bob  one\n    │ two"},
		"wide":          {chatOf("bob", `"你好你好你好你好你好"`), "#12  14:03 bob  你好你好你好你\n    │ 好你好"},
		"no text":       {chatOf("bob", `{"img": "cat.png"}`), "#12  14:03 bob  [json]\n    │ {\"img\":\"cat.png\"}"},
		"a hostile id":  {chatOf("b\x1b[2J", `"x"`), "#12  14:03 b␛[2J  x"},
		"a long name":   {chatOf(strings.Repeat("b", 20), `"x"`), "#12  14:03 " + strings.Repeat("b", 20) + "\n    │ x"},
		"spoofed break": {chatOf("bob", `"x\n#13  14:03 alice  y"`), "#12  14:03 bob  x\n    │ #13  14:03 alice  y"},
	} {
		lines := r.message(test.m, nil)
		var got []string
		for _, line := range lines {
			got = append(got, strings.TrimRight(line, " "))
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), test.want)
		}
	}
}

// A message that is changed, gone or meant for the user looks so.
func TestMessageStates(t *testing.T) {
	r := renderer{style: true, width: 60, me: "alice"}
	line := func(change func(*client.Chat)) string {
		m := chatOf("bob", `"text"`)
		change(m)
		return strings.Join(r.message(m, nil), "\n")
	}
	for name, test := range map[string]struct {
		change func(*client.Chat)
		want   string
	}{
		"recalled":     {func(m *client.Chat) { m.Recalled, m.Edited = true, true }, "\x1b[2mtext\x1b[0m"},
		"expired":      {func(m *client.Chat) { m.Expired = true }, "\x1b[2m(expired)\x1b[0m"},
		"edited":       {func(m *client.Chat) { m.Edited = true }, "text (edited)"},
		"for the user": {func(m *client.Chat) { m.Mentions = []string{"carol", "alice"} }, "\x1b[1mtext\x1b[0m"},
		"for all":      {func(m *client.Chat) { m.MentionAll = true }, "\x1b[1mtext\x1b[0m"},
		"for others":   {func(m *client.Chat) { m.Mentions = []string{"carol"} }, "  text"},
		"an answer":    {func(m *client.Chat) { m.ReplyTo, m.ReplySeq = 5, 3 }, "↳ #3\x1b[0m\n"},
	} {
		if got := line(test.change); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A quotation is as inert as what it quotes.
func TestQuoteIsInert(t *testing.T) {
	r := renderer{width: 60, me: "alice"}
	m := chatOf("bob", `"x"`)
	m.ReplyTo, m.ReplySeq = 5, 3
	if got := r.message(m, chatOf("carol", `"\u001b[2J\na"`))[0]; got != "    ↳ #12 carol: ␛[2J⏎a" {
		t.Errorf("%q", got)
	}
	reaction := &client.Reaction{Emoji: "\x1b[2J", Change: client.Change{From: "bob", Seq: 12}}
	if got := r.event(&client.Event{Reaction: reaction}, chatOf("carol", `"\u009b1m"`))[0]; got != "    · bob put ␛[2J on #12 <U+009B>1m" {
		t.Errorf("%q", got)
	}
}

// Nothing that a server says is obeyed by a terminal, ids included.
func TestServersWordsAreInert(t *testing.T) {
	const evil, shown = "\x1b[2J\u202e", "␛[2J<U+202E>"
	r := renderer{width: 100, me: "alice"}
	for _, event := range []string{wire.GroupRequested, wire.GroupRefused} {
		e := &client.GroupEvent{Event: event, By: evil, Users: []string{evil}, GroupID: evil}
		if got := r.group(e); strings.ContainsFunc(got, hidden) || !strings.Contains(got, "#"+shown) {
			t.Errorf("%s: %q", event, got)
		}
	}
	for _, id := range []string{"single_alice:" + evil, "group_" + evil} {
		if got := newConversation(id, "alice").longTitle(); strings.ContainsFunc(got, hidden) || !strings.Contains(got, shown) {
			t.Errorf("%q is called %q", id, got)
		}
	}
	s := newSession(t.Context(), &Options{})
	s.me = evil
	if got := strings.Join(s.state(time.Now()), " "); strings.ContainsFunc(got, hidden) || !strings.Contains(got, shown) {
		t.Errorf("state %q", got)
	}
	for _, where := range []func(*client.Chat){
		func(m *client.Chat) { m.GroupID = evil }, func(m *client.Chat) { m.SessionID = evil }, func(m *client.Chat) { m.To = evil },
	} {
		m := chatOf(evil, `"x"`)
		where(m)
		var out strings.Builder
		p := printer{o: &Options{Stdout: &out}}
		p.message(m, evil)
		if got := strings.TrimSuffix(out.String(), "\n"); strings.ContainsFunc(got, hidden) || strings.Count(got, shown) != 2 {
			t.Errorf("printed %q", got)
		}
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]string{
		"hi @bob": "bob", "@bob, @carol: look": "bob carol", "mail a@b.c": "", "@": "", "@all of you": "all", "@小明 @bob！": "bob",
	} {
		users, all := mentions(text)
		if all {
			users = []string{"all"}
		}
		if got := strings.Join(users, " "); got != want {
			t.Errorf("%q calls %q, want %q", text, got, want)
		}
	}
}

// JSON that scripts print can be printed on a terminal as well.
func TestJSONIsInert(t *testing.T) {
	var b strings.Builder
	m := chatOf("bob", "\"a\u202eb\u009bc\u007fd\u200e <é👨‍👩‍👧>\"")
	if err := printJSON(&b, chatLine(m)); err != nil {
		t.Fatal(err)
	}
	if want := `"content":"a\u202eb\u009bc\u007fd\u200e <é👨‍👩‍👧>"`; !strings.Contains(b.String(), want) {
		t.Errorf("%s", &b)
	}
}

func TestHTTPBase(t *testing.T) {
	for url, want := range map[string]string{
		"ws://127.0.0.1:9502/ws":         "http://127.0.0.1:9501",
		"ws://[::1]:9502/ws":             "http://[::1]:9501",
		"ws://chat.example.com/ws":       "http://chat.example.com",
		"wss://chat.example.com/ws":      "https://chat.example.com",
		"wss://chat.example.com:8443/ws": "https://chat.example.com:8443",
	} {
		o := Options{URL: url, User: "alice"}
		if err := o.check(); err != nil || o.HTTP != want {
			t.Errorf("%s: %s, %v", url, o.HTTP, err)
		}
	}
}
