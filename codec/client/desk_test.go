package client

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"gannet/codec/wire"
)

func sessionEvent(word, key, user string) wire.Event {
	extra := wire.Extra(nil).Text("event", word).Text(key, user)
	return wire.Event{Word: wire.EventSession, Extra: extra, ConvID: "service_s", SessionID: "s", From: "system", Time: 5}
}

// Who comes into a session gets what was said before, in order with the event that
// tells of it; of one that others come into nothing more than is pushed.
func TestSessionFromStart(t *testing.T) {
	for _, c := range []struct {
		event wire.Event
		want  string
	}{
		{sessionEvent(wire.SessionAssigned, "agent_id", "1"), "1 message|2 message|3 assigned 1|4 message"},
		{sessionEvent(wire.SessionJoined, "user_id", "1"), "1 message|2 message|3 joined |4 message"},
		{sessionEvent(wire.SessionAssigned, "agent_id", "2"), "3 assigned 2|4 message"},
		{sessionEvent(wire.SessionLeft, "user_id", "1"), "3 left |4 message"},
	} {
		run(t, func(t *testing.T, s *FakeServer, cfg Config) {
			var heard []string
			cfg.Tracked = true
			cfg.OnEvent = func(e Event) {
				if e.Kind == SessionChanged {
					heard = append(heard, fmt.Sprint(e.Session.Seq, " ", e.Session.Event, " ", e.Session.Agent))
					if e.Session.SessionID != "s" || e.Session.From != "system" || !strings.Contains(string(e.Session.Raw), "session") {
						t.Errorf("%+v", e.Session)
					}
				}
			}
			cl := dial(t, cfg)
			synctest.Wait() // what it asked for on connecting has come
			mute(s, true)
			s.Post("9", "service_s", "one")
			s.Post("9", "service_s", "two")
			mute(s, false)
			s.PostEvent(c.event)
			s.Post("9", "service_s", "four")
			for len(heard) < strings.Count(c.want, "|")+1 {
				m, err := cl.Receive(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if m.SessionID != "s" {
					t.Errorf("%+v", m)
				}
				heard = append(heard, fmt.Sprint(m.Seq, " message"))
			}
			if got := strings.Join(heard, "|"); got != c.want {
				t.Errorf("heard %s, want %s", got, c.want)
			}
		})
	}
}

// mute makes the server push nothing, as to who isn't in a conversation yet.
func mute(s *FakeServer, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push = func(*fakeConn, *wire.Chat) bool { return !on }
}

func TestSetAgent(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		busy, many := wire.AgentBusy, 7
		for _, settings := range []AgentSettings{{Status: &busy}, {MaxSessions: &many}, {new(wire.AgentOnline), new(0)}} {
			if err := c.SetAgent(t.Context(), settings); err != nil {
				t.Error(err)
			}
		}
		want := []wire.Request{
			{Status: "busy"}, {MaxSessions: 7, HasMaxSessions: true}, {Status: "online", HasMaxSessions: true},
		}
		for i, r := range s.seen {
			if r.Status != want[i].Status || r.MaxSessions != want[i].MaxSessions || r.HasMaxSessions != want[i].HasMaxSessions {
				t.Errorf("asked %+v", r)
			}
		}
		if len(s.seen) != len(want) {
			t.Errorf("%d requests", len(s.seen))
		}
		if c.SetAgent(t.Context(), AgentSettings{}) == nil {
			t.Error("nothing was said, and sent")
		}
	})
}
