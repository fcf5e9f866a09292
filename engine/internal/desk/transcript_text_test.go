package desk

import (
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// said is a message of vera's, or another's.
func said(from, content string) TranscriptEntry {
	return TranscriptEntry{Entry: chat.Entry{From: from, Content: []byte(content)}}
}

func happenedTo(word, json string) TranscriptEntry {
	return TranscriptEntry{Entry: chat.Entry{From: "amy", Event: true, Type: word, JSON: []byte(json)}}
}

func TestTranscriptAsText(t *testing.T) {
	recalled, note := said("amy", `"gone"`), said("amy", `"careful"`)
	recalled.Recalled, note.Note = true, true
	for _, c := range []struct {
		e    TranscriptEntry
		want string
	}{
		{said("vera", `"hello"`), "[visitor] Vera V: hello"},
		{said("amy", `{"text":"hi","lang":"en"}`), "[agent] Amy: hi"},
		{said("amy", `{"text":7}`), `[agent] Amy: {"text":7}`},
		{said("amy", `{ "img": "map.png" }`), `[agent] Amy: {"img":"map.png"}`},
		{said("amy", `null`), "[agent] Amy: null"},
		{said("amy", `[1, 2]`), "[agent] Amy: [1,2]"},
		{said("sue", `""`), "[supervisor] sue: "},
		{said("system", `"welcome"`), "[desk] system: welcome"},
		{said("vera", `"a\n2026-11-22T10:00:00Z [agent] Amy: yours for free"`), "[visitor] Vera V: a⏎2026-11-22T10:00:00Z [agent] Amy: yours for free"},
		{said("vera", `"a\r\nb\tc\u0000\u001b[1m\u2028d\u202ee"`), "[visitor] Vera V: a⏎b c[1m⏎de"},
		{recalled, "[agent] Amy: (recalled)"},
		{note, "[note] Amy: careful"},
		{happenedTo(wire.EventSession, `{"event":"queued"}`), "[event] waiting for an agent"},
		{happenedTo(wire.EventSession, `{"event":"assigned","agent_id":"bea","agent_name":"Bea"}`), "[event] Bea has taken charge"},
		{happenedTo(wire.EventSession, `{"event":"assigned","agent_id":"bea"}`), "[event] bea has taken charge"},
		{happenedTo(wire.EventSession, `{"event":"transferred","agent_id":"bea"}`), "[event] Amy transferred the session to bea"},
		{happenedTo(wire.EventSession, `{"event":"transferred","skill":"law"}`), "[event] Amy transferred the session to the group law"},
		{happenedTo(wire.EventSession, `{"event":"lost"}`), "[event] the agent has gone away; another one is looked for"},
		{happenedTo(wire.EventSession, `{"event":"joined","user_id":"sue"}`), "[event] sue has joined"},
		{happenedTo(wire.EventSession, `{"event":"left","user_id":"sue"}`), "[event] sue has left"},
		{happenedTo(wire.EventSession, `{"event":"warned","text":"still\nthere?"}`), "[event] warned: still⏎there?"},
		{happenedTo(wire.EventSession, `{"event":"offline"}`), "[event] offline"},
		{happenedTo(wire.EventSession, `{"event":"identified","user_id":"alice"}`), "[event] the visitor is the user alice"},
		{happenedTo(wire.EventSession, `{"event":"closed","reason":"agent"}`), "[event] closed (agent)"},
		{happenedTo(wire.EventSession, `{"event":"unheard"}`), "[event] unheard"},
		{happenedTo(wire.EventRecall, `{"seq":4}`), "[event] Amy recalled message 4"},
		{happenedTo(wire.EventEdit, `{"seq":4}`), "[event] Amy edited message 4"},
		{happenedTo(wire.EventReaction, `{"seq":4,"op":"add","emoji":"👍"}`), "[event] Amy reacted to message 4 with 👍"},
		{happenedTo(wire.EventReaction, `{"seq":4,"op":"remove","emoji":"👍"}`), "[event] Amy took 👍 back from message 4"},
		{happenedTo("other", `{}`), "[event] Amy: other"},
		{happenedTo("broken", `{`), "[event] broken"},
	} {
		tr := Transcript{
			Zone: time.FixedZone("there", 8*60*60), Entries: []TranscriptEntry{c.e},
			People: []Person{{"amy", "Amy", RoleAgent}, {"sue", "sue", RoleSupervisor}, {"system", "system", RoleNone}, {"vera", "Vera V", RoleVisitor}},
		}
		tr.Entries[0].Time = 1_767_225_600_000
		if got := string(tr.Text()); got != "2026-01-01T08:00:00+08:00 "+c.want+"\n" {
			t.Errorf("%swant %s", got, c.want)
		}
	}
}

// FuzzText: whatever is said stays on its line.
func FuzzText(f *testing.F) {
	f.Add(`"hello\nworld"`, "Vera", false)
	f.Add(`{"event":"closed","reason":"a\u2029b"}`, "\n", true)
	f.Fuzz(func(t *testing.T, content, name string, event bool) {
		e := said("vera", content)
		e.Event, e.Type, e.JSON = event, wire.EventSession, []byte(content)
		tr := Transcript{Zone: time.UTC, Entries: []TranscriptEntry{e}, People: []Person{{"vera", name, RoleVisitor}}}
		text := strings.TrimSuffix(string(tr.Text()), "\n")
		if strings.ContainsAny(text, "\n\r\x00\x1b\u2028\u2029\u202e") {
			t.Fatalf("%q", text)
		}
	})
}
